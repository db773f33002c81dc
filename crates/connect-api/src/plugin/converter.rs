//! Between Connect data and bytes.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use connect_config::{ConfigDef, Props};

use crate::ConnectError;
use crate::data::{Headers, Schema, Value};

/// A value and its schema; none where the value has no schema.
pub type SchemaAndValue = (Option<Arc<Schema>>, Value);

/// The answer of a converter: now, or after something that it must fetch first.
pub enum Conversion<T> {
    Ready(T),
    /// Await this once, then make the same call again: it finds what it needs in the converter's cache.
    /// An error of the future is the error of the record.
    Pending(Pin<Box<dyn Future<Output = Result<(), ConnectError>> + Send>>),
}

/// Converts keys or values. Made for one task and used by it alone, record by record.
pub trait Converter: Send {
    /// What `configure` understands, with the prefix taken off.
    fn config_def(&self) -> &'static ConfigDef;

    /// Called once, first. `configs` are the keys under `key.converter.` or `value.converter.`.
    /// # Errors
    /// A value is invalid: the task fails.
    fn configure(&mut self, configs: &Props, is_key: bool) -> Result<(), ConnectError>;

    /// Appends the bytes of the value to `out`; answers false for Kafka's null, with nothing appended.
    /// On an error or `Pending` what was appended is undefined, and the caller truncates `out`.
    /// # Errors
    /// The record is at fault; `errors.tolerance` decides what follows.
    fn from_connect_data(
        &mut self,
        topic: &str,
        headers: &Headers,
        schema: Option<&Arc<Schema>>,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<Conversion<bool>, ConnectError>;

    /// Reads the bytes of a consumed record; text and bytes of the result are slices of `bytes` where they can be.
    /// # Errors
    /// The record is at fault; `errors.tolerance` decides what follows.
    fn to_connect_data(
        &mut self,
        topic: &str,
        headers: &Headers,
        bytes: Option<&Bytes>,
    ) -> Result<Conversion<SchemaAndValue>, ConnectError>;
}

/// Converts the value of one header. Shared by the records of a task, which may read their headers later.
pub trait HeaderConverter: Send + Sync {
    /// What `configure` understands, with the prefix taken off.
    fn config_def(&self) -> &'static ConfigDef;

    /// Called once, first.
    /// # Errors
    /// A value is invalid: the task fails.
    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError>;

    /// True if [`to_connect_header`](Self::to_connect_header) takes any bytes: then headers are read only when asked for.
    fn never_fails(&self) -> bool {
        false
    }

    /// The bytes of a header's value, none for null.
    /// # Errors
    /// The record is at fault.
    fn from_connect_header(
        &self,
        topic: &str,
        key: &str,
        schema: Option<&Arc<Schema>>,
        value: &Value,
    ) -> Result<Option<Bytes>, ConnectError>;

    /// The value of a header.
    /// # Errors
    /// The record is at fault.
    fn to_connect_header(&self, topic: &str, key: &str, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError>;
}
