//! Records that a sink task itself could not write.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use connect_api::{ConnectError, ErrantRecordReporter, SinkRecord};

use crate::errors::{ErrorHandler, Failure, Origin, Stage};

const SINK_TASK: &str = "org.apache.kafka.connect.sink.SinkTask";

/// Takes a sink task's reports; cheap to clone. Source: Apache Kafka, `WorkerErrantRecordReporter`.
#[derive(Clone)]
pub(crate) struct ErrantRecords {
    errors: ErrorHandler,
    /// The first report that is not tolerated.
    fatal: Arc<OnceLock<ConnectError>>,
}

impl ErrantRecords {
    /// None where there is nowhere to report to.
    pub(crate) fn new(errors: &ErrorHandler) -> Option<Self> {
        errors.reports().then(|| Self { errors: errors.clone(), fatal: Arc::default() })
    }

    /// What the task fails with, even if it has swallowed the error of its report.
    pub(crate) fn fatal(&self) -> Option<ConnectError> {
        self.fatal.get().cloned()
    }
}

#[async_trait]
impl ErrantRecordReporter for ErrantRecords {
    async fn report(&self, record: &SinkRecord, error: ConnectError) -> Result<(), ConnectError> {
        let origin = Origin::of_sink(record);
        if self.errors.tolerates() && self.errors.dead_letters().is_some() && matches!(origin, Origin::Unknown) {
            // Its bytes are nowhere: in silence it would be lost.
            return Err(ConnectError::connect("Only records that were delivered to the task can be reported"));
        }
        let failure = Failure { stage: Stage::TaskPut, class: SINK_TASK.to_owned(), error, origin };
        match self.errors.failed(failure).await {
            Ok(Some(delivery)) => self.errors.written(delivery).await,
            Ok(None) => Ok(()),
            Err(error) => {
                if !self.errors.tolerates() {
                    // Set already: the first one counts.
                    let _ = self.fatal.set(error.clone());
                }
                Err(error)
            }
        }
    }
}
