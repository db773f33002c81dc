//! `values.jsonl`: text as values, values as text, conversions, and the header converter over them.

use std::sync::Arc;

use connect_api::data::values;
use connect_api::{ConnectError, HeaderConverter, Schema, SchemaAndValue, Value};
use plugin_converters::SimpleHeaderConverter;
use serde_json::Value as Json;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The runner of `values.jsonl`.
pub struct ValuesSubject;

impl Subject for ValuesSubject {
    fn name(&self) -> &'static str {
        "values"
    }

    fn run(&self, case: &Case) -> Outcome {
        let run = match case.op.as_str() {
            "parseString" => run_parse_string,
            "toConnectHeader" => run_to_connect_header,
            "fromConnectHeader" => run_from_connect_header,
            "inferSchema" => run_infer_schema,
            "dateFormatFor" => run_date_format_for,
            conversion => {
                let outcome = run_convert(conversion, &case.input, &case.expect);
                return outcome.unwrap_or_else(|outcome| outcome);
            }
        };
        run(&case.input, &case.expect).unwrap_or_else(|outcome| outcome)
    }
}

/// Java's null stands for a null value without schema.
fn expect_parsed(ours: Option<SchemaAndValue>, expect: &Json) -> Outcome {
    match ours {
        None if expect.is_null() => Outcome::Passed,
        None => data::expect_schema_and_value(&(None, Value::Null), expect),
        Some(_) if expect.is_null() => Outcome::Failed(format!("ours {ours:?}, expected null")),
        Some(ours) => data::expect_schema_and_value(&ours, expect),
    }
}

fn run_parse_string(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let ours = match data::text(input, "text") {
        Some(text) => values::parse_string(&text.into()),
        None => None,
    };
    Ok(data::expect_result(Ok(ours), expect, expect_parsed))
}

fn run_to_connect_header(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let bytes = if input["bytes"].is_null() { None } else { Some(data::bytes(&input["bytes"])?) };
    let ours = SimpleHeaderConverter.to_connect_header("topic", "header", bytes.as_ref());
    Ok(data::expect_result(ours, expect, |ours, expect| {
        if expect.is_null() {
            expect_parsed(ours.0.is_some().then_some(ours), expect)
        } else {
            expect_parsed(Some(ours), expect)
        }
    }))
}

fn run_from_connect_header(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let (schema, value) = schema_and_value(input)?;
    let ours = SimpleHeaderConverter.from_connect_header("topic", "header", schema.as_ref(), &value);
    Ok(data::expect_result(ours, expect, |ours, expect| data::expect_bytes(ours.as_deref(), expect)))
}

fn run_infer_schema(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let ours = values::infer_schema(&data::value(&input["value"], None)?);
    Ok(data::expect_result(ours, expect, |ours, expect| data::expect_schema(ours.as_ref(), &expect["schema"])))
}

fn run_date_format_for(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let millis = input["ms"].as_i64().unwrap_or_default();
    let text = values::convert_to_string(&Value::Instant(millis));
    let ours = (Some(values::date_pattern(millis)), text.as_deref());
    Ok(Outcome::expect_eq(ours, (data::text(expect, "pattern"), data::text(expect, "text"))))
}

fn schema_and_value(input: &Json) -> Decoded<SchemaAndValue> {
    let schema = data::schema(&input["schema"])?;
    let value = data::value(&input["value"], schema.as_ref())?;
    Ok((schema, value))
}

fn run_convert(conversion: &str, input: &Json, expect: &Json) -> Decoded<Outcome> {
    let (schema, value) = schema_and_value(input)?;
    let scale = input["scale"].as_i64().unwrap_or_default() as i32;
    let ours = convert(conversion, schema.as_deref(), &value, scale);
    Ok(data::expect_result(ours, expect, |ours, expect| data::expect_value(&ours, schema.as_ref(), &expect["value"])))
}

fn convert(conversion: &str, schema: Option<&Schema>, value: &Value, scale: i32) -> Result<Value, ConnectError> {
    fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
    Ok(match conversion {
        "convertToBoolean" => or_null(values::convert_to_boolean(schema, value)?),
        "convertToByte" => or_null(values::convert_to_byte(schema, value)?),
        "convertToShort" => or_null(values::convert_to_short(schema, value)?),
        "convertToInteger" => or_null(values::convert_to_integer(schema, value)?),
        "convertToLong" => or_null(values::convert_to_long(schema, value)?),
        "convertToFloat" => or_null(values::convert_to_float(schema, value)?),
        "convertToDouble" => or_null(values::convert_to_double(schema, value)?),
        "convertToString" => or_null(values::convert_to_string(value)),
        "convertToList" => Value::Array(values::convert_to_list(value)?),
        "convertToMap" => Value::Map(values::convert_to_map(value)?),
        "convertToStruct" => Value::Struct(values::convert_to_struct(value)?),
        "convertToDate" => Value::Instant(values::convert_to_date(schema, value)?),
        "convertToTime" => Value::Instant(values::convert_to_time(schema, value)?),
        "convertToTimestamp" => Value::Instant(values::convert_to_timestamp(schema, value)?),
        "convertToDecimal" => Value::Decimal(Arc::new(values::convert_to_decimal(value, scale)?)),
        other => return Err(ConnectError::connect(format!("unknown op {other}"))),
    })
}
