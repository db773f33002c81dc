//! Keys and values: one implementation serves both, and becomes a transformation here.

use std::sync::Arc;

use connect_api::{ConnectError, ConnectRecord, RecordTransformation, Schema, Value};
use connect_config::{ConfigDef, Props};

use crate::Configured;

/// The half of a record that a transformation works on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Side {
    Key,
    Value,
}

impl Side {
    /// The schema and the value of this half.
    pub(crate) fn of(self, record: &mut ConnectRecord) -> (&mut Option<Arc<Schema>>, &mut Value) {
        match self {
            Self::Key => (&mut record.key_schema, &mut record.key),
            Self::Value => (&mut record.value_schema, &mut record.value),
        }
    }
}

/// What works on one half of a record, and may look at the rest.
pub(crate) trait HalfTransformation: Configured + Send + 'static {
    /// # Errors
    /// The record is at fault; it may be left in any state.
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError>;
}

/// What works on a whole record; answers false to drop it.
pub(crate) trait WholeTransformation: Configured + Send + 'static {
    /// # Errors
    /// The record is at fault; it may be left in any state.
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError>;
}

/// `…$Key` or `…$Value`.
pub(crate) struct Half<T> {
    side: Side,
    inner: Option<T>,
}

impl<T> Half<T> {
    pub(crate) fn new(side: Side) -> Self {
        Self { side, inner: None }
    }
}

impl<T: HalfTransformation> RecordTransformation for Half<T> {
    fn config_def(&self) -> &'static ConfigDef {
        T::config_def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        self.inner = Some(T::configured(configs)?);
        Ok(())
    }

    fn apply_one(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        let inner = self.inner.as_mut().ok_or_else(not_configured)?;
        inner.apply(self.side, record).map(|()| true)
    }
}

/// A transformation of whole records.
pub(crate) struct Whole<T>(Option<T>);

impl<T> Default for Whole<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: WholeTransformation> RecordTransformation for Whole<T> {
    fn config_def(&self) -> &'static ConfigDef {
        T::config_def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        self.0 = Some(T::configured(configs)?);
        Ok(())
    }

    fn apply_one(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        self.0.as_mut().ok_or_else(not_configured)?.apply(record)
    }
}

/// A caller's mistake, which Java answers with whatever is null then.
pub(crate) fn not_configured() -> ConnectError {
    ConnectError::new("java.lang.NullPointerException", "configure was not called")
}
