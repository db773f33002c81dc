use std::sync::Arc;

use super::*;

fn int32() -> Arc<Schema> {
    Schema::required(Type::Int32)
}

fn record(optional_b: bool) -> Arc<Schema> {
    let b = if optional_b { Schema::optional(Type::String) } else { Schema::required(Type::String) };
    let builder = SchemaBuilder::new(Type::Struct).name("r").unwrap();
    builder.field("a", int32()).unwrap().field("b", b).unwrap().build()
}

#[test]
fn values_print_as_in_java() {
    let mut value = Struct::new(record(true));
    value.put("a", 1).unwrap();
    let map = Map::from_iter([("a".into(), 1.into()), (2.into(), vec![Value::Null, 1.5f64.into()].into())]);
    for (value, want) in [
        (Value::from(value), "Struct{a=1}"),
        (map.into(), "{a=1, 2=[null, 1.5]}"),
        (Decimal::new(150, 2).into(), "1.50"),
        (Decimal::new(1, -3).into(), "1E+3"),
        (Decimal::new(-1, 7).into(), "-1E-7"),
        (Value::Instant(0), "Thu Jan 01 00:00:00 UTC 1970"),
    ] {
        assert_eq!(value.to_string(), want);
    }
}

#[test]
fn validation_names_place_and_class() {
    let array = SchemaBuilder::array(int32()).build();
    let map = SchemaBuilder::map(Schema::required(Type::String), int32()).build();
    for (schema, value, want) in [
        (&int32(), Value::Int64(1), "Invalid Java object for schema with type INT32: class java.lang.Long for value"),
        (&int32(), Value::Null, "Invalid value: null used for required value, schema type: INT32"),
        (
            &array,
            vec![Value::string("x")].into(),
            "Invalid Java object for schema with type INT32: class java.lang.String for element of array value",
        ),
        (
            &map,
            Map::from_iter([("a".into(), Value::Null)]).into(),
            "Invalid value: null used for required value of map value, schema type: INT32",
        ),
        (
            &logical::date_schema(),
            Value::Int32(1),
            "Invalid Java object for schema \"org.apache.kafka.connect.data.Date\" with type INT32: \
             class java.lang.Integer for value",
        ),
    ] {
        assert_eq!(schema.validate(&value).unwrap_err().message(), Some(want));
    }
}

#[test]
fn the_builder_sets_each_part_once() {
    let builder = || SchemaBuilder::new(Type::Int32);
    for (built, want) in [
        (builder().optional().unwrap().required(), "Invalid SchemaBuilder call: optional has already been set."),
        (builder().name("a").unwrap().name("a"), "Invalid SchemaBuilder call: name has already been set."),
        (builder().default_value("x".into()), "Invalid default value"),
        (builder().field("a", int32()), "Cannot create fields on type INT32"),
    ] {
        assert_eq!(built.unwrap_err().message(), Some(want));
    }
    let (a, b) = (builder().parameter("a", "1").parameter("b", "2"), builder().parameter("b", "2").parameter("a", "1"));
    assert_eq!(a.build(), b.build(), "parameters are a map");
}

#[test]
fn projection_widens_and_fills_in() {
    let required = |schema_type| Schema::required(schema_type);
    let value = project(&int32(), &Value::Int32(5), &required(Type::Float64)).unwrap();
    assert_eq!(value, Value::Float64(5.0));
    let error = project(&required(Type::Int64), &Value::Int64(5), &int32()).unwrap_err();
    assert_eq!(error.message(), Some("Schema type mismatch. source type: INT64 and target type: INT32"));

    let mut value = Struct::new(record(true));
    value.put("a", 5).unwrap();
    let error = project(&record(true), &value.into(), &record(false)).unwrap_err();
    assert_eq!(error.message(), Some("Error projecting b"));
}

#[test]
fn struct_fields_have_defaults_and_types() {
    let with_default = SchemaBuilder::new(Type::Int32).default_value(8.into()).unwrap().build();
    let schema = SchemaBuilder::new(Type::Struct).field("d", with_default).unwrap();
    let schema = schema.field("t", logical::date_schema()).unwrap().build();
    let mut value = Struct::checked(schema).unwrap();
    assert_eq!(value.get("d").unwrap(), &Value::Int32(8));
    assert_eq!(value.get_int32("d").unwrap(), None, "typed getters know no defaults");
    assert_eq!(value.get_string("d").unwrap_err().message(), Some("Field 'd' is not of type STRING"));
    assert_eq!(value.get("x").unwrap_err().message(), Some("x is not a valid field name"));
    value.put("t", Value::Instant(0)).unwrap();
    assert_eq!(value.get_int32("t").unwrap_err().class(), "java.lang.ClassCastException");
}

#[test]
fn decimals_compare_and_narrow_by_value() {
    let parse = |text: &str| Decimal::parse(text).unwrap();
    for (a, b, want) in [("1.0", "1.00", 0), ("-2", "1", -1), ("1e19", "9999999999999999999.9", 1), ("0e5", "0", 0)] {
        assert_eq!(parse(a).compare(&parse(b)) as i32, want, "{a} {b}");
    }
    assert_eq!(parse("12345678901234567890.5").to_i64_wrapping(), -6_101_065_172_474_983_726);
    assert_eq!(parse("1e2147483647").to_i64_wrapping(), 0);
    assert_eq!(parse("1e400").to_f64(), f64::INFINITY);
    assert_eq!(parse("1.50").with_scale(1), Some(parse("1.5")));
    assert_eq!(parse("1.55").with_scale(1), None);
    assert_eq!(parse("1").with_scale(i32::MAX), None, "too large to be computed");
}

#[test]
fn maps_find_string_keys() {
    let map = Map::from_iter([("a".into(), 1.into()), (Value::Int8(1), 2.into())]);
    assert_eq!(map.get_str("a"), Some(&Value::Int32(1)));
    assert_eq!(map.get_str("b"), None);
}
