//! What can go wrong with a file, and what its owner can do about it.

use std::io;

use connect_api::{ConnectError, TaskError};

/// Every error here is fatal: nothing gets better until somebody looks at the file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error(
        "Couldn't open file '{file}' for FileStreamSourceTask: {source}. \
         Let the worker's user read it, or set `file` to another path"
    )]
    Open { file: String, source: io::Error },
    #[error("Couldn't read from {file} at byte {position}: {source}")]
    Read { file: String, position: i64, source: io::Error },
    #[error(
        "The line of {file} that begins at byte {position} has no end within {limit} bytes, the longest line that \
         FileStreamSource reads. Is this a text file? Set the connector's offset past the line to go on behind it"
    )]
    LineTooLong { file: String, position: i64, limit: usize },
    #[error(
        "Couldn't find or create file '{file}' for FileStreamSinkTask: {source}. \
         Let the worker's user write there, or set `file` to another path"
    )]
    Create { file: String, source: io::Error },
    #[error(
        "Couldn't write to {file}: {source}. The batch counts as not written and is delivered again when the task is \
         restarted: make room or give the worker's user the right to write, then restart the task"
    )]
    Write { file: String, source: io::Error },
}

impl From<FileError> for ConnectError {
    fn from(e: FileError) -> Self {
        let message = e.to_string();
        let cause = match e {
            FileError::Open { source, .. }
            | FileError::Read { source, .. }
            | FileError::Create { source, .. }
            | FileError::Write { source, .. } => Some(source),
            FileError::LineTooLong { .. } => None,
        };
        let error = Self::connect(message);
        match cause {
            Some(cause) => error.caused_by(cause),
            None => error,
        }
    }
}

impl From<FileError> for TaskError {
    fn from(e: FileError) -> Self {
        Self::Fatal(e.into())
    }
}
