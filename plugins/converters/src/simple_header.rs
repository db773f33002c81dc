//! `SimpleHeaderConverter`, the default for headers: values as readable text, and text as what it looks like.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use connect_api::data::values::{convert_to_string, parse_string};
use connect_api::java::decode_utf8;
use connect_api::{ConnectError, HeaderConverter, Schema, SchemaAndValue, Value};
use connect_config::{ConfigDef, Props};

static CONFIG_DEF: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

/// Writes any value as text in UTF-8; reads numbers, booleans, dates, arrays and maps back, all else as a string.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimpleHeaderConverter;

impl SimpleHeaderConverter {
    /// It understands no keys.
    pub fn def() -> &'static ConfigDef {
        &CONFIG_DEF
    }
}

impl HeaderConverter for SimpleHeaderConverter {
    fn config_def(&self) -> &'static ConfigDef {
        Self::def()
    }

    fn configure(&mut self, _configs: &Props) -> Result<(), ConnectError> {
        Ok(())
    }

    fn never_fails(&self) -> bool {
        true
    }

    fn from_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        _schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<Option<Bytes>, ConnectError> {
        Ok(convert_to_string(value).map(|text| text.into_bytes()))
    }

    fn to_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        bytes: Option<&Bytes>,
    ) -> Result<SchemaAndValue, ConnectError> {
        let parsed = bytes.and_then(|bytes| parse_string(&decode_utf8(bytes)));
        Ok(parsed.unwrap_or((None, Value::Null)))
    }
}
