//! The JSON text of a schema. Computed once a schema; see [`super::texts`].

use std::sync::Arc;

use connect_api::{ConnectError, Schema, Type};

use super::config::JsonConverterConfig;
use super::escape::write_string;
use super::to_schema::type_name;
use super::to_value::part;
use super::write::{check_depth, write_integer, write_value};

/// Appends `schema`, inside `depth` containers, as the member of a struct if it has a `field` name.
/// The order of the parts is the reference's.
/// # Errors
/// The default value does not fit the schema, or the schema nests too deeply.
pub(super) fn write_schema(
    config: &JsonConverterConfig,
    schema: &Arc<Schema>,
    field: Option<&str>,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    check_depth(depth)?;
    out.extend_from_slice(b"{\"type\":");
    write_string(out, type_name(schema.schema_type()));
    write_inner(config, schema, out, depth)?;
    out.extend_from_slice(if schema.is_optional() { b",\"optional\":true" } else { b",\"optional\":false" });
    write_text(out, "name", schema.name());
    if let Some(version) = schema.version() {
        out.extend_from_slice(b",\"version\":");
        write_integer(out, i64::from(version));
    }
    write_text(out, "doc", schema.doc());
    write_parameters(schema, out);
    if let Some(default) = schema.default_value() {
        out.extend_from_slice(b",\"default\":");
        write_value(config, Some(schema), default, out, depth + 1)?;
    }
    write_text(out, "field", field);
    out.push(b'}');
    Ok(())
}

/// The schemas of what is inside an array, map or struct.
fn write_inner(
    config: &JsonConverterConfig,
    schema: &Schema,
    out: &mut Vec<u8>,
    depth: usize,
) -> Result<(), ConnectError> {
    match schema.schema_type() {
        Type::Array => {
            out.extend_from_slice(b",\"items\":");
            write_schema(config, part(schema.value_schema())?, None, out, depth + 1)
        }
        Type::Map => {
            out.extend_from_slice(b",\"keys\":");
            write_schema(config, part(schema.key_schema())?, None, out, depth + 1)?;
            out.extend_from_slice(b",\"values\":");
            write_schema(config, part(schema.value_schema())?, None, out, depth + 1)
        }
        Type::Struct => {
            check_depth(depth + 1)?;
            out.extend_from_slice(b",\"fields\":[");
            for field in schema.fields() {
                if field.index > 0 {
                    out.push(b',');
                }
                write_schema(config, &field.schema, Some(&field.name), out, depth + 2)?;
            }
            out.push(b']');
            Ok(())
        }
        _ => Ok(()),
    }
}

fn write_text(out: &mut Vec<u8>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        out.push(b',');
        write_string(out, name);
        out.push(b':');
        write_string(out, text);
    }
}

fn write_parameters(schema: &Schema, out: &mut Vec<u8>) {
    let Some(parameters) = &schema.parts().parameters else { return };
    out.extend_from_slice(b",\"parameters\":{");
    for (index, (name, value)) in parameters.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(out, name);
        out.push(b':');
        write_string(out, value);
    }
    out.push(b'}');
}
