//! Where configurations get values from that do not stand in them: secrets mostly.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use connect_config::{ConfigException, Props};

/// Gives the values of `${name:path:key}`. One instance serves a whole worker; calls may block.
/// Source: Apache Kafka, `ConfigProvider`.
pub trait ConfigProvider: Send + Sync {
    /// What `config.providers.<name>.param.` says, that prefix taken off. Called once, first.
    /// # Errors
    /// A value is invalid: the worker does not start.
    fn configure(&mut self, configs: &Props) -> Result<(), ConfigException>;

    /// What is at a path: all of it, or of these keys those that are there.
    /// # Errors
    /// It cannot be read; nothing that is secret is in the message.
    fn get(&self, path: &str, keys: Option<&BTreeSet<String>>) -> Result<ConfigData, ConfigException>;
}

/// Values of one path. `Debug` prints keys only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ConfigData {
    pub values: BTreeMap<String, String>,
    /// After this time they are to be asked for again.
    pub ttl: Option<Duration>,
}

impl ConfigData {
    /// Values that stay as they are.
    pub fn lasting(values: BTreeMap<String, String>) -> Self {
        Self { values, ttl: None }
    }
}

impl fmt::Debug for ConfigData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigData").field("keys", &self.values.keys()).field("ttl", &self.ttl).finish()
    }
}
