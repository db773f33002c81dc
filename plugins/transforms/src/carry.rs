//! Fields that go from one struct to another: what null becomes there, and whether the value may stand there.

use std::sync::Arc;

use bytestring::ByteString;
use connect_api::data::SchemaParts;
use connect_api::{ConnectError, Field, Schema, SchemaBuilder, Type, Value};

/// One field on its way.
pub(crate) struct Carry {
    /// What takes the place of null; null where nothing does.
    default: Value,
    target: Target,
}

/// The field that takes a value.
pub(crate) struct Target {
    name: ByteString,
    schema: Arc<Schema>,
    /// Nothing is asked of values that are not null: they have come from a field of this type.
    plain: bool,
    optional: bool,
}

impl Target {
    pub(crate) fn new(name: &str, schema: &Arc<Schema>) -> Self {
        let (plain, optional) = (schema.schema_type().is_primitive(), schema.is_optional());
        Self { name: name.into(), schema: Arc::clone(schema), plain, optional }
    }

    /// As Java's `Struct.put` would say.
    /// # Errors
    /// A `DataException`: null in a required field, here or further down.
    pub(crate) fn check(&self, value: &Value) -> Result<(), ConnectError> {
        if if value.is_null() { self.optional } else { self.plain } {
            return Ok(());
        }
        self.schema.validate_field(&self.name, value)
    }

    /// True if every value that can come may stand there.
    fn takes_all(&self) -> bool {
        self.plain && self.optional
    }
}

impl Carry {
    /// From `source` to a field `name` of `schema`. With `replace_null` null becomes the default of `source`.
    pub(crate) fn new(source: &Field, name: &str, schema: &Arc<Schema>, replace_null: bool) -> Self {
        Self { default: default_of(source, replace_null), target: Target::new(name, schema) }
    }

    /// To a field of the same name and schema.
    pub(crate) fn same(field: &Field, replace_null: bool) -> Self {
        Self::new(field, &field.name, &field.schema, replace_null)
    }

    /// The schema of the field that takes the value.
    pub(crate) fn target_schema(&self) -> &Arc<Schema> {
        &self.target.schema
    }

    /// Replaces null by the default, if there is one.
    pub(crate) fn fill(&self, value: &mut Value) {
        if value.is_null() && !self.default.is_null() {
            *value = self.default.clone();
        }
    }

    /// # Errors
    /// The value may not stand in the target.
    pub(crate) fn check(&self, value: &Value) -> Result<(), ConnectError> {
        self.target.check(value)
    }

    /// Replaces and checks.
    /// # Errors
    /// The value may not stand in the target.
    pub(crate) fn settle(&self, value: &mut Value) -> Result<(), ConnectError> {
        self.fill(value);
        self.check(value)
    }

    /// As [`check`](Self::check), for what [`taken`](Self::taken) would give.
    /// # Errors
    /// The value may not stand in the target.
    pub(crate) fn check_or_default(&self, value: Option<&Value>) -> Result<(), ConnectError> {
        self.check(value.filter(|value| !value.is_null()).unwrap_or(&self.default))
    }

    /// Takes a value out of its struct; the default in place of null.
    pub(crate) fn taken(&self, value: &mut Value) -> Value {
        let mut taken = std::mem::take(value);
        self.fill(&mut taken);
        taken
    }

    /// True if nothing needs to be done for any value.
    pub(crate) fn is_idle(&self) -> bool {
        self.default.is_null() && self.target.takes_all()
    }
}

/// What null becomes on its way out of `source`.
pub(crate) fn default_of(source: &Field, replace_null: bool) -> Value {
    let default = if replace_null { source.schema.default_value() } else { None };
    default.cloned().unwrap_or(Value::Null)
}

/// All fields of a struct, to the same positions; those that need nothing are left out.
pub(crate) struct Carries(Vec<(usize, Carry)>);

impl Carries {
    pub(crate) fn all_of(schema: &Schema, replace_null: bool) -> Self {
        let carries = schema.fields().iter().map(|field| (field.index, Carry::same(field, replace_null)));
        Self(carries.filter(|(_, carry)| !carry.is_idle()).collect())
    }

    /// # Errors
    /// That of the first field whose value may not stay.
    pub(crate) fn settle(&self, values: &mut [Value]) -> Result<(), ConnectError> {
        self.0.iter().try_for_each(|(at, carry)| values.get_mut(*at).map_or(Ok(()), |value| carry.settle(value)))
    }
}

/// A builder of a struct schema with the name, version, documentation and parameters of `schema`.
pub(crate) fn struct_like(schema: &Schema) -> SchemaBuilder {
    like(schema, Type::Struct)
}

/// As [`struct_like`], for any type.
pub(crate) fn like(schema: &Schema, schema_type: Type) -> SchemaBuilder {
    let parts = schema.parts();
    SchemaBuilder::from(SchemaParts {
        name: parts.name.clone(),
        version: parts.version,
        doc: parts.doc.clone(),
        parameters: parts.parameters.clone(),
        ..SchemaParts::of(schema_type)
    })
}
