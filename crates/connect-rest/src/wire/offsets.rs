//! Offsets and topics: Connect's values without a schema, as JSON.

use connect_api::{Map, SourceOffsets, Value};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// `{"offsets":[{"partition":{…},"offset":{…}}]}`
#[derive(Serialize)]
pub(crate) struct ConnectorOffsets<'a> {
    offsets: Vec<ConnectorOffset<'a>>,
}

#[derive(Serialize)]
struct ConnectorOffset<'a> {
    partition: Option<Json<&'a Map>>,
    offset: Option<Json<&'a Map>>,
}

impl<'a> From<&'a SourceOffsets> for ConnectorOffsets<'a> {
    fn from(offsets: &'a SourceOffsets) -> Self {
        let one = |(partition, offset): &'a (Option<Map>, Option<Map>)| ConnectorOffset {
            partition: partition.as_ref().map(Json),
            offset: offset.as_ref().map(Json),
        };
        Self { offsets: offsets.iter().map(one).collect() }
    }
}

/// `{"message":"…"}`
#[derive(Serialize)]
pub(crate) struct Message<'a> {
    pub(crate) message: &'a str,
}

/// `{"<connector>":{"topics":["…"]}}`
pub(crate) struct ActiveTopics<'a> {
    pub(crate) name: &'a str,
    pub(crate) topics: &'a [String],
}

impl Serialize for ActiveTopics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Topics<'a> {
            topics: &'a [String],
        }
        serializer.collect_map([(self.name, Topics { topics: self.topics })])
    }
}

/// A value as JSON without a schema. What JSON has no form for becomes the text that Java's `toString` gives.
struct Json<T>(T);

impl Serialize for Json<&Map> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0.iter() {
            match key.as_str() {
                Some(key) => map.serialize_entry(key, &Json(value))?,
                None => map.serialize_entry(&key.to_string(), &Json(value))?,
            }
        }
        map.end()
    }
}

impl Serialize for Json<&Value> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Boolean(value) => serializer.serialize_bool(*value),
            Value::Int8(value) => serializer.serialize_i8(*value),
            Value::Int16(value) => serializer.serialize_i16(*value),
            Value::Int32(value) => serializer.serialize_i32(*value),
            Value::Int64(value) | Value::Instant(value) => serializer.serialize_i64(*value),
            Value::Float32(value) if value.is_finite() => serializer.serialize_f32(*value),
            Value::Float64(value) if value.is_finite() => serializer.serialize_f64(*value),
            Value::String(text) => serializer.serialize_str(text),
            Value::Array(items) => serializer.collect_seq(items.iter().map(Json)),
            Value::Map(map) => Json(&**map).serialize(serializer),
            other => serializer.collect_str(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use connect_api::Decimal;

    use super::*;

    #[test]
    fn values_as_json() {
        let nested = Map::from_iter([(Value::string("z"), Value::Int64(1)), (Value::Int64(7), Value::Null)]);
        for (value, want) in [
            (Value::Null, "null"),
            (Value::Boolean(true), "true"),
            (Value::Int8(-1), "-1"),
            (Value::Int64(i64::MIN), "-9223372036854775808"),
            (Value::Float64(5.0), "5.0"),
            (Value::Float64(f64::NAN), "\"NaN\""),
            (Value::Float64(f64::INFINITY), "\"Infinity\""),
            (Value::string("a\"\u{fc}"), "\"a\\\"\u{fc}\""),
            (Value::array(vec![Value::Int32(1), Value::Null]), "[1,null]"),
            (Value::map(nested), r#"{"z":1,"7":null}"#), // the map's own order
            (Value::decimal(Decimal::parse("99999999999999999999").unwrap()), "\"99999999999999999999\""),
        ] {
            assert_eq!(serde_json::to_string(&Json(&value)).unwrap(), want);
        }
    }
}
