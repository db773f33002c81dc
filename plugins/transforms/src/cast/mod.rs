//! `Cast`: the whole key or value, or some of its fields, as another type.
//! ```text
//! spec: target types ─▶ Caster of a field, once a schema ─▶ convert: number, boolean, text ─▶ value of the target type
//! ```

mod convert;
mod spec;

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord, Field, Schema, SchemaBuilder, Type, Value};
use connect_config::validators::Lambda;
use connect_config::{ConfigDef, Importance, Parsed, Props};

use self::convert::Caster;
use self::spec::Spec;
use crate::Configured;
use crate::carry::{Carry, like, struct_like};
use crate::config::{PAIRS, list, parse, raised, replace_null_with_default, replaces_null};
use crate::recent::Recent;
use crate::requirements::{fields_of, map_mut, structure};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "cast types";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(
            list(
                "spec",
                Importance::High,
                "The new types of fields, as name:type, or one type for the whole key or value. Types are int8, int16, \
                 int32, int64, float32, float64, boolean and string. Bytes become text in Base64, and nothing else.",
            )
            .validator(Lambda::new(PAIRS, |_, value| Spec::new(value).map(drop))),
        )
        .define(replace_null_with_default())
});

pub(crate) struct Cast {
    spec: Spec,
    replace_null: bool,
    wholes: Recent<Schema, Whole>,
    plans: Recent<Schema, Plan>,
}

impl Configured for Cast {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let spec = Spec::new(parsed.get("spec").unwrap_or(&Parsed::Null)).map_err(raised)?;
        let replace_null = replaces_null(&parsed)?;
        Ok(Self { spec, replace_null, wholes: Recent::default(), plans: Recent::default() })
    }
}

impl HalfTransformation for Cast {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (slot, value) = side.of(record);
        if value.is_null() {
            return Ok(());
        }
        match (&self.spec, &slot) {
            (Spec::Whole(target), None) => *value = Caster::schemaless(*target).cast(value)?,
            (Spec::Whole(target), Some(schema)) => {
                let whole = self.wholes.get(schema, |schema| Whole::new(schema, *target))?;
                *value = whole.caster.cast(value)?;
                *slot = Some(Arc::clone(&whole.schema));
            }
            (Spec::Fields(casts), None) => {
                let map = map_mut(value, PURPOSE)?;
                for (name, target) in casts {
                    match map.get_str_mut(name) {
                        Some(value) => *value = Caster::schemaless(*target).cast(value)?,
                        None => drop(map.insert(Value::String(name.clone()), Value::Null)),
                    }
                }
            }
            (Spec::Fields(_), Some(schema)) => {
                fields_of(schema)?;
                let value = structure(value, PURPOSE)?;
                let plan = self.plans.get(value.schema(), |schema| Plan::new(schema, &self.spec, self.replace_null))?;
                Arc::make_mut(value).recast(&plan.schema, |values| plan.run(values))?;
                *slot = Some(Arc::clone(&plan.schema));
            }
        }
        Ok(())
    }
}

/// A cast of the whole value.
struct Whole {
    schema: Arc<Schema>,
    caster: Caster,
}

impl Whole {
    fn new(schema: &Schema, target: Type) -> Result<Self, ConnectError> {
        let caster = Caster::new(schema, target);
        let builder = finish(like(schema, target), schema, |default| caster.cast(default))?;
        Ok(Self { schema: builder, caster })
    }
}

/// Adds what `old` says of optionality and default.
fn finish(
    mut builder: SchemaBuilder,
    old: &Schema,
    cast: impl FnOnce(&Value) -> Result<Value, ConnectError>,
) -> Result<Arc<Schema>, ConnectError> {
    if old.is_optional() {
        builder = builder.optional()?;
    }
    if let Some(default) = old.default_value() {
        builder = builder.default_value(cast(default)?)?;
    }
    Ok(builder.build())
}

/// Casts of fields: the new schema, and what to do with the fields that need something.
struct Plan {
    schema: Arc<Schema>,
    steps: Vec<Step>,
}

struct Step {
    at: usize,
    carry: Carry,
    caster: Option<Caster>,
}

impl Plan {
    fn new(schema: &Schema, spec: &Spec, replace_null: bool) -> Result<Self, ConnectError> {
        let (mut builder, mut steps) = (struct_like(schema), Vec::new());
        for field in schema.fields() {
            let caster = spec.of(&field.name).map(|target| Caster::new(&field.schema, target));
            let new_schema = cast_schema(field, caster.as_ref())?;
            builder = builder.field(field.name.clone(), Arc::clone(&new_schema))?;
            let carry = Carry::new(field, &field.name, &new_schema, replace_null);
            if caster.is_some() || !carry.is_idle() {
                steps.push(Step { at: field.index, carry, caster });
            }
        }
        // A struct is no type to cast from, and so its default cannot be.
        let schema = finish(builder, schema, |_| Err(convert::unsupported(Type::Struct)))?;
        Ok(Self { schema, steps })
    }

    fn run(&self, values: &mut [Value]) -> Result<(), ConnectError> {
        for step in &self.steps {
            let value = &mut values[step.at];
            step.carry.fill(value);
            if let Some(caster) = &step.caster {
                *value = caster.cast(value)?;
            }
            step.carry.check(value)?;
        }
        Ok(())
    }
}

fn cast_schema(field: &Field, caster: Option<&Caster>) -> Result<Arc<Schema>, ConnectError> {
    let Some(caster) = caster else { return Ok(Arc::clone(&field.schema)) };
    finish(SchemaBuilder::new(caster.target()), &field.schema, |default| caster.cast(default))
}
