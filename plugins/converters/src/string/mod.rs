//! `StringConverter`: any value as its text, in one of Java's character sets.

mod charset;
#[cfg(test)]
mod tests;
mod utf8;

use std::io::Write as _;
use std::sync::LazyLock;

use bytes::Bytes;
use bytestring::ByteString;
use connect_api::{ConnectError, Schema, SchemaAndValue, Type, Value};
use connect_config::{ConfigDef, ConfigKey, ConfigType, Importance, Props, Width};

use self::charset::Charset;
use crate::config::{CONVERTER_TYPE, converter_type, parse};
use crate::plain::Plain;

const ENCODING: &str = "converter.encoding";

/// `StringConverterConfig`: the declaration of what a `StringConverter` can be told.
pub fn string_converter_config_def() -> &'static ConfigDef {
    static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
        ConfigDef::new().define(converter_type()).define(
            ConfigKey::new(ENCODING, ConfigType::String)
                .default("UTF-8")
                .importance(Importance::High)
                .width(Width::Medium)
                .display("Encoding")
                .doc("The character set of the text, by its Java name."),
        )
    });
    &DEF
}

/// `org.apache.kafka.connect.storage.StringConverter`: writes `String.valueOf(value)`, reads strings.
#[derive(Debug, Clone, Default)]
pub struct StringText {
    writes: Charset,
    reads: Charset,
}

impl Plain for StringText {
    fn config_def() -> &'static ConfigDef {
        string_converter_config_def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        let parsed = parse(Self::config_def(), configs)?;
        let encoding = parsed.string(ENCODING);
        let side = if configs.get(CONVERTER_TYPE) == Some("key") { "key" } else { "value" };
        // Keys of the serializers behind the reference's converter win over its own.
        let charset = |part: &str| match configs.get(&format!("{side}.{part}.encoding")).or(encoding) {
            Some(name) => Charset::for_name(name),
            None => Ok(Charset::default()),
        };
        *self = Self { writes: charset("serializer")?, reads: charset("deserializer")? };
        Ok(())
    }

    fn write(&self, _schema: Option<&Schema>, value: &Value, out: &mut Vec<u8>) -> Result<bool, ConnectError> {
        match (value, self.writes) {
            (Value::Null, _) => return Ok(false),
            (Value::String(text), charset) => charset.encode(text, out),
            // Writing to a vector cannot fail.
            (_, Charset::Utf8) => write!(out, "{value}").unwrap_or_default(),
            (_, charset) => charset.encode(&value.to_string(), out),
        }
        Ok(true)
    }

    fn read(&self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        let text = |bytes: &Bytes| match (self.reads, ByteString::try_from(bytes.clone())) {
            (Charset::Utf8, Ok(text)) => text,
            (charset, _) => charset.decode(bytes).into(),
        };
        let value = bytes.map_or(Value::Null, |bytes| Value::String(text(bytes)));
        Ok((Some(Schema::optional(Type::String)), value))
    }

    fn never_fails(&self) -> bool {
        true
    }
}
