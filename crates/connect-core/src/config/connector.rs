//! What every connector's configuration has.

use std::fmt;
use std::str::FromStr;

use connect_config::validators::{Composite, ConcreteSubclass, InstantiableClass, Lambda, NonNull};
use connect_config::{Class, ConfigDef, ConfigException, FromConfig, Parsed, ParsedConfig, Props, Validator};

use super::PluginVersionValidator;
use super::enrich::{Plugins, enrich};

const CONVERTER: &str = "org.apache.kafka.connect.storage.Converter";
const HEADER_CONVERTER: &str = "org.apache.kafka.connect.storage.HeaderConverter";

/// The keys that the framework itself reads from a connector's configuration.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct ConnectorConfig {
    /// The connector's name, unique in the Connect cluster.
    #[config(importance = High, validate = NonEmptyStringWithoutControlChars,
             group = "Common", order = 1, width = Medium, display = "Connector name")]
    pub name: String,
    /// The connector's class: its full name, or an alias of it such as its simple name.
    #[config(importance = High, group = "Common", order = 2, width = Long, display = "Connector class")]
    pub connector_class: String,
    /// Which version of the connector to run: a version, a range of versions, or `latest`.
    #[config(importance = Medium, validate = PluginVersionValidator,
             group = "Common", order = 3, width = Medium, display = "Connector version")]
    pub connector_plugin_version: Option<String>,
    /// How many tasks the connector may have at most.
    #[config(default = 1, importance = High, validate = Range::at_least(1),
             group = "Common", order = 4, width = Short, display = "Tasks max")]
    pub tasks_max: i32,
    /// Whether a connector that asks for more tasks than allowed fails, or is only warned about.
    #[config(default = true, importance = Low, group = "Common", order = 5, width = Short, display = "Enforce tasks max")]
    pub tasks_max_enforce: bool,
    /// How record keys are written to and read from Kafka; the worker's converter if unset.
    #[config(importance = Low, validate = instantiable(CONVERTER),
             group = "Common", order = 6, width = Short, display = "Key converter class")]
    pub key_converter: Option<Class>,
    /// Which version of the key converter to use.
    #[config(importance = Low, validate = PluginVersionValidator,
             group = "Common", order = 7, width = Short, display = "Key converter version")]
    pub key_converter_plugin_version: Option<String>,
    /// How record values are written to and read from Kafka; the worker's converter if unset.
    #[config(importance = Low, validate = instantiable(CONVERTER),
             group = "Common", order = 8, width = Short, display = "Value converter class")]
    pub value_converter: Option<Class>,
    /// Which version of the value converter to use.
    #[config(importance = Low, validate = PluginVersionValidator,
             group = "Common", order = 9, width = Short, display = "Value converter version")]
    pub value_converter_plugin_version: Option<String>,
    /// How record headers are written to and read from Kafka; the worker's converter if unset.
    #[config(importance = Low, validate = instantiable(HEADER_CONVERTER),
             group = "Common", order = 10, width = Short, display = "Header converter class")]
    pub header_converter: Option<Class>,
    /// Which version of the header converter to use.
    #[config(importance = Low, validate = PluginVersionValidator,
             group = "Common", order = 11, width = Short, display = "Header converter version")]
    pub header_converter_plugin_version: Option<String>,
    /// The aliases of the transformations that each record goes through, in this order.
    #[config(default = "", importance = Low, validate = unique_aliases("transformation aliases", "Duplicate alias provided."),
             group = "Transforms", order = 12, width = Long, display = "Transforms")]
    pub transforms: Vec<String>,
    /// The aliases of the predicates that transformations may name.
    #[config(default = "", importance = Low, validate = unique_aliases("predicate aliases", "Duplicate alias provided."),
             group = "Predicates", order = 13, width = Long, display = "Predicates")]
    pub predicates: Vec<String>,
    /// What to do when a value that came from a configuration provider has expired.
    #[config(default = "restart", importance = Low, validate = ValidString::one_of(["none", "restart"]),
             group = "Common", order = 14, width = Medium, display = "Reload Action")]
    pub config_action_reload: ConfigReloadAction,
    /// For how many milliseconds a failed operation is tried again; 0 not at all, -1 without end.
    #[config(default = 0, importance = Medium,
             group = "Error Handling", order = 1, width = Medium, display = "Retry Timeout for Errors")]
    pub errors_retry_timeout: i64,
    /// How many milliseconds to wait between two tries at most.
    #[config(default = 60_000, importance = Medium,
             group = "Error Handling", order = 2, width = Medium, display = "Maximum Delay Between Retries for Errors")]
    pub errors_retry_delay_max_ms: i64,
    /// Whether a record that cannot be processed fails the task (`none`) or is left out (`all`).
    #[config(default = "none", importance = Medium, validate = ValidString::one_of(["none", "all"]),
             group = "Error Handling", order = 3, width = Short, display = "Error Tolerance")]
    pub errors_tolerance: ToleranceType,
    /// Whether errors that do not fail the task are logged too.
    #[config(default = false, importance = Medium,
             group = "Error Handling", order = 4, width = Short, display = "Log Errors")]
    pub errors_log_enable: bool,
    /// Whether the log of an error shows where the record came from.
    #[config(default = false, importance = Medium,
             group = "Error Handling", order = 5, width = Short, display = "Log Error Details")]
    pub errors_log_include_messages: bool,
}

impl ConnectorConfig {
    /// Reads the framework's keys, with those of the transformations and predicates checked too.
    /// # Errors
    /// The first that Java would have raised.
    pub fn new(props: &Props, plugins: &dyn Plugins) -> Result<Self, ConfigException> {
        from_values(&Self::values(props, plugins)?)
    }

    /// The values that the constructor of Java's class would hold; unlike [`new`](Self::new) it lets null pass where
    /// no validator minds.
    /// # Errors
    /// The first that Java would have raised.
    pub fn values(props: &Props, plugins: &dyn Plugins) -> Result<ParsedConfig, ConfigException> {
        values_of(Self::def(), props, plugins)
    }
}

/// Parses `def`, then once more with the keys of the transformations and predicates.
pub(super) fn values_of(
    def: &ConfigDef,
    props: &Props,
    plugins: &dyn Plugins,
) -> Result<ParsedConfig, ConfigException> {
    let values = def.parse_with(props, plugins)?;
    enrich(def, props, plugins)?.parse_with(props, plugins)?;
    Ok(values)
}

pub(super) fn from_values<T: FromConfig>(values: &ParsedConfig) -> Result<T, ConfigException> {
    T::from_config(values).map_err(|errors| errors.into_first())
}

fn instantiable(interface: &str) -> Composite {
    Composite(vec![Box::new(ConcreteSubclass::of(interface)), Box::new(InstantiableClass)])
}

/// A list that may be empty but not null, of items that differ. Empty items are let through.
pub(super) fn unique_aliases(what: &str, why: &'static str) -> Composite {
    let unique = Lambda::new(format!("unique {what}"), move |name: &str, value: &Parsed| {
        let items = value.as_list().unwrap_or_default();
        let distinct: std::collections::HashSet<_> = items.iter().collect();
        if distinct.len() < items.len() { Err(ConfigException::invalid(name, value, why)) } else { Ok(()) }
    });
    let validators: [Box<dyn Validator>; 2] = [Box::new(NonNull), Box::new(unique)];
    Composite(validators.into())
}

/// What happens to a record that cannot be processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToleranceType {
    /// The task fails.
    None,
    /// The record is left out.
    All,
}

/// What happens when a value of a configuration provider expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigReloadAction {
    None,
    /// The connector starts again with the new value.
    Restart,
}

/// Words of a configuration: an enum, its `FromStr` (in any case) and `Display`, and its use as a field.
macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.to_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("String must be one of: {}", [$($word),*].join(", "))),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $word,)*
                })
            }
        }

        connect_config::config_field_from_str!($type);
    };
}
pub(super) use words;

words!(ToleranceType { None = "none", All = "all" });
words!(ConfigReloadAction { None = "none", Restart = "restart" });
