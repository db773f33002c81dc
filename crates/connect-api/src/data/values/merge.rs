//! The schema that the elements of an array, or the keys or values of a map, have in common.

use std::sync::Arc;

use super::super::{Schema, Type};

/// Widens numbers from INT8 up to FLOAT64; other types must be the same.
#[derive(Default)]
pub(super) struct Common {
    schema: Option<Arc<Schema>>,
    /// Two elements had nothing in common.
    broken: bool,
}

impl Common {
    /// Takes one more element in; one without a schema changes nothing.
    pub(super) fn merge(&mut self, schema: Option<&Arc<Schema>>) {
        let Some(schema) = schema.filter(|_| !self.broken) else { return };
        self.schema = match self.schema.take() {
            None => Some(Arc::clone(schema)),
            Some(before) => wider(before, schema),
        };
        self.broken = self.schema.is_none();
    }

    pub(super) fn schema(&self) -> Option<&Arc<Schema>> {
        self.schema.as_ref()
    }
}

/// Of two schemas of the same type the later counts, whatever is below: `[[1],[300]]` is an array of arrays of INT16.
fn wider(before: Arc<Schema>, now: &Arc<Schema>) -> Option<Arc<Schema>> {
    let (from, to) = (before.schema_type(), now.schema_type());
    let both_numbers = from <= Type::Float64 && to <= Type::Float64;
    match from.cmp(&to) {
        std::cmp::Ordering::Equal => Some(Arc::clone(now)),
        std::cmp::Ordering::Less if both_numbers => Some(Arc::clone(now)),
        std::cmp::Ordering::Greater if both_numbers => Some(before),
        _ => None,
    }
}
