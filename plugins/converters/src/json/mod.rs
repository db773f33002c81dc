//! `JsonConverter`: Connect data as JSON, with its schema or without.
//! ```text
//! Schema, Value ─▶ Codec ─▶ texts (a schema's text, remembered) ─▶ write ─▶ bytes
//! bytes ─▶ Codec ─┬─▶ envelope (a text's schema, remembered) ─┬─▶ direct ─▶ Value         plain data
//!                 └─▶ tree ─▶ Value   (no schemas)            └─▶ tree ─▶ Node ─▶ to_value   the exact rules
//! ```
//! Start at [`JsonConverter`]; the text is read by `scan` and `tree`, which are as lenient as the reference's parser.

mod base64;
mod cache;
mod codec;
mod config;
mod direct;
mod encoding;
mod envelope;
mod escape;
mod fault;
mod logical;
mod number;
mod scan;
#[cfg(test)]
mod tests;
mod texts;
mod to_schema;
mod to_value;
mod tree;
mod unescape;
mod write;
mod write_schema;

use std::sync::{Arc, Mutex, PoisonError};

use ::bytes::Bytes;
use connect_api::data::Headers;
use connect_api::{ConnectError, Conversion, Converter, HeaderConverter, Schema, SchemaAndValue, Value};
use connect_config::{ConfigDef, Props};

pub use self::config::JsonConverterConfig;

use self::codec::Codec;
use crate::config::{for_headers, for_records};

/// Appends `value` as the JSON that the internal topics hold; see [`JsonConverter`] with `schemas.enable=false`.
/// Answers false, with nothing appended, for null without a schema.
/// # Errors
/// The value does not fit the schema, or has no place in JSON.
pub fn write_schemaless(schema: Option<&Arc<Schema>>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError> {
    if schema.is_none() && value.is_null() {
        return Ok(false);
    }
    write::write_value(&JsonConverterConfig::default(), schema, value, out, 0)?;
    Ok(true)
}

/// Reads the JSON that the internal topics hold: whole numbers are `Int64`, others `Float64`, objects maps of strings.
/// No text at all is null.
/// # Errors
/// The bytes are no JSON.
pub fn read_schemaless(bytes: &Bytes) -> Result<Value, ConnectError> {
    envelope::schemaless(&envelope::utf8(bytes)?)
}

/// `org.apache.kafka.connect.json.JsonConverter` for keys and values.
pub struct JsonConverter(Codec);

impl Default for JsonConverter {
    fn default() -> Self {
        Self(unconfigured())
    }
}

fn unconfigured() -> Codec {
    Codec::new(JsonConverterConfig::default()).expect("without schema.content nothing can be wrong")
}

impl Converter for JsonConverter {
    fn config_def(&self) -> &'static ConfigDef {
        JsonConverterConfig::def()
    }

    fn configure(&mut self, configs: &Props, is_key: bool) -> Result<(), ConnectError> {
        self.0 = Codec::new(JsonConverterConfig::parse(&for_records(configs, is_key))?)?;
        Ok(())
    }

    fn from_connect_data(
        &mut self,
        _topic: &str,
        _headers: &Headers,
        schema: Option<&Arc<Schema>>,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<Conversion<bool>, ConnectError> {
        self.0.write(schema, value, out).map(Conversion::Ready)
    }

    fn to_connect_data(
        &mut self,
        _topic: &str,
        _headers: &Headers,
        bytes: Option<&Bytes>,
    ) -> Result<Conversion<SchemaAndValue>, ConnectError> {
        self.0.read(bytes).map(Conversion::Ready)
    }
}

/// The same class as a header converter. Headers are converted through a shared reference, hence the lock around what
/// is remembered.
pub struct JsonHeaderConverter(Mutex<Codec>);

impl Default for JsonHeaderConverter {
    fn default() -> Self {
        Self(Mutex::new(unconfigured()))
    }
}

impl HeaderConverter for JsonHeaderConverter {
    fn config_def(&self) -> &'static ConfigDef {
        JsonConverterConfig::def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        self.0 = Mutex::new(Codec::new(JsonConverterConfig::parse(&for_headers(configs))?)?);
        Ok(())
    }

    fn from_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<Option<Bytes>, ConnectError> {
        let mut out = Vec::new();
        let mut codec = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(codec.write(schema, value, &mut out)?.then(|| out.into()))
    }

    fn to_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        bytes: Option<&Bytes>,
    ) -> Result<SchemaAndValue, ConnectError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).read(bytes)
    }
}
