//! What a `JsonConverter` can be told.

use std::sync::LazyLock;

use connect_api::ConnectError;
use connect_config::validators::CaseInsensitiveValidString;
use connect_config::{ConfigDef, ConfigKey, ConfigType, Importance, Props, Width};

use crate::config::{self, converter_type};

/// How a `JsonConverter` reads and writes.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonConverterConfig {
    /// Messages are `{"schema":…,"payload":…}`; otherwise they are the payload alone.
    pub schemas_enable: bool,
    /// How many schemas are remembered, each way; none from 0 down.
    pub schemas_cache_size: i32,
    /// The schema of every message that is read, as JSON text; messages are bare payloads then.
    pub schema_content: Option<String>,
    /// Decimals are written as numbers, not as Base64 text.
    pub numeric_decimals: bool,
    /// A null becomes the default of its schema, if that has one.
    pub replace_null_with_default: bool,
}

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let key = |name: &str, ty, group: &str, order, display: &str| {
        ConfigKey::new(name, ty).group(group, order).width(Width::Medium).display(display)
    };
    ConfigDef::new()
        .define(converter_type())
        .define(
            key("schemas.enable", ConfigType::Boolean, "Schemas", 0, "Enable Schemas")
                .default(true)
                .importance(Importance::High)
                .doc("Whether each message carries its schema: {\"schema\":…,\"payload\":…}."),
        )
        .define(
            key("schemas.cache.size", ConfigType::Int, "Schemas", 1, "Schema Cache Size")
                .default(1000)
                .importance(Importance::High)
                .doc("How many schemas this converter remembers."),
        )
        .define(
            key("schema.content", ConfigType::String, "Schemas", 2, "Schema Content")
                .optional()
                .importance(Importance::High)
                .doc(
                    "The schema of every message, as JSON text. Messages that are read are then bare payloads, which \
                     have this schema. Only used when schemas.enable is true.",
                ),
        )
        .define(
            key("decimal.format", ConfigType::String, "Serialization", 0, "Decimal Format")
                .default("BASE64")
                .validator(CaseInsensitiveValidString::one_of(["NUMERIC", "BASE64"]))
                .importance(Importance::Low)
                .doc("How decimals are written: BASE64 for text with their bytes, NUMERIC for numbers. Both are read."),
        )
        .define(
            key("replace.null.with.default", ConfigType::Boolean, "Serialization", 1, "Replace null with default")
                .default(true)
                .importance(Importance::Low)
                .doc("Whether a null is replaced by the default value of its schema, if there is one."),
        )
});

impl Default for JsonConverterConfig {
    fn default() -> Self {
        Self {
            schemas_enable: true,
            schemas_cache_size: 1000,
            schema_content: None,
            numeric_decimals: false,
            replace_null_with_default: true,
        }
    }
}

impl JsonConverterConfig {
    pub fn def() -> &'static ConfigDef {
        &DEF
    }

    /// # Errors
    /// What Java would have raised first.
    pub fn parse(props: &Props) -> Result<Self, ConnectError> {
        let parsed = config::parse(&DEF, props)?;
        Ok(Self {
            schemas_enable: parsed.boolean("schemas.enable").ok_or_else(|| null("Boolean", "schemas.enable"))?,
            schemas_cache_size: parsed
                .int("schemas.cache.size")
                .ok_or_else(|| null("Integer", "schemas.cache.size"))?,
            schema_content: parsed.string("schema.content").map(str::to_owned).filter(|text| !text.is_empty()),
            numeric_decimals: parsed.string("decimal.format").is_some_and(|text| text.eq_ignore_ascii_case("NUMERIC")),
            replace_null_with_default: parsed
                .boolean("replace.null.with.default")
                .ok_or_else(|| null("Boolean", "replace.null.with.default"))?,
        })
    }
}

/// A key that is there with a null value passes `ConfigDef`, and then Java has no number or boolean to work with.
fn null(wanted: &str, key: &str) -> ConnectError {
    ConnectError::new("java.lang.NullPointerException", format!("{key} is null, but a {wanted} is needed"))
}
