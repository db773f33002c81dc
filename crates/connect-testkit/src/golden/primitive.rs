//! `primitive.jsonl`: the string, byte array, boolean and number converters, for records and for headers.

use std::sync::Arc;

use bytes::Bytes;
use connect_api::data::Headers;
use connect_api::{
    ConnectError, Conversion, Converter, Factory, HeaderConverter, PluginKind, PluginTable, Schema, SchemaAndValue,
    Value,
};
use serde_json::Value as Json;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The runner of `primitive.jsonl`.
pub struct PrimitiveSubject;

impl Subject for PrimitiveSubject {
    fn name(&self) -> &'static str {
        "primitive"
    }

    fn run(&self, case: &Case) -> Outcome {
        match data::text(&case.input, "converter") {
            Some(converter) => run_converter(case, converter),
            None => Outcome::Failed("malformed case: no converter".to_owned()),
        }
    }
}

/// Runs one of the four operations that every converter has, on a new converter of this class.
pub(super) fn run_converter(case: &Case, converter: &str) -> Outcome {
    let run = match case.op.as_str() {
        "fromConnectData" | "fromConnectHeader" => run_from_connect,
        "toConnectData" | "toConnectHeader" => run_to_connect,
        op => return Outcome::Failed(format!("unknown op {op}")),
    };
    run(case, converter).unwrap_or_else(|outcome| outcome)
}

fn run_from_connect(case: &Case, converter: &str) -> Decoded<Outcome> {
    let schema = data::schema(&case.input["schema"])?;
    let value = data::value(&case.input["value"], schema.as_ref())?;
    let ours = Instance::new(case, converter).and_then(|instance| instance.from_connect(schema.as_ref(), &value));
    Ok(data::expect_result(ours, &case.expect, |ours, expect| data::expect_bytes(ours.as_deref(), expect)))
}

fn run_to_connect(case: &Case, converter: &str) -> Decoded<Outcome> {
    let bytes = match &case.input["bytes"] {
        Json::Null => None,
        bytes => Some(data::bytes(bytes)?),
    };
    let ours = Instance::new(case, converter).and_then(|instance| instance.to_connect(bytes.as_ref()));
    Ok(data::expect_result(ours, &case.expect, |ours, expect| data::expect_schema_and_value(&ours, expect)))
}

/// A configured converter of either kind.
enum Instance {
    Records(Box<dyn Converter>),
    Headers(Box<dyn HeaderConverter>),
}

impl Instance {
    /// # Errors
    /// What `configure` raised.
    fn new(case: &Case, class: &str) -> Result<Self, ConnectError> {
        let mut table = PluginTable::new();
        plugin_converters::register(&mut table);
        let header = case.op.ends_with("Header");
        let kind = if header { PluginKind::HeaderConverter } else { PluginKind::Converter };
        let plugin = table.find(&[kind], class).ok_or_else(|| ConnectError::connect(format!("no {class}")))?;
        let configs = data::props(&case.config);
        match &plugin.factory {
            Factory::Converter(make) => {
                let mut converter = make();
                converter.configure(&configs, case.input["isKey"] == true)?;
                Ok(Self::Records(converter))
            }
            Factory::HeaderConverter(make) => {
                let mut converter = make();
                converter.configure(&configs)?;
                Ok(Self::Headers(converter))
            }
            _ => Err(ConnectError::connect(format!("{class} is no converter"))),
        }
    }

    fn from_connect(self, schema: Option<&Arc<Schema>>, value: &Value) -> Result<Option<Bytes>, ConnectError> {
        match self {
            Self::Headers(converter) => converter.from_connect_header("topic", "header", schema, value),
            Self::Records(mut converter) => {
                let mut out = Vec::new();
                let written = converter.from_connect_data("topic", &Headers::new(), schema, value, &mut out)?;
                Ok(ready(written)?.then(|| out.into()))
            }
        }
    }

    fn to_connect(self, bytes: Option<&Bytes>) -> Result<SchemaAndValue, ConnectError> {
        match self {
            Self::Headers(converter) => converter.to_connect_header("topic", "header", bytes),
            Self::Records(mut converter) => ready(converter.to_connect_data("topic", &Headers::new(), bytes)?),
        }
    }
}

fn ready<T>(conversion: Conversion<T>) -> Result<T, ConnectError> {
    match conversion {
        Conversion::Ready(result) => Ok(result),
        Conversion::Pending(_) => Err(ConnectError::connect("a built-in converter has nothing to wait for")),
    }
}
