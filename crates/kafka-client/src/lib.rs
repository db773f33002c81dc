//! A Kafka client that takes Java's property names.
//! ```text
//! Props ─▶ config ─▶ Cluster (connections, metadata, coordinators)
//!                      ├─▶ producer   records in, acks of batches out
//!                      ├─▶ consumer   batches out, positions and groups
//!                      └─▶ admin      questions about the cluster
//! ```
//! Start at [`cluster::Cluster`]. Brokers from 2.1 on are spoken to; [`record`] is the format of what they store.

pub mod admin;
pub mod cluster;
mod committed;
pub mod config;
pub mod consumer;
pub mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod group;
pub mod net;
mod offsets;
pub mod producer;
pub mod record;
pub mod security;
mod sync;
mod wire;

pub use error::{ErrorCode, ErrorKind, KafkaError, TransactionError};

/// The README's examples compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
