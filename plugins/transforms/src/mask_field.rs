//! `MaskField`: hides the values of some fields behind the zero of their type, or behind a replacement.

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::data::values::{
    convert_to_byte, convert_to_double, convert_to_float, convert_to_integer, convert_to_long, convert_to_short,
};
use connect_api::java::hash_map_order_from;
use connect_api::{ConnectError, ConnectRecord, Decimal, Map, Schema, Value};
use connect_config::validators::{NonEmptyString, ValidList};
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::carry::Carry;
use crate::config::{list, parse, replace_null_with_default, replaces_null, string};
use crate::recent::Recent;
use crate::requirements::{map_mut, structure};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "mask fields";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(
            list("fields", Importance::High, "The fields to mask.")
                .validator(ValidList::any_non_duplicate_values(false, false)),
        )
        .define(
            string(
                "replacement",
                Importance::Low,
                "What stands in the fields instead, for numbers and text; without it 0, an empty text and the like.",
            )
            .optional()
            .validator(NonEmptyString),
        )
        .define(replace_null_with_default())
});

pub(crate) struct MaskField {
    fields: Vec<ByteString>,
    mask: Mask,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

/// What the fields of a schema need, those left out that need nothing.
struct Plan(Vec<Step>);

struct Step {
    at: usize,
    carry: Carry,
    masked: bool,
}

impl Configured for MaskField {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let names = parsed.list("fields").unwrap_or_default();
        // A HashSet's order: which of several errors is told depends on it.
        let order = hash_map_order_from(names, (names.len() * 4 / 3 + 1).max(16));
        let fields = order.into_iter().map(|at| names[at].as_str().into()).collect();
        let mask = parsed.string("replacement").map_or(Mask::Zero, |text| Mask::Custom(Box::new(Custom::new(text))));
        Ok(Self { fields, mask, replace_null: replaces_null(&parsed)?, plans: Recent::default() })
    }
}

impl HalfTransformation for MaskField {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (schema, value) = side.of(record);
        if schema.is_none() {
            return self.mask_map(map_mut(value, PURPOSE)?);
        }
        let value = structure(value, PURPOSE)?;
        let plan = self.plans.get(value.schema(), |schema| Ok(Plan::new(schema, &self.fields, self.replace_null)))?;
        let values = Arc::make_mut(value).values_mut();
        for step in &plan.0 {
            let value = &mut values[step.at];
            step.carry.fill(value);
            if step.masked {
                self.mask.apply(value)?;
            }
            step.carry.check(value)?;
        }
        Ok(())
    }
}

impl MaskField {
    fn mask_map(&self, map: &mut Map) -> Result<(), ConnectError> {
        for name in &self.fields {
            match map.get_str_mut(name) {
                Some(value) => self.mask.apply(value)?,
                None => drop(map.insert(Value::String(name.clone()), Value::Null)),
            }
        }
        Ok(())
    }
}

impl Plan {
    fn new(schema: &Schema, fields: &[ByteString], replace_null: bool) -> Self {
        let step = |field: &connect_api::Field| {
            let masked = fields.contains(&field.name);
            let carry = Carry::same(field, replace_null);
            (masked || !carry.is_idle()).then_some(Step { at: field.index, carry, masked })
        };
        Self(schema.fields().iter().filter_map(step).collect())
    }
}

enum Mask {
    Zero,
    Custom(Box<Custom>),
}

impl Mask {
    /// Null stays null.
    fn apply(&self, value: &mut Value) -> Result<(), ConnectError> {
        if !value.is_null() {
            *value = match self {
                Self::Zero => zero(value)?,
                Self::Custom(custom) => custom.replacement(value)?,
            };
        }
        Ok(())
    }
}

fn zero(value: &Value) -> Result<Value, ConnectError> {
    Ok(match value {
        Value::Boolean(_) => Value::Boolean(false),
        Value::Int8(_) => Value::Int8(0),
        Value::Int16(_) => Value::Int16(0),
        Value::Int32(_) => Value::Int32(0),
        Value::Int64(_) => Value::Int64(0),
        Value::Float32(_) => Value::Float32(0.0),
        Value::Float64(_) => Value::Float64(0.0),
        Value::Decimal(_) => Value::decimal(Decimal::new(0, 0)),
        Value::Instant(_) => Value::Instant(0),
        Value::String(_) => Value::String(ByteString::new()),
        Value::Array(_) => Value::array(Vec::new()),
        Value::Map(_) => Value::map(Map::new()),
        Value::Null | Value::Bytes(_) | Value::Struct(_) => {
            return Err(ConnectError::data(format!("Cannot mask value of type: class {}", value.java_class())));
        }
    })
}

type Converted = Result<Value, ConnectError>;

/// The replacement as each type that can take it, or why it cannot.
struct Custom {
    int8: Converted,
    int16: Converted,
    int32: Converted,
    int64: Converted,
    float32: Converted,
    float64: Converted,
    decimal: Converted,
    text: Value,
}

impl Custom {
    fn new(text: &str) -> Self {
        fn or_null<T: Into<Value>>(converted: Result<Option<T>, ConnectError>) -> Converted {
            Ok(converted?.map_or(Value::Null, Into::into))
        }
        let value = Value::string(text);
        let no_number = |cause| {
            let message = format!("Unable to convert {text} (class java.lang.String) to a number");
            ConnectError::data(message).caused_by(cause)
        };
        Self {
            int8: or_null(convert_to_byte(None, &value)),
            int16: or_null(convert_to_short(None, &value)),
            int32: or_null(convert_to_integer(None, &value)),
            int64: or_null(convert_to_long(None, &value)),
            float32: or_null(convert_to_float(None, &value)),
            float64: or_null(convert_to_double(None, &value)),
            decimal: Decimal::parse(text).map(Value::decimal).map_err(no_number),
            text: value,
        }
    }

    fn replacement(&self, value: &Value) -> Converted {
        match value {
            Value::Int8(_) => self.int8.clone(),
            Value::Int16(_) => self.int16.clone(),
            Value::Int32(_) => self.int32.clone(),
            Value::Int64(_) => self.int64.clone(),
            Value::Float32(_) => self.float32.clone(),
            Value::Float64(_) => self.float64.clone(),
            Value::Decimal(_) => self.decimal.clone(),
            Value::String(_) => Ok(self.text.clone()),
            other => Err(ConnectError::data(format!(
                "Cannot mask value of type class {} with custom replacement.",
                other.java_class()
            ))),
        }
    }
}
