//! Configuration providers: made once from the worker's keys, asked before a configuration is used.
//! ```text
//! config.providers=file  ─▶ open ─▶ ConfigProviders
//! config.providers.file.class, .param.*
//! a connector's configuration, as the herder keeps it ─▶ resolve ─▶ as connectors and tasks get it
//! ```

use std::sync::Arc;

use connect_api::{ConnectError, Factory, PluginKind, PluginTable};
use connect_config::{ConfigException, Props};
use connect_core::config::{ConfigProviders, Resolved, has_variables};

/// Makes the providers that a worker's keys name.
/// # Errors
/// One has no class, none that is there, or refuses its parameters; the key is named.
pub fn open_providers(plugins: &PluginTable, worker: &Props) -> Result<ConfigProviders, ConfigException> {
    let mut providers = ConfigProviders::default();
    let listed = worker.get("config.providers").unwrap_or_default().split(',').map(str::trim);
    for name in listed.filter(|name| !name.is_empty()) {
        let key = format!("config.providers.{name}.class");
        let class = worker.get(&key).map(str::trim).unwrap_or_default();
        let plugin = plugins.find(&[PluginKind::ConfigProvider], class);
        let Some(Factory::ConfigProvider(make)) = plugin.map(|plugin| &plugin.factory) else {
            return Err(ConfigException::invalid(&key, class, not_found(plugins)));
        };
        let mut provider = make();
        let params = worker.with_prefix(&format!("config.providers.{name}.param."));
        provider.configure(&params).map_err(|error| {
            let text = format!("The configuration provider {name} cannot be used: {error}");
            ConfigException::new(text).with_java_class(error.java_class())
        })?;
        providers.add(name, provider);
    }
    Ok(providers)
}

fn not_found(plugins: &PluginTable) -> String {
    let of_kind = plugins.iter().filter(|plugin| plugin.kind() == PluginKind::ConfigProvider);
    let available: Vec<_> = of_kind.map(|plugin| plugin.class).collect();
    let why = "Could not load config provider class or one of its dependencies";
    format!("{why}; available are {}", available.join(", "))
}

/// Replaces the variables of a configuration. A provider may block: it takes no thread from others.
/// # Errors
/// A provider cannot read what is asked of it.
pub(crate) async fn resolve(providers: &Arc<ConfigProviders>, config: &Props) -> Result<Resolved, ConnectError> {
    if providers.is_empty() || !has_variables(config) {
        return Ok(Resolved::plain(config.clone()));
    }
    let (providers, config) = (Arc::clone(providers), config.clone());
    let resolved = tokio::task::spawn_blocking(move || providers.resolve(&config)).await;
    let resolved = resolved.map_err(|_| ConnectError::connect("A configuration provider has panicked"))?;
    resolved.map_err(|error| ConnectError::new(error.java_class(), error.message()))
}
