//! The configuration of FileStreamSink.

use connect_config::ConfigDef;

/// Appends the value of each record to a text file, one a line.
#[derive(Debug, Clone, ConfigDef)]
pub struct FileSinkConfig {
    /// The file to append to, created if need be. Without it the records go to the worker's standard output.
    #[config(importance = High)]
    pub file: Option<String>,
}

impl FileSinkConfig {
    /// The file's name as configured; none for standard output.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref().filter(|name| !name.is_empty())
    }
}
