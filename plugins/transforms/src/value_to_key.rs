//! `ValueToKey`: makes the key out of some fields of the value.

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord, Map, Schema, SchemaBuilder, Struct, Type, Value};
use connect_config::validators::ValidList;
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::carry::Carry;
use crate::config::{list, parse, replace_null_with_default, replaces_null};
use crate::recent::Recent;
use crate::requirements::{map, structure};
use crate::side::WholeTransformation;

const PURPOSE: &str = "copying fields from value to key";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(
            list("fields", Importance::High, "The fields of the value that make the key, in this order.")
                .validator(ValidList::any_non_duplicate_values(false, false)),
        )
        .define(replace_null_with_default())
});

pub(crate) struct ValueToKey {
    /// Each as a string value: the keys of the new map.
    fields: Vec<Value>,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

/// The key's schema, and which fields of the value it is made of.
struct Plan {
    schema: Arc<Schema>,
    sources: Vec<(usize, Carry)>,
}

impl Configured for ValueToKey {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let fields = parsed.list("fields").unwrap_or_default().iter().map(|name| name.as_str().into()).collect();
        Ok(Self { fields, replace_null: replaces_null(&parsed)?, plans: Recent::default() })
    }
}

impl WholeTransformation for ValueToKey {
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        if record.value_schema.is_none() {
            let value = map(&record.value, PURPOSE)?;
            let pair = |field: &Value| (field.clone(), value.get(field).cloned().unwrap_or_default());
            record.key = Value::map(self.fields.iter().map(pair).collect::<Map>());
            record.key_schema = None;
            return Ok(true);
        }
        let value = structure(&mut record.value, PURPOSE)?;
        let plan = self.plans.get(value.schema(), |schema| Plan::new(schema, &self.fields, self.replace_null))?;
        let mut values = Vec::with_capacity(plan.sources.len());
        for (at, carry) in &plan.sources {
            let mut copy = value.values()[*at].clone();
            carry.settle(&mut copy)?;
            values.push(copy);
        }
        record.key = Struct::from_values(Arc::clone(&plan.schema), values).into();
        record.key_schema = Some(Arc::clone(&plan.schema));
        // The struct's own schema goes on with it.
        record.value_schema = Some(Arc::clone(value.schema()));
        Ok(true)
    }
}

impl Plan {
    fn new(schema: &Schema, fields: &[Value], replace_null: bool) -> Result<Self, ConnectError> {
        let (mut builder, mut sources) = (SchemaBuilder::new(Type::Struct), Vec::new());
        for name in fields.iter().filter_map(Value::as_str) {
            let field = schema.field(name);
            let field = field.ok_or_else(|| ConnectError::data(format!("Field does not exist: {name}")))?;
            builder = builder.field(name, Arc::clone(&field.schema))?;
            sources.push((field.index, Carry::same(field, replace_null)));
        }
        Ok(Self { schema: builder.build(), sources })
    }
}
