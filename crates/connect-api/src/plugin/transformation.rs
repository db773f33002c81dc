//! Transformations work on batches; most are written for one record.

use connect_config::{ConfigDef, Props};

use crate::{ConnectError, ConnectRecord};

/// What becomes of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Keep,
    /// Filtered out: its offset counts as processed.
    Drop,
    /// At fault; `errors.tolerance` decides. The records before it are still sent.
    Fail(ConnectError),
}

/// One link of a task's transformation chain. Used by one task alone.
pub trait Transformation: Send {
    /// What `configure` understands, with the prefix `transforms.<alias>.` taken off.
    fn config_def(&self) -> &'static ConfigDef;

    /// Called once, first.
    /// # Errors
    /// A value is invalid: the task fails.
    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError>;

    /// Changes the records in place and pushes one verdict for each onto `verdicts`, in order.
    /// A record that is dropped or at fault may be left in any state.
    fn apply(&mut self, batch: &mut [&mut ConnectRecord], verdicts: &mut Vec<Verdict>);
}

/// A transformation of one record at a time; every one of these is a [`Transformation`].
pub trait RecordTransformation: Send {
    fn config_def(&self) -> &'static ConfigDef;

    /// # Errors
    /// A value is invalid: the task fails.
    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError>;

    /// Changes the record in place; answers false to drop it.
    /// # Errors
    /// The record is at fault.
    fn apply_one(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError>;
}

impl<T: RecordTransformation> Transformation for T {
    fn config_def(&self) -> &'static ConfigDef {
        RecordTransformation::config_def(self)
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        RecordTransformation::configure(self, configs)
    }

    fn apply(&mut self, batch: &mut [&mut ConnectRecord], verdicts: &mut Vec<Verdict>) {
        verdicts.extend(batch.iter_mut().map(|record| match self.apply_one(record) {
            Ok(true) => Verdict::Keep,
            Ok(false) => Verdict::Drop,
            Err(e) => Verdict::Fail(e),
        }));
    }
}

/// Decides whether a transformation applies to a record.
pub trait Predicate: Send {
    /// What `configure` understands, with the prefix `predicates.<alias>.` taken off.
    fn config_def(&self) -> &'static ConfigDef;

    /// Called once, first.
    /// # Errors
    /// A value is invalid: the task fails.
    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError>;

    /// # Errors
    /// The record is at fault.
    fn test(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError>;
}
