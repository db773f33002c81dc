//! The shell that runs connectors and tasks.
//! ```text
//! HerderHandle ─▶ HerderLoop ─▶ Worker ─┬─▶ RunningConnector
//!                    ▲                  ├─▶ SourceLoop ─▶ kafka::Produce, offsets::OffsetStore
//!                    └── events ────────┴─▶ SinkLoop   ─▶ kafka::Consume
//! ```
//! Start at [`HerderLoop`]. What to do is decided in `connect_core`; this crate does it.

mod assemble;
mod client_check;
mod client_config;
mod composition;
mod connector;
mod connector_offsets;
mod converters;
mod dead_letters;
mod errant;
mod errors;
#[cfg(test)]
mod fakes;
mod herder;
pub mod kafka;
mod life;
mod metrics;
pub mod offsets;
mod plugins;
mod providers;
mod sink;
mod source;
mod supervise;
mod sync;
mod task;
mod task_configs;
mod topic_creation;
mod topics;
mod transforms;
pub mod unsupported;
mod validation;
mod worker;

pub use client_config::admin as admin_config;
pub use herder::{HerderHandle, HerderLoop};
pub use metrics::{Metrics, Windows};
pub use plugins::TablePlugins;
pub use providers::open_providers;
pub use validation::converter_errors;
pub use worker::{Worker, WorkerParts};
