//! VerifiableSource and VerifiableSink: what went in can be compared with what came out.

mod ledger;
mod line;
mod sink;
mod source;
#[cfg(test)]
mod tests;

use std::time::{SystemTime, UNIX_EPOCH};

pub use sink::VerifiableSinkTask;
pub use source::VerifiableSourceTask;

/// Apache's words, of the sink's task too.
const INVALID: &str = "Invalid VerifiableSourceTask configuration";

/// Milliseconds since the epoch.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
