//! The built-in configuration providers: values for `${name:path:key}` from outside of the configuration.
//! ```text
//! file        FileConfigProvider        path: a properties file          key: a key in it
//! directory   DirectoryConfigProvider   path: a folder                   key: a file in it
//! env         EnvVarConfigProvider      no path                          key: an environment variable
//! ```
//! Start at [`register`].

mod allowed;
mod directory;
mod env;
mod file;
mod read;

use std::collections::BTreeSet;
use std::sync::Arc;

use connect_api::{ConfigProvider, Factory, Plugin, PluginTable};
use connect_config::ConfigDef;

pub use directory::DirectoryConfigProvider;
pub use env::EnvVarConfigProvider;
pub use file::FileConfigProvider;

/// The version of the Apache Kafka that these classes come from there.
const VERSION: &str = "4.3.1";

/// Adds every provider of this crate.
pub fn register(table: &mut PluginTable) {
    add::<FileConfigProvider>(table, FileConfigProvider::CLASS, FileConfigProvider::def());
    add::<DirectoryConfigProvider>(table, DirectoryConfigProvider::CLASS, DirectoryConfigProvider::def());
    add::<EnvVarConfigProvider>(table, EnvVarConfigProvider::CLASS, EnvVarConfigProvider::def());
}

fn add<P: ConfigProvider + Default + 'static>(
    table: &mut PluginTable,
    class: &'static str,
    config_def: &'static ConfigDef,
) {
    let factory = Factory::ConfigProvider(Arc::new(|| Box::new(P::default())));
    table.add(Plugin { class, version: VERSION, config_def, factory });
}

/// Whether a key is asked for.
fn is_wanted(keys: Option<&BTreeSet<String>>, key: &str) -> bool {
    keys.is_none_or(|keys| keys.contains(key))
}
