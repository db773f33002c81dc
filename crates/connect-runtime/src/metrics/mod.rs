//! What the worker counts about itself, and how it tells.
//! ```text
//! task loops, once a batch ─▶ SourceTaskMetrics, SinkTaskMetrics, … (each a Group) ──┐
//! herder events            ─▶ WorkerMetrics                                          ├─▶ Metrics::render ─▶ Prometheus text
//! ```
//! A group lives as long as whoever counts for it; the registry only looks at it. Names, meanings and windows are those
//! of Apache Kafka's JMX metrics; `docs/metrics.md` has the table.

mod chain;
mod errors;
mod registry;
mod sample;
mod sink;
mod source;
mod stat;
mod task;
mod text;
mod worker;

pub(crate) use chain::{ChainMetrics, Kind as ChainKind};
pub(crate) use errors::ErrorMetrics;
pub use registry::Metrics;
pub(crate) use registry::{Group, Reading, Tags, Told};
pub use sample::Windows;
pub(crate) use sink::SinkTaskMetrics;
pub(crate) use source::SourceTaskMetrics;
pub(crate) use task::{TaskMetrics, TaskPlugins};
pub(crate) use worker::WorkerMetrics;
