//! MockSource and MockSink: no records, but a failure after `delay_ms`, of the connector or of its task.

mod connector;
mod sink;
mod source;

use std::time::Duration;

use connect_api::ConnectError;
use connect_config::Props;
use tokio::time::Instant;

use crate::number;

pub use connector::MockConnector;
pub use sink::MockSinkTask;
pub use source::MockSourceTask;

const CONNECTOR_FAILURE: &str = "connector-failure";
const TASK_FAILURE: &str = "task-failure";
const DEFAULT_DELAY: Duration = Duration::from_millis(15_000);

/// When something fails.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failure {
    planned: Instant,
    delay: Duration,
}

impl Failure {
    /// None unless `mock_mode` is `mode`.
    /// # Errors
    /// A `NumberFormatException`: `delay_ms` is no number.
    fn planned(configs: &Props, mode: &str) -> Result<Option<Self>, ConnectError> {
        if configs.get("mock_mode") != Some(mode) {
            return Ok(None);
        }
        Ok(Some(Self { planned: Instant::now(), delay: delay(configs)? }))
    }

    /// How long it is still to come.
    fn left(&self) -> Duration {
        self.delay.saturating_sub(self.planned.elapsed())
    }
}

/// A delay below zero is none.
fn delay(configs: &Props) -> Result<Duration, ConnectError> {
    if !configs.contains_key("delay_ms") {
        return Ok(DEFAULT_DELAY);
    }
    let millis = number::long(configs, "delay_ms")?;
    Ok(Duration::from_millis(u64::try_from(millis).unwrap_or_default()))
}

/// The failure itself, which says nothing.
fn failure() -> ConnectError {
    ConnectError::without_message("java.lang.RuntimeException")
}
