//! VerifiableSource and VerifiableSink: what went in can be compared with what came out.

mod ledger;
mod line;
mod sink;
mod source;
#[cfg(test)]
mod tests;

pub use sink::VerifiableSinkTask;
pub use source::VerifiableSourceTask;

/// Apache's words, of the sink's task too.
const INVALID: &str = "Invalid VerifiableSourceTask configuration";
