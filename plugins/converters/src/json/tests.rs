//! The two ways of reading agree, hostile input ends in errors, and what is written is read again.

use std::sync::Arc;

use ::bytes::Bytes;
use connect_api::data::{SchemaBuilder, logical};
use connect_api::{ConnectError, Decimal, Map, Schema, SchemaAndValue, Struct, Type, Value};

use super::codec::Codec;
use super::config::JsonConverterConfig;
use super::envelope::exact;
use super::{read_schemaless, write_schemaless};

fn codec(config: JsonConverterConfig) -> Codec {
    Codec::new(config).unwrap()
}

fn read(codec: &mut Codec, message: &str) -> Result<SchemaAndValue, ConnectError> {
    codec.read(Some(&Bytes::copy_from_slice(message.as_bytes())))
}

/// What the parser says, without the place.
fn complaint(text: &[u8]) -> String {
    let error = read_schemaless(&Bytes::copy_from_slice(text)).unwrap_err();
    let parser = error.cause().and_then(ConnectError::cause).unwrap().to_string();
    let parser = parser.rsplit_once("\n at ").map_or(parser.as_str(), |(message, _)| message);
    parser.replace("com.fasterxml.jackson.core.", "")
}

#[test]
fn malformed_texts_are_refused_in_the_words_of_the_reference() {
    for (text, want) in [
        (
            "1}",
            "JsonParseException: Unexpected character ('}' (code 125)): Expected space separating root-level values",
        ),
        ("[1,]", "JsonParseException: Unexpected character (']' (code 93)): expected a value"),
        ("{\"a\":1,", "JsonParseException: Unexpected end-of-input within/between Object entries"),
        ("{\"a\"", "io.JsonEOFException: Unexpected end-of-input within/between Object entries"),
        ("\"abc", "io.JsonEOFException: Unexpected end-of-input in VALUE_STRING"),
        ("{\"abc", "io.JsonEOFException: Unexpected end-of-input in field name"),
        ("[-", "io.JsonEOFException: Unexpected end-of-input in START_ARRAY"),
        ("]", "JsonParseException: Unexpected close marker ']': no open Array to close"),
        (
            "NaN",
            "JsonParseException: Non-standard token 'NaN': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
        ),
        (
            "1e-2147483649",
            "java.lang.NumberFormatException: Value \"1e-2147483649\" can not be deserialized as \
          `java.math.BigDecimal`, reason:  Exponent overflow.",
        ),
    ] {
        assert_eq!(complaint(text.as_bytes()), want, "{text}");
    }
    assert!(complaint(b"\"\xED\xA0\x80\"").contains("Illegal surrogate character 0xd800"));
    assert!(complaint(&[0, 0, 0xFF, 0xFE]).contains("Unsupported UCS-4 endianness (2143) detected"));
}

#[test]
fn lenient_texts_are_read() {
    let array = |items: &[Value]| Value::array(items.to_vec());
    for (text, want) in [
        (&b"01 2"[..], Value::Int64(1)), // leading zeros; what follows the value is ignored
        (b"-0.0", Value::Float64(0.0)),  // BigDecimal has no negative zero
        (b"12345678901234567890", Value::Int64(-6101065172474983726)),
        (b"1e400", Value::Float64(f64::INFINITY)),
        (b"\"\xC0\x80\"", Value::string("\0")), // overlong, as Java's own modified UTF-8
        (b"\"\\ud83d\\ude00 \\ud83d\"", Value::string("\u{1F600} ?")),
        (b"\xEF\xBB\xBF1", Value::Int64(1)),
        (b"\0[\0\"\0\xe9\0\"\0]", array(&[Value::string("é")])),
        (b" ", Value::Null),
    ] {
        assert_eq!(read_schemaless(&Bytes::copy_from_slice(text)).unwrap(), want, "{text:?}");
    }
}

#[test]
fn strings_are_slices_of_the_message() {
    let message = Bytes::from_static(br#"{"schema":{"type":"string"},"payload":"no copy"}"#);
    let mut codec = codec(JsonConverterConfig::default());
    for _ in 0..2 {
        let (_, value) = codec.read(Some(&message)).unwrap();
        let start = value.as_str().unwrap().as_ptr() as usize - message.as_ptr() as usize;
        assert_eq!(start, 39);
    }
}

#[test]
fn envelopes_in_either_order_and_schemas_that_alternate() {
    let mut codec = codec(JsonConverterConfig::default());
    for _ in 0..3 {
        for (message, want) in [
            (r#"{"payload":1,"schema":{"type":"int32"}}"#, Value::Int32(1)),
            (r#"{"schema":{"type":"int32"},"payload":1}"#, Value::Int32(1)),
            (r#" { "schema" : {"type":"int8"} , "payload" : 300 } "#, Value::Int8(44)),
            (r#"{"schema":null,"payload":[1]}"#, Value::array(vec![Value::Int64(1)])),
            (r#"{"schema":{"type":"int32"},"payload":1,"payload":2}"#, Value::Int32(2)),
            (r#"{"schema":{"type":"int32"},"payload":1,"schema":{"type":"int64"}}"#, Value::Int64(1)),
        ] {
            assert_eq!(read(&mut codec, message).unwrap().1, want, "{message}");
        }
        for message in [r#"{"schema":{"type":"int32"},"payload":1,"x":2}"#, r#"{"schema":null}"#, "1", "{}", ""] {
            assert!(
                read(&mut codec, message).unwrap_err().message().unwrap().contains("requires \"schema\""),
                "{message}"
            );
        }
    }
}

#[test]
fn deep_nesting_ends_in_an_error() {
    let limit = |n: usize| ["[".repeat(n), "]".repeat(n)].concat();
    assert!(read_schemaless(&Bytes::from(limit(1000))).is_ok());
    for text in [limit(1001), "[".repeat(100_000), "{\"a\":".repeat(100_000), limit(100_000)] {
        assert!(complaint(text.as_bytes()).contains("exceeds the maximum allowed (1000"));
    }
    // Schemas that nest as deep as the text may, with payloads as deep.
    let depth = 990;
    let schema =
        ["{\"type\":\"array\",\"items\":".repeat(depth), "{\"type\":\"int8\"}".into(), "}".repeat(depth)].concat();
    let payload = ["[".repeat(depth), "1".into(), "]".repeat(depth)].concat();
    let message = format!("{{\"schema\":{schema},\"payload\":{payload}}}");
    let mut codec = codec(JsonConverterConfig::default());
    let first = read(&mut codec, &message).unwrap();
    assert_eq!(first, read(&mut codec, &message).unwrap());
    let mut out = Vec::new();
    assert!(codec.write(first.0.as_ref(), &first.1, &mut out).unwrap());
    let mut deep = Value::Null;
    for _ in 0..1001 {
        deep = Value::array(vec![deep]);
    }
    assert!(write_schemaless(None, &deep, &mut out).unwrap_err().trace().contains("nesting depth (1001)"));
}

/// A small generator of numbers; the seed is the bug report.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let mixed = (self.0 ^ (self.0 >> 33)).wrapping_mul(0xff51afd7ed558ccd);
        mixed ^ (mixed >> 33)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn text(&mut self) -> String {
        let alphabet = ['a', 'Z', '"', '\\', '\n', '\u{1}', '/', 'é', '世', '\u{2028}', '\u{1F600}', ' '];
        (0..self.below(40)).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }

    fn schema(&mut self, depth: usize) -> Arc<Schema> {
        let plain = [
            Type::Int8,
            Type::Int16,
            Type::Int32,
            Type::Int64,
            Type::Float32,
            Type::Float64,
            Type::Boolean,
            Type::String,
            Type::Bytes,
        ];
        let builder = match self.below(if depth == 0 { 13 } else { 17 }) {
            kind @ 0..9 => SchemaBuilder::new(plain[kind]),
            9 => return logical::date_schema(),
            10 => return logical::time_schema(),
            11 => return logical::timestamp_schema(),
            12 => return logical::decimal_schema(self.below(7) as i32 - 2),
            13 => SchemaBuilder::array(self.schema(depth - 1)),
            14 => SchemaBuilder::map(Schema::required(Type::String), self.schema(depth - 1)),
            15 => SchemaBuilder::map(Schema::required(Type::Int32), self.schema(depth - 1)),
            _ => self.structure(depth),
        };
        let builder = if self.below(3) == 0 { builder.optional().unwrap() } else { builder };
        let builder = if self.below(4) == 0 { builder.doc(self.text()).unwrap() } else { builder };
        if self.below(5) == 0 {
            let default = self.value(&builder.clone().build());
            // A struct under its own schema, default included, cannot be made: in Java neither.
            if !matches!(default, Value::Null | Value::Struct(_)) {
                return builder.default_value(default).unwrap().build();
            }
        }
        builder.build()
    }

    fn structure(&mut self, depth: usize) -> SchemaBuilder {
        let mut builder = SchemaBuilder::new(Type::Struct).name("s.S").unwrap().version(3).unwrap();
        for index in 0..self.below(6) {
            let name = if self.below(4) == 0 { format!("{index}{}", self.text()) } else { format!("field{index}") };
            builder = builder.field(name, self.schema(depth - 1)).unwrap();
        }
        builder.parameter("p", "q")
    }

    fn value(&mut self, schema: &Arc<Schema>) -> Value {
        if schema.is_optional() && schema.default_value().is_none() && self.below(4) == 0 {
            return Value::Null;
        }
        let days = i64::from(self.next() as i32 / 1000) * 86_400_000;
        match (schema.name(), schema.schema_type()) {
            (Some(logical::DATE), _) => Value::Instant(days),
            (Some(logical::TIME), _) => Value::Instant(self.below(86_400_001) as i64),
            (Some(logical::TIMESTAMP), _) => Value::Instant(self.next() as i64),
            (Some(logical::DECIMAL), _) => {
                let scale = schema.parameter("scale").unwrap().parse().unwrap();
                Value::decimal(Decimal::new(self.next() as i64, scale))
            }
            (_, Type::Int8) => Value::Int8(self.next() as i8),
            (_, Type::Int16) => Value::Int16(self.next() as i16),
            (_, Type::Int32) => Value::Int32(self.next() as i32),
            (_, Type::Int64) => Value::Int64(self.next() as i64 >> self.below(64)),
            (_, Type::Float32) => Value::Float32(finite(f64::from(f32::from_bits(self.next() as u32))) as f32),
            (_, Type::Float64) => Value::Float64(finite(f64::from_bits(self.next()))),
            (_, Type::Boolean) => Value::Boolean(self.below(2) == 0),
            (_, Type::String) => Value::string(self.text()),
            (_, Type::Bytes) => Value::Bytes((0..self.below(20)).map(|_| self.next() as u8).collect::<Vec<_>>().into()),
            (_, Type::Array) => {
                let items = schema.value_schema().unwrap();
                Value::array((0..self.below(4)).map(|_| self.value(items)).collect())
            }
            (_, Type::Map) => {
                let (keys, values) = (schema.key_schema().unwrap(), schema.value_schema().unwrap());
                Value::map((0..self.below(4)).map(|_| (self.value(keys), self.value(values))).collect::<Map>())
            }
            (_, Type::Struct) => {
                let values = schema.fields().iter().map(|field| self.value(&field.schema)).collect();
                Value::Struct(Arc::new(Struct::from_values(Arc::clone(schema), values)))
            }
        }
    }
}

/// Numbers that come back as they were: JSON has no NaN, and `BigDecimal` no negative zero.
fn finite(number: f64) -> f64 {
    if number.is_finite() && number != 0.0 { number } else { 1.5 }
}

#[test]
fn what_is_written_is_read_again() {
    for numeric_decimals in [false, true] {
        let config = JsonConverterConfig { numeric_decimals, ..JsonConverterConfig::default() };
        let (mut writer, mut reader) = (codec(config.clone()), codec(config.clone()));
        for seed in 0..1500 {
            let mut random = Random(seed);
            let schema = random.schema(3);
            for _ in 0..3 {
                let value = random.value(&schema);
                let mut out = Vec::new();
                assert!(writer.write(Some(&schema), &value, &mut out).unwrap());
                let message = Bytes::from(out);
                let (read_schema, read_value) = reader.read(Some(&message)).unwrap();
                assert_eq!(read_schema.as_ref(), Some(&schema), "seed {seed}");
                assert_eq!(read_value, value, "seed {seed}: {message:?}");
                assert_eq!(exact(&config, &message).unwrap().1, value, "seed {seed}: {message:?}");
            }
        }
    }
}

#[test]
fn mutated_messages_never_panic_and_both_ways_of_reading_agree() {
    let config = JsonConverterConfig::default();
    let mut reader = codec(config.clone());
    let mut writer = codec(config.clone());
    let interesting = b"{}[]\",:\\0123456789.eE+-ntfu \xC3\xA9\xF0\x9F\x00\x7F";
    for seed in 0..400 {
        let mut random = Random(seed);
        let schema = random.schema(2);
        let mut original = Vec::new();
        let value = random.value(&schema);
        writer.write(Some(&schema), &value, &mut original).unwrap();
        // So that the fast way is open for what begins alike.
        reader.read(Some(&Bytes::from(original.clone()))).unwrap();
        for _ in 0..260 {
            let mut message = original.clone();
            for _ in 0..=random.below(3) {
                // Mostly in the payload, where the fast way is.
                let tail = if random.below(4) == 0 { message.len() } else { message.len().min(40) };
                let at = message.len() - 1 - random.below(tail);
                let byte = interesting[random.below(interesting.len())];
                match random.below(4) {
                    0 => message[at] = byte,
                    1 => message.insert(at, byte),
                    2 if message.len() > 2 => drop(message.remove(at)),
                    _ => message[at] = random.next() as u8,
                }
            }
            let message = Bytes::from(message);
            assert_eq!(reader.read(Some(&message)), exact(&config, &message), "seed {seed}: {message:?}");
            drop(read_schemaless(&message));
        }
    }
}
