//! What a client is told, in Java's property names with Java's defaults.
//! ```text
//! Props ─▶ Values (declared in def: types, defaults, ranges) ─┬─▶ ClientConfig    every client's part
//!                                                             ├─▶ ProducerConfig  (src/producer/config.rs)
//!                                                             └─▶ ConsumerConfig  (src/consumer/config.rs)
//! ```
//! Past this module nobody looks up a string key. A value that guards something and that this client cannot honour is
//! an error; keys that change nothing are listed by [`unused`], so that the caller can warn of them by name.

mod client;
mod def;
mod duration;
mod keys;
#[cfg(test)]
mod tests;
mod values;

pub use client::{ClientConfig, DnsLookup, HostPort};
pub use def::{ClientKind, Unused, Usage, admin_config_def, consumer_config_def, producer_config_def, unused};
pub use duration::parse_duration;
pub use keys::Keys;
pub(crate) use keys::invalid;
pub use values::Values;
