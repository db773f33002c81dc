//! `FileConfigProvider`: values from properties files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use connect_api::{ConfigData, ConfigProvider};
use connect_config::properties::{PropertiesError, parse_text};
use connect_config::{ConfigDef, ConfigException, Props};

use crate::allowed::{AllowedPaths, AllowedPathsConfig};
use crate::{is_wanted, read};

/// The path is a properties file in UTF-8.
#[derive(Debug, Default)]
pub struct FileConfigProvider {
    base: PathBuf,
    allowed: AllowedPaths,
}

impl FileConfigProvider {
    pub(crate) const CLASS: &str = "org.apache.kafka.common.config.provider.FileConfigProvider";

    /// Relative paths begin at `base` instead of the working directory.
    pub fn at(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), ..Self::default() }
    }

    /// What it can be told: `allowed.paths`.
    pub fn def() -> &'static ConfigDef {
        AllowedPathsConfig::def()
    }

    fn read(&self, path: &str, file: &Path) -> Result<Props, ConfigException> {
        let text = read::text(&self.base.join(file)).map_err(|error| {
            tracing::error!("Could not read properties from file {path}: {error}");
            ConfigException::new(format!("Could not read properties from file {path}"))
        })?;
        let malformed = |_| ConfigException::new(PropertiesError::JAVA_MESSAGE);
        parse_text(&text).map_err(|error| malformed(error).with_java_class(PropertiesError::JAVA_CLASS))
    }
}

impl ConfigProvider for FileConfigProvider {
    fn configure(&mut self, configs: &Props) -> Result<(), ConfigException> {
        self.allowed = AllowedPaths::of(configs)?;
        Ok(())
    }

    fn get(&self, path: &str, keys: Option<&BTreeSet<String>>) -> Result<ConfigData, ConfigException> {
        let file = Some(path).filter(|path| !path.is_empty()).and_then(|path| self.allowed.admit(path));
        let Some(file) = file else { return Ok(ConfigData::default()) };
        let props = self.read(path, &file)?;
        let wanted = props.iter().filter(|(key, _)| is_wanted(keys, key));
        let values = wanted.filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())));
        Ok(ConfigData::lasting(values.collect::<BTreeMap<_, _>>()))
    }
}
