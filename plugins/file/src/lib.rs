//! FileStreamSource and FileStreamSink: the lines of a file to a topic, and the records of topics to a file.
//! ```text
//! file, FIFO or stdin ─▶ Input ─▶ LineBuffer ─▶ one record a line, position in bytes ─▶ poll
//! put ─▶ the text of a batch, built once ─▶ Appender ─▶ file or stdout
//! ```
//! Start at [`FileStreamSourceTask`] or [`FileStreamSinkTask`].

mod error;
mod sink;
mod source;

use std::sync::Arc;

use connect_api::{Factory, Plugin, PluginTable};

pub use error::FileError;
pub use sink::{FileSinkConfig, FileStreamSinkConnector, FileStreamSinkTask};
pub use source::{FileSourceConfig, FileStreamSourceConnector, FileStreamSourceTask, decode_utf8};

/// The class of the source connector.
pub const SOURCE_CLASS: &str = "org.apache.kafka.connect.file.FileStreamSourceConnector";
/// The class of the sink connector.
pub const SINK_CLASS: &str = "org.apache.kafka.connect.file.FileStreamSinkConnector";

const VERSION: &str = "4.3.1";

/// Adds both connectors.
pub fn register(table: &mut PluginTable) {
    table.add(Plugin {
        class: SOURCE_CLASS,
        version: VERSION,
        config_def: FileSourceConfig::def(),
        factory: Factory::Source {
            connector: Arc::new(|| Box::new(FileStreamSourceConnector::default())),
            task_class: "org.apache.kafka.connect.file.FileStreamSourceTask",
            task: Arc::new(|| Box::new(FileStreamSourceTask::default())),
        },
    });
    table.add(Plugin {
        class: SINK_CLASS,
        version: VERSION,
        config_def: FileSinkConfig::def(),
        factory: Factory::Sink {
            connector: Arc::new(|| Box::new(FileStreamSinkConnector::default())),
            task_class: "org.apache.kafka.connect.file.FileStreamSinkTask",
            task: Arc::new(|| Box::new(FileStreamSinkTask::default())),
        },
    });
}

/// What Java would throw for a configuration that does not parse: its first error.
fn config_error(errors: connect_config::ConfigErrors) -> connect_api::ConnectError {
    let first = errors.into_first();
    connect_api::ConnectError::new(first.java_class(), first.message())
}
