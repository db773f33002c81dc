//! The task of MockSource.

use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, SourceBatch, SourceTask, SourceTaskContext, StopToken, TaskError};

use super::{Failure, TASK_FAILURE, failure};
use crate::throttle::pause;

/// Has no records. With `mock_mode=task-failure` it fails after the delay.
#[derive(Debug, Default)]
pub struct MockSourceTask {
    planned: Option<Failure>,
    stop: StopToken,
}

#[async_trait]
impl SourceTask for MockSourceTask {
    /// # Errors
    /// `delay_ms` is needed and no number.
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        self.planned = Failure::planned(&context.configs, TASK_FAILURE)?;
        self.stop = context.stop;
        Ok(())
    }

    /// Java answers at once, and is called again at once; this waits a little.
    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let left = || self.planned.map_or(Duration::MAX, |planned| planned.left());
        pause(left(), &self.stop).await;
        if left().is_zero() && !self.stop.is_cancelled() {
            tracing::debug!("Triggering source task failure");
            return Err(TaskError::Fatal(failure()));
        }
        Ok(SourceBatch::new())
    }
}
