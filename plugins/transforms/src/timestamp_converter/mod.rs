//! `TimestampConverter`: a time as text, as a Unix time, as a Date, a Time or a Timestamp.
//! ```text
//! value ─▶ Form of its schema or class ─▶ Translation::to_millis ─▶ Translation::of_millis ─▶ value of the target form
//! ```

mod form;

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::{ConnectError, ConnectRecord, Field, Schema, Struct, Value};
use connect_config::validators::ValidString;
use connect_config::{ConfigDef, Importance, Props};

pub(crate) use self::form::format_error;
use self::form::{Form, Translation};
use crate::Configured;
use crate::carry::{Carry, struct_like};
use crate::config::{null_pointer, parse, replace_null_with_default, replaces_null, string};
use crate::recent::Recent;
use crate::requirements::{fields_of, map_mut, structure_or_null};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "converting timestamp formats";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let units = ["nanoseconds", "microseconds", "milliseconds", "seconds"];
    ConfigDef::new()
        .define(string("field", Importance::High, "The field with the time; empty for the whole value.").default(""))
        .define(
            string(
                "target.type",
                Importance::High,
                "What the time becomes: text, a Unix time, a Date, Time or Timestamp.",
            )
            .validator(ValidString::one_of(["string", "unix", "Date", "Time", "Timestamp"])),
        )
        .define(
            string(
                "format",
                Importance::Medium,
                "The format of times that are text, before or after, as java.text.SimpleDateFormat has it.",
            )
            .default(""),
        )
        .define(
            string("unix.precision", Importance::Low, "The unit of Unix times. Anything below a millisecond is lost.")
                .default("milliseconds")
                .validator(ValidString::one_of(units)),
        )
        .define(replace_null_with_default())
});

pub(crate) struct TimestampConverter {
    /// Empty for the whole value; none where the configuration says null.
    field: Option<ByteString>,
    translation: Translation,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

impl Configured for TimestampConverter {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let replace_null = replaces_null(&parsed)?;
        let text = |key| parsed.string(key).unwrap_or_default();
        let translation = Translation::new(text("target.type"), text("format"), text("unix.precision"))?;
        let field = parsed.string("field").map(ByteString::from);
        Ok(Self { field, translation, replace_null, plans: Recent::default() })
    }
}

impl HalfTransformation for TimestampConverter {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (slot, value) = side.of(record);
        if slot.is_none() && value.is_null() {
            return Ok(());
        }
        let field = self.field.as_ref().ok_or_else(|| null_pointer("field"))?;
        match slot {
            None if field.is_empty() => self.translation.infer(value),
            None => {
                let map = map_mut(value, PURPOSE)?;
                match map.get_str_mut(field) {
                    Some(value) => self.translation.infer(value),
                    None => {
                        map.insert(Value::String(field.clone()), Value::Null);
                        Ok(())
                    }
                }
            }
            Some(schema) if field.is_empty() => {
                self.translation.translate(value, Form::of_schema(schema)?)?;
                *slot = Some(self.translation.schema(schema.is_optional()));
                Ok(())
            }
            Some(schema) => {
                let value = structure_or_null(value, PURPOSE)?;
                let plan =
                    self.plans.get(schema, |schema| Plan::new(schema, field, &self.translation, self.replace_null))?;
                if let Some(value) = value {
                    plan.run(Arc::make_mut(value), &self.translation)?;
                }
                *slot = Some(Arc::clone(&plan.schema));
                Ok(())
            }
        }
    }
}

/// The new schema, and what to do with the fields that need something.
struct Plan {
    schema: Arc<Schema>,
    steps: Vec<Step>,
}

struct Step {
    at: usize,
    carry: Carry,
    /// Of the field with the time: what its schema says that it is.
    form: Option<Result<Form, ConnectError>>,
}

impl Plan {
    fn new(schema: &Schema, name: &str, translation: &Translation, replace_null: bool) -> Result<Self, ConnectError> {
        fields_of(schema)?;
        let (mut builder, mut steps) = (struct_like(schema), Vec::new());
        for field in schema.fields() {
            let step = Step::new(field, name, translation, replace_null);
            builder = builder.field(field.name.clone(), Arc::clone(step.carry.target_schema()))?;
            if step.form.is_some() || !step.carry.is_idle() {
                steps.push(step);
            }
        }
        if schema.is_optional() {
            builder = builder.optional()?;
        }
        let mut plan = Self { schema: builder.clone().build(), steps };
        if let Some(Value::Struct(default)) = schema.default_value() {
            let mut default = Struct::clone(default);
            plan.run(&mut default, translation)?;
            plan.schema = builder.default_value(default.into())?.build();
        }
        Ok(plan)
    }

    fn run(&self, value: &mut Struct, translation: &Translation) -> Result<(), ConnectError> {
        value.recast(&self.schema, |values| {
            for step in &self.steps {
                let Some(value) = values.get_mut(step.at) else { continue };
                step.carry.fill(value);
                if let Some(form) = &step.form {
                    translation.translate(value, form.clone()?)?;
                }
                step.carry.check(value)?;
            }
            Ok(())
        })
    }
}

impl Step {
    fn new(field: &Field, name: &str, translation: &Translation, replace_null: bool) -> Self {
        let is_time = &*field.name == name;
        let target = match is_time {
            true => translation.schema(field.schema.is_optional()),
            false => Arc::clone(&field.schema),
        };
        let carry = Carry::new(field, &field.name, &target, replace_null);
        Self { at: field.index, carry, form: is_time.then(|| Form::of_schema(&field.schema)) }
    }
}
