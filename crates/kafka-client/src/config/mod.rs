//! What a client is told, in Java's property names with Java's defaults.
//! ```text
//! Props ─▶ Keys (type, range, "which were read") ─┬─▶ ClientConfig    every client's part: addresses, timeouts, backoffs
//!                                                 └─▶ ProducerConfig  (src/producer/config.rs) …
//! ```
//! Past this module nobody looks up a string key. A value that guards something and that this client cannot honour is
//! an error; keys that nobody read are listed by [`unused`], so that the caller can warn of them by name.

mod client;
mod duration;
mod keys;
#[cfg(test)]
mod tests;

pub use client::{ClientConfig, DnsLookup, HostPort};
pub use duration::parse_duration;
pub(crate) use keys::invalid;
pub use keys::{Keys, unused};
