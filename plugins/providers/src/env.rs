//! `EnvVarConfigProvider`: values from the environment of the worker.

use std::collections::{BTreeMap, BTreeSet};

use connect_api::{ConfigData, ConfigProvider};
use connect_config::{ConfigDef, ConfigException, JavaRegex, Props};

use crate::is_wanted;

const PATTERN_ERROR_CLASS: &str = "java.util.regex.PatternSyntaxException";

/// There is no path; the keys are environment variables.
pub struct EnvVarConfigProvider {
    variables: BTreeMap<String, String>,
}

/// What it can be told.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
struct EnvVarConfig {
    /// A regular expression that the whole name of a variable must match. Without, all variables can be had.
    #[config(importance = Low)]
    allowlist_pattern: Option<String>,
}

impl EnvVarConfigProvider {
    pub(crate) const CLASS: &str = "org.apache.kafka.common.config.provider.EnvVarConfigProvider";

    /// These variables, instead of those of this process.
    pub fn of(variables: BTreeMap<String, String>) -> Self {
        Self { variables }
    }

    /// What it can be told: `allowlist.pattern`.
    pub fn def() -> &'static ConfigDef {
        EnvVarConfig::def()
    }
}

/// Of this process. What is no UTF-8 cannot be had.
impl Default for EnvVarConfigProvider {
    fn default() -> Self {
        let texts =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::of(texts.collect())
    }
}

impl ConfigProvider for EnvVarConfigProvider {
    fn configure(&mut self, configs: &Props) -> Result<(), ConfigException> {
        let Some(pattern) = configs.get("allowlist.pattern") else { return Ok(()) };
        let pattern = JavaRegex::new(pattern)
            .map_err(|error| ConfigException::new(error.to_string()).with_java_class(PATTERN_ERROR_CLASS))?;
        self.variables.retain(|name, _| pattern.matches(name));
        Ok(())
    }

    fn get(&self, path: &str, keys: Option<&BTreeSet<String>>) -> Result<ConfigData, ConfigException> {
        if !path.is_empty() {
            let text = format!("Path is not supported for EnvVarConfigProvider, invalid value '{path}'");
            return Err(ConfigException::new(text));
        }
        let wanted = self.variables.iter().filter(|(name, _)| is_wanted(keys, name));
        Ok(ConfigData::lasting(wanted.map(|(name, value)| (name.clone(), value.clone())).collect()))
    }
}
