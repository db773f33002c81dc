//! How the program ends.

use std::process::ExitCode;

use crate::signals::Signal;

/// Why a worker did not start or go on, by Apache's exit codes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Before anything was started: exit code 2.
    #[error("{0}")]
    Before(String),
    /// While the worker or its connectors were starting: exit code 3.
    #[error("{0}")]
    During(String),
    /// The herder has panicked: exit code 1.
    #[error("the herder has ended; this is a defect, please report it with the log")]
    Herder,
}

/// Logs a failure and says the exit code.
pub(crate) fn code(outcome: &Result<Signal, StartError>) -> ExitCode {
    match outcome {
        Ok(Signal::Terminate) => ExitCode::from(143),
        Ok(Signal::Interrupt) => ExitCode::from(130),
        Err(error) => {
            tracing::error!("Stopping due to error: {error}");
            ExitCode::from(match error {
                StartError::Herder => 1,
                StartError::Before(_) => 2,
                StartError::During(_) => 3,
            })
        }
    }
}
