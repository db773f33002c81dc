//! Values as the text that [`parse_string`](super::parse_string) reads back.

use std::fmt::{self, Write};

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use bytestring::ByteString;

use super::super::{Struct, Value};
use crate::java::calendar::{MILLIS_PER_DAY, civil_from_days, split_day};
use crate::java::{write_double, write_float};

/// `Values.convertToString`; none for null. Text stays as it is, and is quoted only inside of arrays, maps and structs.
pub fn convert_to_string(value: &Value) -> Option<ByteString> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => {
            let mut text = String::new();
            // Writing to a string cannot fail.
            let _ = append(&mut text, other, false);
            Some(text.into())
        }
    }
}

fn append(out: &mut String, value: &Value, embedded: bool) -> fmt::Result {
    let quote = if embedded { "\"" } else { "" };
    match value {
        Value::Null => out.write_str("null"),
        Value::Boolean(v) => write!(out, "{v}"),
        Value::Int8(v) => write!(out, "{v}"),
        Value::Int16(v) => write!(out, "{v}"),
        Value::Int32(v) => write!(out, "{v}"),
        Value::Int64(v) => write!(out, "{v}"),
        Value::Float32(v) => write_float(out, *v),
        Value::Float64(v) => write_double(out, *v),
        Value::Decimal(v) => write!(out, "{v}"),
        Value::String(v) if embedded => append_quoted(out, v),
        Value::String(v) => out.write_str(v),
        Value::Bytes(v) => write!(out, "{quote}{}{quote}", Base64Display::new(v, &STANDARD)),
        Value::Array(items) => append_all(out, "[]", items.iter(), |out, item| append(out, item, true)),
        Value::Map(map) => append_all(out, "{}", map.iter(), |out, (key, value)| {
            append(out, key, true)?;
            out.push(':');
            append(out, value, true)
        }),
        Value::Struct(value) => append_struct(out, value),
        Value::Instant(millis) => write_date_time(out, *millis),
    }
}

fn append_struct(out: &mut String, value: &Struct) -> fmt::Result {
    append_all(out, "{}", value.schema().fields().iter(), |out, field| {
        append_quoted(out, &field.name)?;
        out.push(':');
        append(out, value.get_field(field), true)
    })
}

fn append_all<T>(
    out: &mut String,
    brackets: &str,
    items: impl Iterator<Item = T>,
    mut one: impl FnMut(&mut String, T) -> fmt::Result,
) -> fmt::Result {
    let (begin, end) = brackets.split_at(1);
    out.push_str(begin);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        one(out, item)?;
    }
    out.write_str(end)
}

fn append_quoted(out: &mut String, text: &str) -> fmt::Result {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.write_char('"')
}

/// `Values.dateFormatFor`: the pattern in which a time is printed.
pub fn date_pattern(millis: i64) -> &'static str {
    match millis {
        ..MILLIS_PER_DAY => "HH:mm:ss.SSS'Z'",
        _ if millis % MILLIS_PER_DAY == 0 => "yyyy-MM-dd",
        _ => "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    }
}

/// Prints a time in its [`date_pattern`], in UTC: on and before the first day only the time of day.
/// # Errors
/// Those of `out`.
pub fn write_date_time(out: &mut impl Write, millis: i64) -> fmt::Result {
    let (days, of_day) = split_day(millis);
    if millis >= MILLIS_PER_DAY {
        let date = civil_from_days(days);
        write!(out, "{:04}-{:02}-{:02}", date.year_of_era(), date.month, date.day)?;
        if of_day == 0 {
            return Ok(());
        }
        out.write_char('T')?;
    }
    let seconds = of_day / 1000;
    write!(out, "{:02}:{:02}:{:02}.{:03}Z", seconds / 3600, seconds / 60 % 60, seconds % 60, of_day % 1000)
}
