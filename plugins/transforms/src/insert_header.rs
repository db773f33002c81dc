//! `InsertHeader`: adds a header of a fixed name and value.

use std::sync::LazyLock;

use connect_api::data::values::parse_string;
use connect_api::{ConnectError, ConnectRecord, Header, Value};
use connect_config::validators::NonNull;
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::config::{parse, string};
use crate::side::WholeTransformation;

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(string("header", Importance::High, "The name of the new header.").validator(NonNull))
        .define(
            string(
                "value.literal",
                Importance::High,
                "The value of the new header. Its type is what the text looks like: 12 is an int8, true a boolean.",
            )
            .validator(NonNull),
        )
});

pub(crate) struct InsertHeader(Header);

impl Configured for InsertHeader {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let literal = parsed.string("value.literal").and_then(|text| parse_string(&text.into()));
        let (schema, value) = literal.unwrap_or((None, Value::Null));
        Ok(Self(Header { key: parsed.string("header").unwrap_or_default().into(), schema, value }))
    }
}

impl WholeTransformation for InsertHeader {
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        record.headers.as_mut()?.push(self.0.clone());
        Ok(true)
    }
}
