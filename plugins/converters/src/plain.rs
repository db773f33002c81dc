//! Converters that remember nothing: one type serves keys, values and headers.

use std::sync::Arc;

use bytes::Bytes;
use connect_api::data::Headers;
use connect_api::{ConnectError, Conversion, Converter, HeaderConverter, Schema, SchemaAndValue, Value};
use connect_config::{ConfigDef, Props};

use crate::config::{converter_config_def, for_headers, for_records, parse};

/// The two directions of a conversion that needs neither topic nor headers.
pub trait Plain: Default + Send + Sync + 'static {
    fn config_def() -> &'static ConfigDef {
        converter_config_def()
    }

    /// Called once, first; `configs` say what the converter is used for.
    /// # Errors
    /// A value is invalid.
    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        parse(Self::config_def(), configs).map(drop)
    }

    /// Appends the bytes of the value; answers false, with nothing appended, for null.
    /// # Errors
    /// The value cannot be converted.
    fn write(&self, schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError>;

    /// # Errors
    /// The bytes cannot be converted.
    fn read(&self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError>;

    /// True if [`read`](Self::read) takes any bytes.
    fn never_fails(&self) -> bool {
        false
    }
}

/// A [`Plain`] conversion as a plugin.
#[derive(Debug, Clone, Default)]
pub struct PlainConverter<P>(P);

impl<P: Plain> Converter for PlainConverter<P> {
    fn config_def(&self) -> &'static ConfigDef {
        P::config_def()
    }

    fn configure(&mut self, configs: &Props, is_key: bool) -> Result<(), ConnectError> {
        self.0.configure(&for_records(configs, is_key))
    }

    fn from_connect_data(
        &mut self,
        _topic: &str,
        _headers: &Headers,
        schema: Option<&Arc<Schema>>,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<Conversion<bool>, ConnectError> {
        self.0.write(schema.map(Arc::as_ref), value, out).map(Conversion::Ready)
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

impl<P: Plain> HeaderConverter for PlainConverter<P> {
    fn config_def(&self) -> &'static ConfigDef {
        P::config_def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        self.0.configure(&for_headers(configs))
    }

    fn never_fails(&self) -> bool {
        self.0.never_fails()
    }

    fn from_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<Option<Bytes>, ConnectError> {
        let mut out = Vec::new();
        Ok(self.0.write(schema.map(Arc::as_ref), value, &mut out)?.then(|| out.into()))
    }

    fn to_connect_header(
        &self,
        _topic: &str,
        _key: &str,
        bytes: Option<&Bytes>,
    ) -> Result<SchemaAndValue, ConnectError> {
        self.0.read(bytes)
    }
}
