//! The consumer against a real broker.
//!
//! - `LONGSHORE_TEST_BOOTSTRAP`: `host:port` of the broker; without it every test here is skipped (and fails where `CI` is set).
//! - `LONGSHORE_TEST_KAFKA_LIBS`: a folder with Apache Kafka's jars, for the tests beside Java clients.
//! - `LONGSHORE_TEST_BROKER_KILL`, `LONGSHORE_TEST_BROKER_START`: shell commands that end the broker at once and start it
//!   again, for `consumer_broker_loss`.

// Clippy's `allow-unwrap-in-tests` does not see the shared functions of a test crate.
#![allow(clippy::unwrap_used)]

mod cooperative;
mod groups;
mod java;
mod mixed;
mod positions;
mod reading;
mod sessions;
mod statics;
#[allow(dead_code)]
mod support;
mod transactions;
mod workers;
