//! Every decision of the Connect runtime, pure: events in, actions out. No tokio, no socket, no clock.
//! Start at [`herder`]: what connectors exist and what becomes of them; [`task`] decides for a single task;
//! [`loggers`] which events are logged.

pub mod config;
pub mod herder;
mod id;
pub mod json;
pub mod loggers;
pub mod task;

pub use id::{ConnectorName, TaskId};
