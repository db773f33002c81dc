//! The worker's and the connectors' configurations, and the rules that hold between their keys.
//! ```text
//! worker.properties ─▶ StandaloneConfig ─▶ WorkerConfig, listeners, originals for the clients
//! connector config  ─▶ SourceConnectorConfig | SinkConnectorConfig ─▶ ConnectorConfig
//!                          │ enrich: the keys of each transformation and predicate
//!                          └ topic.creation.<group>.*
//! ```
//! Start at [`ConnectorConfig`] and [`StandaloneConfig`]. Keys that are not defined stay in the originals, from where
//! they flow to clients, converters and the connector itself.

mod connector;
mod enrich;
mod listeners;
mod rest;
mod sink;
mod source;
mod ssl;
mod stages;
mod topic_creation;
mod variables;
mod version;
mod worker;

pub use connector::{ConfigReloadAction, ConnectorConfig, ToleranceType};
pub use enrich::{PluginKind, Plugins, enrich};
pub use listeners::{Listener, ListenerScheme};
pub use rest::RestServerConfig;
pub use sink::SinkConnectorConfig;
pub use source::{ExactlyOnceSupportLevel, SourceConnectorConfig, TransactionBoundary};
pub use ssl::SslConfig;
pub use stages::{PluginSpec, TransformationSpec, transformation_stages};
pub use topic_creation::{TopicCreationGroup, topic_creation_groups, uses_topic_creation};
pub use variables::{ConfigProviders, Resolved, has_variables, restore_variables};
pub use version::{PluginVersionValidator, VERSION_ERROR_CLASS, VersionRange, compare_versions};
pub use worker::{StandaloneConfig, WorkerConfig};

use connect_config::validators::Lambda;
use connect_config::{ConfigException, ConfigType, Parsed, Props, Validator, parse_type};
use indexmap::IndexSet;

/// A number that is positive, or -1 for the broker's default.
fn positive_or_default(description: &str, why: &'static str) -> impl Validator + use<> {
    Lambda::new(description, move |name: &str, value: &Parsed| {
        let number = value.as_i32().or_else(|| value.as_i16().map(i32::from));
        match number {
            Some(number) if number == -1 || number >= 1 => Ok(()),
            Some(number) => Err(ConfigException::invalid(name, number, why)),
            None => Err(ConfigException::invalid(name, value, "Value must be non-null")),
        }
    })
}

/// The items of a LIST key in order, once each.
fn distinct_items(key: &str, props: &Props) -> Result<IndexSet<String>, ConfigException> {
    let listed = parse_type(key, props.get(key), ConfigType::List)?;
    Ok(listed.as_list().unwrap_or_default().iter().cloned().collect())
}

#[cfg(test)]
mod tests;
