//! How the program ends.

use std::process::ExitCode;

use crate::signals::Signal;

/// Why a worker did not start, by Apache's exit codes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Before anything was started: exit code 2.
    #[error("{0}")]
    Before(String),
    /// While the worker or its connectors were starting: exit code 3.
    #[error("{0}")]
    During(String),
}

/// Logs a failure and says the exit code.
pub(crate) fn code(outcome: &Result<Signal, StartError>) -> ExitCode {
    match outcome {
        Ok(Signal::Terminate) => ExitCode::from(143),
        Ok(Signal::Interrupt) => ExitCode::from(130),
        Err(error) => {
            tracing::error!("Stopping due to error: {error}");
            ExitCode::from(if matches!(error, StartError::Before(_)) { 2 } else { 3 })
        }
    }
}
