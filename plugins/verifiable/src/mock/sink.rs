//! The task of MockSink.

use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, SinkBatch, SinkTask, SinkTaskContext, TaskError};

use super::{Failure, TASK_FAILURE, failure};

/// How soon it asks to be called again while it waits for its failure.
const TIMEOUT_MAX: Duration = Duration::from_millis(250);

/// Drops its records. With `mock_mode=task-failure` it fails after the delay, records or not.
#[derive(Default)]
pub struct MockSinkTask {
    failing: Option<(Failure, SinkTaskContext)>,
}

#[async_trait]
impl SinkTask for MockSinkTask {
    /// # Errors
    /// `delay_ms` is needed and no number.
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        let planned = Failure::planned(&context.configs, TASK_FAILURE)?;
        self.failing = planned.map(|planned| (planned, context));
        self.ask_for_a_call();
        Ok(())
    }

    async fn put(&mut self, _: &SinkBatch) -> Result<(), TaskError> {
        if self.failing.as_ref().is_some_and(|(planned, _)| planned.left().is_zero()) {
            tracing::debug!("Triggering sink task failure");
            return Err(TaskError::Fatal(failure()));
        }
        self.ask_for_a_call();
        Ok(())
    }
}

impl MockSinkTask {
    fn ask_for_a_call(&self) {
        if let Some((planned, context)) = &self.failing {
            context.retry_after(planned.delay.min(TIMEOUT_MAX));
        }
    }
}
