//! What the worker counts about itself, and how it tells.
//! ```text
//! task loops, once a batch ─▶ SourceTaskMetrics, SinkTaskMetrics, … (each a Group) ──┐
//! herder events            ─▶ WorkerMetrics                                          ├─▶ Metrics::render ─▶ Prometheus text
//! ```
//! A group is told of while it is registered, which the worker decides, not those who count. Names, meanings and windows are those
//! of Apache Kafka's JMX metrics; `docs/metrics.md` has the table.

mod chain;
#[cfg(test)]
mod documents;
mod errors;
mod figures;
mod groups;
mod registry;
mod sample;
mod sink;
mod source;
mod stat;
mod task;
mod text;
mod worker;

pub(crate) use chain::Step;
#[cfg(test)]
pub(crate) use documents::TASK_PLUGINS;
pub(crate) use groups::{Composition, TaskGroups};
pub use registry::Metrics;
pub(crate) use registry::Registration;
pub use sample::Windows;
pub(crate) use task::{TaskMetrics, TaskPlugins};
pub(crate) use worker::WorkerMetrics;
