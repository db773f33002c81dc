//! The configuration of FileStreamSource.

use connect_config::ConfigDef;

/// Reads a text file and produces one record per line.
#[derive(Debug, Clone, ConfigDef)]
pub struct FileSourceConfig {
    /// The file to read. Without it the task reads the worker's standard input.
    #[config(importance = High)]
    pub file: Option<String>,
    /// Where the lines go: one topic for the whole file.
    #[config(importance = High, validate = NonEmptyString)]
    pub topic: String,
    /// How many lines one poll returns at most; less than 1 counts as 1.
    #[config(name = "batch.size", default = 2000, importance = Low)]
    pub batch_size: i32,
}

impl FileSourceConfig {
    /// The file's name as configured; none for standard input.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref().filter(|name| !name.is_empty())
    }
}
