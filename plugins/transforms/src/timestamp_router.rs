//! `TimestampRouter`: another topic, made of the old one and the timestamp of the record.

use std::sync::LazyLock;

use connect_api::{ConnectError, ConnectRecord};
use connect_config::{ConfigDef, Importance, Props};
use java_text::{FormatError, SimpleDateFormat};

use crate::Configured;
use crate::config::{null_pointer, parse, string};
use crate::side::WholeTransformation;
use crate::timestamp_converter::format_error;

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(
            string(
                "topic.format",
                Importance::High,
                "The new name; ${topic} stands for the old one, ${timestamp} for the formatted timestamp.",
            )
            .default("${topic}-${timestamp}"),
        )
        .define(
            string("timestamp.format", Importance::High, "The format of the timestamp, as java.text.SimpleDateFormat.")
                .default("yyyyMMdd"),
        )
});

pub(crate) struct TimestampRouter {
    /// None where the configuration says null.
    topic_format: Option<String>,
    /// Java looks at the pattern when the first record comes.
    timestamp_format: Option<Result<SimpleDateFormat, FormatError>>,
}

impl Configured for TimestampRouter {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        Ok(Self {
            topic_format: parsed.string("topic.format").map(str::to_owned),
            timestamp_format: parsed.string("timestamp.format").map(SimpleDateFormat::new),
        })
    }
}

impl WholeTransformation for TimestampRouter {
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        let Some(millis) = record.timestamp else {
            return Err(ConnectError::data(format!("Timestamp missing on record: {}", Shown(record))));
        };
        let format = self.timestamp_format.as_ref().ok_or_else(|| null_pointer("timestamp.format"))?;
        let timestamp = format.as_ref().map_err(format_error)?.format(millis);
        let topic_format = self.topic_format.as_deref().ok_or_else(|| null_pointer("topic.format"))?;
        // One after the other: a topic may bring its own ${timestamp}.
        let topic = topic_format.replace("${topic}", &record.topic).replace("${timestamp}", &timestamp);
        record.topic = topic.into();
        Ok(true)
    }
}

/// `ConnectRecord.toString`. What Java prints before it, offsets of its source, no transformation knows here.
struct Shown<'a>(&'a ConnectRecord);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        fn or_null<T: ToString>(value: Option<T>) -> String {
            value.map_or_else(|| "null".to_owned(), |value| value.to_string())
        }
        let record = self.0;
        let (key, value) = (&record.key, &record.value);
        let (key_schema, value_schema) = (or_null(record.key_schema.as_ref()), or_null(record.value_schema.as_ref()));
        write!(f, "ConnectRecord{{topic='{}', kafkaPartition={}, ", record.topic, or_null(record.partition))?;
        write!(f, "key={key}, keySchema={key_schema}, value={value}, valueSchema={value_schema}, ")?;
        write!(f, "timestamp={}, headers=ConnectHeaders(headers=", or_null(record.timestamp))?;
        let headers = record.headers.to_vec().unwrap_or_default();
        if !headers.is_empty() {
            let one = |header: &connect_api::Header| {
                let schema = or_null(header.schema.as_ref());
                format!("ConnectHeader(key={}, value={}, schema={schema})", header.key, header.value)
            };
            write!(f, "[{}]", headers.iter().map(one).collect::<Vec<_>>().join(", "))?;
        }
        f.write_str(")}")
    }
}
