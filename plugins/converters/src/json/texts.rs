//! The beginnings of messages, `{"schema":…,"payload":`, one a schema.

use std::sync::Arc;

use connect_api::{ConnectError, Schema};

use super::cache::Cache;
use super::config::JsonConverterConfig;
use super::write_schema::write_schema;

/// What is written before the payload. The schema of the last message is compared by pointer, which is all that happens
/// as long as a task writes records of one schema.
pub(super) struct Openings {
    last: Option<(Arc<Schema>, Arc<[u8]>)>,
    others: Cache<Arc<Schema>, Arc<[u8]>>,
}

impl Openings {
    pub(super) fn new(cache_size: i32) -> Self {
        Self { last: None, others: Cache::new(cache_size) }
    }

    /// Appends the beginning of a message of this schema.
    /// # Errors
    /// The schema cannot be written.
    pub(super) fn write(
        &mut self,
        config: &JsonConverterConfig,
        schema: &Arc<Schema>,
        out: &mut Vec<u8>,
    ) -> Result<(), ConnectError> {
        if let Some((last, opening)) = &self.last
            && Arc::ptr_eq(last, schema)
        {
            out.extend_from_slice(opening);
            return Ok(());
        }
        let opening = match self.others.get(schema) {
            Some(opening) => opening,
            None => compute(config, schema)?,
        };
        out.extend_from_slice(&opening);
        if !self.others.keeps_nothing() {
            self.others.insert(Arc::clone(schema), Arc::clone(&opening));
            self.last = Some((Arc::clone(schema), opening));
        }
        Ok(())
    }
}

fn compute(config: &JsonConverterConfig, schema: &Arc<Schema>) -> Result<Arc<[u8]>, ConnectError> {
    let mut text = b"{\"schema\":".to_vec();
    write_schema(config, schema, None, &mut text, 1)?;
    text.extend_from_slice(b",\"payload\":");
    Ok(text.into())
}
