//! FileStreamSource: one task that reads one file, or standard input, line by line.

mod config;
mod decode;
mod input;
mod lines;
mod reader;
mod task;
#[cfg(test)]
mod tests;
mod wait;

use async_trait::async_trait;
use connect_api::{
    ConnectError, Connector, ConnectorContext, ExactlyOnceSupport, Map, SourceConnector, SourceOffsets, Value,
};
use connect_config::{ConfigDef, Props};

pub use config::FileSourceConfig;
pub use decode::decode_utf8;
pub use task::FileStreamSourceTask;

/// The key of a source partition.
pub(crate) const FILENAME_FIELD: &str = "filename";
/// The key of a source offset: bytes from the start of the file.
pub(crate) const POSITION_FIELD: &str = "position";

/// Always has one task, with the connector's own configuration.
#[derive(Debug, Default)]
pub struct FileStreamSourceConnector {
    configs: Props,
}

#[async_trait]
impl Connector for FileStreamSourceConnector {
    fn config_def(&self) -> &'static ConfigDef {
        FileSourceConfig::def()
    }

    async fn start(&mut self, _: ConnectorContext, configs: &Props) -> Result<(), ConnectError> {
        FileSourceConfig::parse(configs).map_err(crate::config_error)?;
        self.configs = configs.clone();
        Ok(())
    }

    fn task_configs(&mut self, _max_tasks: usize) -> Result<Vec<Props>, ConnectError> {
        Ok(vec![self.configs.clone()])
    }
}

#[async_trait]
impl SourceConnector for FileStreamSourceConnector {
    /// Lines of a file can be read again, those of standard input cannot.
    fn exactly_once_support(&self, configs: &Props) -> Option<ExactlyOnceSupport> {
        Some(if has_file(configs) { ExactlyOnceSupport::Supported } else { ExactlyOnceSupport::Unsupported })
    }

    async fn alter_offsets(&mut self, configs: &Props, offsets: &SourceOffsets) -> Result<bool, ConnectError> {
        if !has_file(configs) {
            return Err(ConnectError::connect(
                "Offsets cannot be modified if the 'file' configuration is unspecified. \
                 This is because stdin is used for input and offsets are not tracked.",
            ));
        }
        let refused = offsets.iter().find_map(|(partition, offset)| refusal(partition.as_ref(), offset.as_ref()));
        refused.map_or(Ok(true), |why| Err(ConnectError::connect(why)))
    }
}

fn has_file(configs: &Props) -> bool {
    configs.get("file").is_some_and(|file| !file.is_empty())
}

/// Why an offset cannot be set. One that is removed may have any partition: it may be a wrong one of the past.
fn refusal(partition: Option<&Map>, offset: Option<&Map>) -> Option<&'static str> {
    match offset?.get_str(POSITION_FIELD) {
        None => return Some("Offset objects should either be null or contain the key 'position'"),
        Some(Value::Int64(position)) if *position < 0 => {
            return Some("The value for the 'position' key in the offset should be a non-negative value");
        }
        Some(Value::Int64(_)) => {}
        Some(_) => return Some("The value for the 'position' key in the offset is expected to be a Long value"),
    }
    match partition {
        None => Some("Partition objects cannot be null"),
        Some(fields) if fields.get_str(FILENAME_FIELD).is_none() => {
            Some("Partition objects should contain the key 'filename'")
        }
        Some(_) => None,
    }
}
