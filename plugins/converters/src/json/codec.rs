//! A configured `JsonConverter`: both directions, and what it remembers.

use std::sync::Arc;

use bytes::Bytes;
use connect_api::{ConnectError, Schema, SchemaAndValue, Value};

use super::config::JsonConverterConfig;
use super::envelope::{Schemas, configured_schema, payload, schemaless, utf8};
use super::texts::Openings;
use super::write::write_value;

pub(super) struct Codec {
    config: JsonConverterConfig,
    openings: Openings,
    schemas: Schemas,
    /// The schema of `schema.content`.
    content: Option<Arc<Schema>>,
}

impl Codec {
    /// # Errors
    /// `schema.content` is no schema.
    pub(super) fn new(config: JsonConverterConfig) -> Result<Self, ConnectError> {
        let content = match &config.schema_content {
            Some(text) => configured_schema(&config, &Bytes::from(text.clone()))?,
            None => None,
        };
        let size = config.schemas_cache_size;
        Ok(Self { config, openings: Openings::new(size), schemas: Schemas::new(size), content })
    }

    /// Appends the message; answers false, with nothing appended, for Kafka's null.
    pub(super) fn write(
        &mut self,
        schema: Option<&Arc<Schema>>,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<bool, ConnectError> {
        if schema.is_none() && value.is_null() {
            return Ok(false);
        }
        if !self.config.schemas_enable {
            write_value(&self.config, schema, value, out, 0)?;
            return Ok(true);
        }
        match schema {
            Some(schema) => self.openings.write(&self.config, schema, out)?,
            None => out.extend_from_slice(b"{\"schema\":null,\"payload\":"),
        }
        write_value(&self.config, schema, value, out, 1)?;
        out.push(b'}');
        Ok(true)
    }

    pub(super) fn read(&mut self, message: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        let Some(message) = message else { return Ok((None, Value::Null)) };
        let message = utf8(message)?;
        match &self.content {
            _ if !self.config.schemas_enable => Ok((None, schemaless(&message)?)),
            Some(schema) => {
                let value = payload(&self.config, Some(schema), &message, 0, 0)?;
                Ok((Some(Arc::clone(schema)), value))
            }
            None => self.schemas.read(&self.config, &message),
        }
    }
}
