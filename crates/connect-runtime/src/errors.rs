//! What a failed record does to its task: `errors.tolerance` and `errors.log.*`.

use connect_api::ConnectError;

use connect_core::TaskId;

/// Where a record failed; `Display` is the name in logs and dead letter headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Transformation,
    KeyConverter,
    ValueConverter,
    HeaderConverter,
    KafkaProduce,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Transformation => "TRANSFORMATION",
            Self::KeyConverter => "KEY_CONVERTER",
            Self::ValueConverter => "VALUE_CONVERTER",
            Self::HeaderConverter => "HEADER_CONVERTER",
            Self::KafkaProduce => "KAFKA_PRODUCE",
        })
    }
}

/// A record that failed, and where.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub stage: Stage,
    /// The class that was at work.
    pub class: String,
    pub error: ConnectError,
}

/// Decides over failed records of one task.
#[derive(Debug, Clone)]
pub(crate) struct Tolerance {
    task: TaskId,
    tolerate: bool,
    log: bool,
}

impl Tolerance {
    pub(crate) fn new(task: TaskId, tolerate: bool, log: bool) -> Self {
        Self { task, tolerate, log }
    }

    /// Says whether the record is skipped.
    /// # Errors
    /// The task has to fail with this.
    pub(crate) fn judge(&self, failure: Failure) -> Result<(), ConnectError> {
        if self.log {
            tracing::error!(
                "Error encountered in task {}. Executing stage '{}' with class '{}'.\n{}",
                self.task,
                failure.stage,
                failure.class,
                failure.error.trace()
            );
        }
        if self.tolerate {
            return Ok(());
        }
        Err(ConnectError::connect("Tolerance exceeded in error handler").caused_by(failure.error))
    }
}
