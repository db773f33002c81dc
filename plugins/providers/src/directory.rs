//! `DirectoryConfigProvider`: each file of a folder is a value, as Kubernetes and Docker mount secrets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

use connect_api::{ConfigData, ConfigProvider};
use connect_config::{ConfigDef, ConfigException, Props};

use crate::allowed::{AllowedPaths, AllowedPathsConfig};
use crate::{is_wanted, read};

/// The path is a folder; its regular files are keys, what they hold their values. Folders in it are left out.
#[derive(Debug, Default)]
pub struct DirectoryConfigProvider {
    base: PathBuf,
    allowed: AllowedPaths,
}

impl DirectoryConfigProvider {
    pub(crate) const CLASS: &str = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";

    /// Relative paths begin at `base` instead of the working directory.
    pub fn at(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), ..Self::default() }
    }

    /// What it can be told: `allowed.paths`.
    pub fn def() -> &'static ConfigDef {
        AllowedPathsConfig::def()
    }
}

impl ConfigProvider for DirectoryConfigProvider {
    fn configure(&mut self, configs: &Props) -> Result<(), ConfigException> {
        self.allowed = AllowedPaths::of(configs)?;
        Ok(())
    }

    fn get(&self, path: &str, keys: Option<&BTreeSet<String>>) -> Result<ConfigData, ConfigException> {
        let admitted = Some(path).filter(|path| !path.is_empty()).and_then(|path| self.allowed.admit(path));
        let Some(admitted) = admitted else { return Ok(ConfigData::default()) };
        let folder = self.base.join(&admitted);
        if !folder.is_dir() {
            tracing::error!("The path {path} is not a directory");
            return Ok(ConfigData::default());
        }
        let names = file_names(&folder).map_err(|error| {
            tracing::error!("Could not list directory {path}: {error}");
            ConfigException::new(format!("Could not list directory {path}"))
        })?;
        let wanted = names.into_iter().filter(|name| is_wanted(keys, name));
        let values = wanted.map(|name| {
            let value = read::text(&folder.join(&name)).map_err(|error| unreadable(&admitted, &name, &error))?;
            Ok((name, value))
        });
        Ok(ConfigData::lasting(values.collect::<Result<BTreeMap<_, _>, _>>()?))
    }
}

/// Of regular files, and of links to such. A name that is no UTF-8 cannot stand in a configuration.
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = folder.read_dir()?.collect::<io::Result<Vec<DirEntry>>>()?;
    let files = entries.into_iter().filter(|entry| entry.path().is_file());
    Ok(files.filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

fn unreadable(folder: &Path, name: &str, error: &io::Error) -> ConfigException {
    let file = folder.join(name);
    tracing::error!("Could not read file {} for property {name}: {error}", file.display());
    ConfigException::new(format!("Could not read file {} for property {name}", file.display()))
}
