//! `ExtractField`: the key or value becomes one of its fields.

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord, Schema, Struct, Value};
use connect_config::validators::CaseInsensitiveValidString;
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::carry::default_of;
use crate::config::{null_pointer, parse, replace_null_with_default, replaces_null, string};
use crate::field_path::FieldPath;
use crate::recent::Recent;
use crate::requirements::{map, structure_or_null};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "field extraction";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(string("field", Importance::Medium, "The field to extract."))
        .define(replace_null_with_default())
        .define(
            string(
                "field.syntax.version",
                Importance::High,
                "How field is read. V1: as the name of a field. V2: as a path, with a dot between the names of nested \
                 fields; a name that holds dots stands between backticks.",
            )
            .default("V1")
            .validator(CaseInsensitiveValidString::one_of(["V1", "V2"])),
        )
});

pub(crate) struct ExtractField {
    /// The path as it was written.
    field: String,
    path: FieldPath,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

/// The way to the field, what null is on it, and the field's schema.
struct Plan {
    steps: Vec<(usize, Value)>,
    schema: Arc<Schema>,
}

impl Configured for ExtractField {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let field = parsed.string("field").ok_or_else(|| null_pointer("field"))?.to_owned();
        let nested = parsed.string("field.syntax.version").is_some_and(|version| version.eq_ignore_ascii_case("V2"));
        let path = if nested { FieldPath::v2(&field)? } else { FieldPath::v1(&field) };
        Ok(Self { field, path, replace_null: replaces_null(&parsed)?, plans: Recent::default() })
    }
}

impl HalfTransformation for ExtractField {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (slot, value) = side.of(record);
        let Some(schema) = slot else {
            if !value.is_null() {
                *value = self.path.value_in(map(value, PURPOSE)?)?.cloned().unwrap_or_default();
            }
            return Ok(());
        };
        let structure = structure_or_null(value, PURPOSE)?;
        let plan = self.plans.get(schema, |schema| Plan::new(schema, &self.path, &self.field, self.replace_null))?;
        *value = structure.map_or(Value::Null, |top| plan.value_in(top));
        *slot = Some(Arc::clone(&plan.schema));
        Ok(())
    }
}

impl Plan {
    fn new(schema: &Schema, path: &FieldPath, written: &str, replace_null: bool) -> Result<Self, ConnectError> {
        let unknown = || ConnectError::new("java.lang.IllegalArgumentException", format!("Unknown field: {written}"));
        let fields = path.fields_in(schema)?.ok_or_else(unknown)?;
        let last = *fields.last().ok_or_else(unknown)?;
        // Defaults of structs on the way always count.
        let steps = fields.iter().map(|field| {
            let replace = replace_null || !std::ptr::eq(*field, last);
            (field.index, default_of(field, replace))
        });
        Ok(Self { steps: steps.collect(), schema: Arc::clone(&last.schema) })
    }

    fn value_in(&self, top: &Struct) -> Value {
        let Some(((at, default), rest)) = self.steps.split_first() else { return Value::Null };
        let mut current = or_default(top.values().get(*at), default);
        for (at, default) in rest {
            let Value::Struct(inner) = current else { return Value::Null };
            current = or_default(inner.values().get(*at), default);
        }
        current.clone()
    }
}

fn or_default<'a>(value: Option<&'a Value>, default: &'a Value) -> &'a Value {
    value.filter(|value| !value.is_null()).unwrap_or(default)
}
