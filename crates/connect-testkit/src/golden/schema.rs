//! `schema.jsonl`: the projector, validation, structs, the builder and the logical types.

use std::sync::Arc;

use connect_api::data::{SchemaBuilder, logical, project};
use connect_api::{ConnectError, Schema, Struct, Type, Value};
use serde_json::Value as Json;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The runner of `schema.jsonl`.
pub struct SchemaSubject;

impl Subject for SchemaSubject {
    fn name(&self) -> &'static str {
        "schema"
    }

    fn run(&self, case: &Case) -> Outcome {
        let run = match case.op.as_str() {
            "project" => run_project,
            "validateValue" => run_validate_value,
            "structValidate" => run_struct_validate,
            "structOps" => run_struct_ops,
            "build" => run_build,
            "logical" => run_logical,
            op => return Outcome::Failed(format!("unknown op {op}")),
        };
        run(&case.input, &case.expect).unwrap_or_else(|outcome| outcome)
    }
}

fn run_project(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let (source, target) = (data::required_schema(&input["source"])?, data::required_schema(&input["target"])?);
    let value = data::value(&input["value"], Some(&source))?;
    let ours = project(&source, &value, &target);
    Ok(data::expect_result(ours, expect, |ours, expect| data::expect_value(&ours, Some(&target), &expect["value"])))
}

fn run_validate_value(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let schema = data::required_schema(&input["schema"])?;
    let value = data::value(&input["value"], Some(&schema))?;
    let ours = match data::text(input, "name") {
        Some(name) => schema.validate_field(name, &value),
        None => schema.validate(&value),
    };
    Ok(data::expect_result(ours, expect, |(), _| Outcome::Passed))
}

fn structure(input: &Json) -> Decoded<Struct> {
    let schema = data::required_schema(&input["schema"])?;
    match data::value(&input["value"], Some(&schema))? {
        Value::Struct(value) => Ok(Struct::clone(&value)),
        _ => Ok(Struct::new(schema)),
    }
}

fn run_struct_validate(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let value = structure(input)?;
    Ok(data::expect_result(value.validate(), expect, |(), expect| {
        Outcome::expect_eq(Some(value.to_string().as_str()), data::text(expect, "toString"))
    }))
}

fn run_struct_ops(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let mut value = structure(input)?;
    let results = expect["results"].as_array().into_iter().flatten();
    for (op, expect) in input["ops"].as_array().into_iter().flatten().zip(results) {
        match struct_op(&mut value, op, expect)? {
            Outcome::Passed => {}
            Outcome::Failed(why) => return Ok(Outcome::Failed(format!("{op}: {why}"))),
            skipped @ Outcome::Skipped(_) => return Ok(skipped),
        }
    }
    Ok(Outcome::Passed)
}

fn struct_op(value: &mut Struct, op: &Json, expect: &Json) -> Decoded<Outcome> {
    let name = data::text(op, "field").unwrap_or_default();
    let field_schema = value.schema().field(name).map(|field| Arc::clone(&field.schema));
    let ours = match data::text(op, "op").unwrap_or_default() {
        "put" => {
            let new = data::value(&op["value"], field_schema.as_ref())?;
            return Ok(data::expect_result(value.put(name, new).map(|_| ()), expect, |(), _| Outcome::Passed));
        }
        "validate" => return Ok(data::expect_result(value.validate(), expect, |(), _| Outcome::Passed)),
        "toString" => {
            let ours = value.to_string();
            return Ok(Outcome::expect_eq(Some(ours.as_str()), data::text(expect, "string")));
        }
        getter => get(value, getter, name),
    };
    Ok(data::expect_result(ours, expect, |ours, expect| {
        data::expect_value(&ours, field_schema.as_ref(), &expect["value"])
    }))
}

fn get(value: &Struct, getter: &str, name: &str) -> Result<Value, ConnectError> {
    fn or_null<T: Into<Value>>(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
    Ok(match getter {
        "get" => value.get(name)?.clone(),
        "getWithoutDefault" => value.get_without_default(name)?.clone(),
        "getInt8" => or_null(value.get_int8(name)?),
        "getInt16" => or_null(value.get_int16(name)?),
        "getInt32" => or_null(value.get_int32(name)?),
        "getInt64" => or_null(value.get_int64(name)?),
        "getFloat32" => or_null(value.get_float32(name)?),
        "getFloat64" => or_null(value.get_float64(name)?),
        "getBoolean" => or_null(value.get_boolean(name)?),
        "getString" => or_null(value.get_string(name)?),
        "getBytes" => or_null(value.get_bytes(name)?),
        "getArray" => value.get_array(name)?.map_or(Value::Null, Value::Array),
        "getMap" => value.get_map(name)?.map_or(Value::Null, Value::Map),
        "getStruct" => value.get_struct(name)?.map_or(Value::Null, Value::Struct),
        other => return Err(ConnectError::connect(format!("unknown getter {other}"))),
    })
}

fn run_build(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let steps = input["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut builder = SchemaBuilder::new(Type::Struct);
    for (index, step) in steps.iter().enumerate() {
        match build_step(builder, step)? {
            Ok(next) => builder = next,
            Err(e) if expect["failedStep"].as_u64() == Some(index as u64) => {
                return Ok(data::expect_error(&e, &expect["error"]));
            }
            Err(e) => return Ok(Outcome::Failed(format!("step {index}: ours {e:?}, expected {expect}"))),
        }
    }
    if expect.get("failedStep").is_some() {
        return Ok(Outcome::Failed(format!("no step failed, expected {expect}")));
    }
    let ours = builder.build();
    let text = Outcome::expect_eq(Some(ours.to_string().as_str()), data::text(expect, "toString"));
    Ok(data::all([data::expect_schema(Some(&ours), &expect["schema"]), text]))
}

type Built = Result<SchemaBuilder, ConnectError>;

fn build_step(builder: SchemaBuilder, step: &Json) -> Decoded<Built> {
    let args = &step["args"];
    let text = |index: usize| args[index].as_str().ok_or_else(|| absent("a null argument"));
    Ok(match data::text(step, "call").unwrap_or_default() {
        "type" => Ok(SchemaBuilder::new(data::schema_type(text(0)?).ok_or_else(|| absent("the type"))?)),
        "optional" => builder.optional(),
        "required" => builder.required(),
        "name" => builder.name(text(0)?),
        "doc" => builder.doc(text(0)?),
        "version" => builder.version(args[0].as_i64().ok_or_else(|| absent("a null version"))? as i32),
        "parameter" => Ok(builder.parameter(text(0)?, text(1)?)),
        "defaultValue" => {
            let plain = builder.clone().build();
            builder.default_value(data::value(&args[0], Some(&plain))?)
        }
        "field" => builder.field(text(0)?, data::required_schema(&args[1])?),
        "array" => Ok(SchemaBuilder::array(data::schema(&args[0])?.ok_or_else(|| absent("a null schema"))?)),
        "map" => Ok(SchemaBuilder::map(
            data::schema(&args[0])?.ok_or_else(|| absent("a null schema"))?,
            data::schema(&args[1])?.ok_or_else(|| absent("a null schema"))?,
        )),
        "decimal" => Ok(from_schema(&logical::decimal_schema(args[0].as_i64().unwrap_or_default() as i32))),
        "keySchema" | "valueSchema" => Ok(builder),
        "fieldSchema" => field_schema(builder, text(0)?),
        call => return Err(Outcome::Failed(format!("unknown call {call}"))),
    })
}

fn absent(what: &str) -> Outcome {
    Outcome::Skipped(format!("{what} cannot be passed here"))
}

fn from_schema(schema: &Schema) -> SchemaBuilder {
    SchemaBuilder::from(schema.parts().clone())
}

fn field_schema(builder: SchemaBuilder, name: &str) -> Built {
    match builder.field_schema(name)? {
        Some(_) => Ok(builder),
        // What Java raises when a caller goes on with the missing field.
        None => Err(ConnectError::without_message("java.lang.NullPointerException")),
    }
}

fn run_logical(input: &Json, expect: &Json) -> Decoded<Outcome> {
    let schema = data::required_schema(&input["schema"])?;
    let value = data::value(&input["value"], Some(&schema))?;
    let ours = call_logical(data::text(input, "fn").unwrap_or_default(), &schema, &value);
    Ok(data::expect_result(ours, expect, |ours, expect| data::expect_value(&ours, Some(&schema), &expect["value"])))
}

fn call_logical(function: &str, schema: &Schema, value: &Value) -> Result<Value, ConnectError> {
    Ok(match (function, value) {
        ("Decimal.fromLogical", Value::Decimal(v)) => Value::Bytes(logical::decimal_from_logical(schema, v)?.into()),
        ("Decimal.toLogical", Value::Bytes(v)) => Value::decimal(logical::decimal_to_logical(schema, v)?),
        ("Date.fromLogical", Value::Instant(v)) => Value::Int32(logical::date_from_logical(schema, *v)?),
        ("Date.toLogical", Value::Int32(v)) => logical::date_to_logical(schema, *v)?,
        ("Time.fromLogical", Value::Instant(v)) => Value::Int32(logical::time_from_logical(schema, *v)?),
        ("Time.toLogical", Value::Int32(v)) => logical::time_to_logical(schema, *v)?,
        ("Timestamp.fromLogical", Value::Instant(v)) => Value::Int64(logical::timestamp_from_logical(schema, *v)?),
        ("Timestamp.toLogical", Value::Int64(v)) => logical::timestamp_to_logical(schema, *v)?,
        _ => return Err(ConnectError::connect(format!("unknown function {function} of {value:?}"))),
    })
}
