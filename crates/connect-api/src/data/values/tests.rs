use super::*;
use crate::{Schema, Type, Value};

#[test]
fn text_becomes_what_it_looks_like() {
    let array = |items: Vec<Value>| Value::array(items);
    for (text, want) in [
        ("", Value::string("")),
        ("True", Value::string("True")),
        (" true ", Value::Boolean(true)),
        ("127", Value::Int8(127)),
        ("128", Value::Int16(128)),
        ("1e3", Value::Int16(1000)),
        ("-0.0", Value::Int8(0)),
        ("0.1", Value::Float32(0.1)),
        ("1e39", Value::Float64(1e39)),
        ("1,2", Value::Int8(1)),
        ("\"abc\"", Value::string("\"abc\"")),
        ("  [1,2", Value::string("  ")), // only the first token is left of it
        ("[1,2", Value::string("[1,2")),
        ("[1,]", array(vec![Value::Int8(1)])),
        ("[1,300]", array(vec![Value::Int16(1), Value::Int16(300)])),
        ("[null]", array(vec![Value::Null])),
        ("[null,1]", Value::string("[null,1]")),
        ("[\"a: \"]", array(vec![Value::string("a:")])), // blank tokens get lost
        ("14:34:54.346Z", Value::Instant(52_494_346)),
        ("2019-13-01", Value::Instant(1_577_836_800_000)),
    ] {
        let (_, value) = parse_string(&text.into()).unwrap();
        assert_eq!(value, want, "{text}");
    }
    assert_eq!(parse_string(&" null ".into()), None);
}

#[test]
fn deep_nesting_is_text() {
    let nested = |depth: usize| [&"[".repeat(depth), "1", &"]".repeat(depth)].concat();
    for (text, want) in [
        (nested(1000), Type::Array),
        (nested(1001), Type::String),
        (nested(500_000), Type::String),
        ("[".repeat(1_000_000), Type::String),
        ("{\"a\":".repeat(200_000), Type::String),
    ] {
        let (schema, _) = parse_string(&text.into()).unwrap();
        assert_eq!(schema.unwrap().schema_type(), want);
    }
}

#[test]
fn printed_values_are_read_back() {
    for text in ["[1,2]", "{\"k\":\"v\"}", "[\"a\\\"b\"]", "2019-08-23T14:34:54.346Z", "1.5"] {
        let (_, value) = parse_string(&text.into()).unwrap();
        let printed = convert_to_string(&value).unwrap();
        let want = if text.contains('\\') { "[\"a\\\\\\\"b\"]" } else { text }; // backslashes are not taken away
        assert_eq!(&*printed, want);
    }
    let array = Value::array(vec![Value::Null, Value::Int8(1)]);
    assert!(infer_schema(&array).unwrap().unwrap().value_schema().unwrap().is_optional());
    assert_eq!(infer_schema(&Value::Instant(0)).unwrap(), None);
    assert_eq!(infer_schema(&Value::Int8(1)).unwrap(), Some(Schema::required(Type::Int8)));
}
