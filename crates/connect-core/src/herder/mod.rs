//! The herder: which connectors exist, what state they should be in, and what has become of them.
//! ```text
//! REST, files ─▶ Command ─┐                            ┌─▶ Action::Reply ─▶ whoever asked
//!                         ├─▶ StandaloneHerder::step ──┤
//! Worker ─▶ Event ────────┘                            └─▶ Action::StartConnector, StartTasks, … ─▶ Worker
//! ```
//! Start at [`StandaloneHerder::step`].

mod command;
mod standalone;
mod status;

pub use command::{Command, HerderError, Reply, RequestId};
pub use standalone::{Action, Event, LookUp, StandaloneHerder, StartTasks, Started};
pub use status::{ConnectorInfo, ConnectorStatus, ConnectorType, Status, TargetState, TaskInfo, TaskStatus};

#[cfg(test)]
mod tests;
