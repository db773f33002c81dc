//! JSON as Jackson's `ObjectMapper` writes it into a `String`, without spaces.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use connect_api::{Value, java};

/// Appends any value. Bytes are Base64, dates are milliseconds, NaN and the infinities are strings; a struct, which
/// Jackson cannot write, is an object of all its fields, and a null key is the string `null`.
pub(crate) fn push_value(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => push_string(out, text),
        Value::Bytes(bytes) => push_base64(out, bytes),
        Value::Instant(millis) => push_display(out, millis),
        Value::Float32(number) if !number.is_finite() => push_quoted(out, value),
        Value::Float64(number) if !number.is_finite() => push_quoted(out, value),
        Value::Array(items) => push_all(out, "[]", items.iter(), push_value),
        Value::Map(map) => push_all(out, "{}", map.iter(), |out, (key, value)| {
            push_key(out, key);
            push_value(out, value);
        }),
        Value::Struct(record) => {
            let fields = record.schema().fields().iter().zip(record.values());
            push_all(out, "{}", fields, |out, (field, value)| {
                push_string(out, &field.name);
                out.push(':');
                push_value(out, value);
            });
        }
        Value::Null
        | Value::Boolean(_)
        | Value::Int8(_)
        | Value::Int16(_)
        | Value::Int32(_)
        | Value::Int64(_)
        | Value::Float32(_)
        | Value::Float64(_)
        | Value::Decimal(_) => push_display(out, value),
    }
}

/// Appends a string; one that is not there is null.
pub(crate) fn push_text(out: &mut String, text: Option<&str>) {
    match text {
        Some(text) => push_string(out, text),
        None => out.push_str("null"),
    }
}

/// Quotes, backslashes and control characters are escaped, nothing else.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        chars.next().into_iter().for_each(|c| push_escape(out, c));
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn push_escape(out: &mut String, special: char) {
    match special {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{C}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        _ => {
            let _infallible = write!(out, "\\u{:04X}", u32::from(special));
        }
    }
}

/// Keys are strings, whatever they were.
fn push_key(out: &mut String, key: &Value) {
    match key {
        Value::String(text) => push_string(out, text),
        Value::Bytes(bytes) => push_base64(out, bytes),
        Value::Instant(millis) => push_iso_date(out, *millis),
        _ => push_quoted(out, key),
    }
    out.push(':');
}

fn push_all<T>(out: &mut String, brackets: &str, items: impl Iterator<Item = T>, push: impl Fn(&mut String, T)) {
    let (open, close) = brackets.split_at(1);
    out.push_str(open);
    for (at, item) in items.enumerate() {
        out.push_str(if at == 0 { "" } else { "," });
        push(out, item);
    }
    out.push_str(close);
}

fn push_base64(out: &mut String, bytes: &[u8]) {
    out.push('"');
    BASE64_STANDARD.encode_string(bytes, out);
    out.push('"');
}

/// As Java prints the value, as a string.
fn push_quoted(out: &mut String, value: &Value) {
    push_string(out, &value.to_string());
}

fn push_display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string does not fail.
    let _infallible = write!(out, "{value}");
}

/// `"1970-01-01T00:00:00.000+00:00"`
fn push_iso_date(out: &mut String, millis: i64) {
    push_display(out, format_args!("\"{}.{:03}+00:00\"", java::date_time(millis, 'T'), millis.rem_euclid(1_000)));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use connect_api::{Decimal, Map, Schema, SchemaBuilder, Struct, Type};

    use super::*;

    fn map(pairs: impl IntoIterator<Item = (Value, i32)>) -> Value {
        Value::map(pairs.into_iter().map(|(key, value)| (key, Value::Int32(value))).collect::<Map>())
    }

    #[test]
    fn writes_what_jackson_writes() {
        let schema = SchemaBuilder::new(Type::Struct).field("a", Schema::optional(Type::Int32)).unwrap();
        let schema = schema.field("b", Schema::required(Type::String)).unwrap().build();
        let record = Struct::from_values(Arc::clone(&schema), vec![Value::Null, Value::string("x")]);
        for (value, want) in [
            (Value::Null, "null"),
            (Value::Boolean(true), "true"),
            (Value::Int8(-3), "-3"),
            (Value::Int64(i64::MIN), "-9223372036854775808"),
            (Value::Float32(12.2), "12.2"),
            (Value::Float64(1e10), "1.0E10"),
            (Value::Float64(1e-5), "1.0E-5"),
            (Value::Float64(f64::NAN), "\"NaN\""),
            (Value::Float32(f32::NEG_INFINITY), "\"-Infinity\""),
            (
                Value::string("a\"b\\\n\r\t\u{8}\u{c}\u{7}\u{1f}/é\u{7f}\u{2028}😀"), // nothing beyond ASCII is escaped
                "\"a\\\"b\\\\\\n\\r\\t\\b\\f\\u0007\\u001F/é\u{7f}\u{2028}😀\"",
            ),
            (Value::Bytes(Bytes::from_static(&[1, 2, 3, 255, 9, 9, 9, 9])), "\"AQID/wkJCQk=\""),
            (Value::decimal(Decimal::parse("1E+3").unwrap()), "1E+3"),
            (Value::decimal(Decimal::parse("1.50").unwrap()), "1.50"),
            (Value::Instant(0), "0"),
            (Value::array(vec![Value::Int32(1), Value::Null, Value::array(vec![])]), "[1,null,[]]"),
            (map([]), "{}"),
            (map([(Value::string("k"), 1), (Value::Float64(1.5), 2)]), "{\"k\":1,\"1.5\":2}"),
            (
                map([(Value::Boolean(true), 1), (Value::Instant(86_400_001), 2)]),
                "{\"true\":1,\"1970-01-02T00:00:00.001+00:00\":2}",
            ),
            // Jackson cannot write these.
            (map([(Value::Null, 1)]), "{\"null\":1}"),
            (Value::from(record), "{\"a\":null,\"b\":\"x\"}"),
        ] {
            let mut out = String::new();
            push_value(&mut out, &value);
            assert_eq!(out, want, "{value:?}");
        }
    }
}
