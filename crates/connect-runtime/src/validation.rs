//! Whether a connector's configuration can be accepted.
//! ```text
//! connector.class ─▶ plugin ─▶ the framework's keys ─▶ rules between them ─▶ the connector's own validation ─▶ errors
//! ```
//! Source: Apache Kafka, `AbstractHerder.validateConnectorConfig`.

use std::sync::Arc;

use connect_api::{Factory, Plugin, PluginKind, PluginTable};
use connect_config::{Class, ConfigDef, ConfigException, Props};
use connect_core::config::{SinkConnectorConfig, SourceConnectorConfig, VersionRange, WorkerConfig, enrich};
use connect_core::herder::{ConnectorType, HerderError};

use crate::client_check;
use crate::connector::Instance;
use crate::plugins::{TablePlugins, check_version};
use crate::unsupported;

/// Far beyond what any topic has partitions for.
const SINK_TASKS_MAX: i32 = 10_000;

/// Says what kind of connector this would be, and its version.
/// # Errors
/// The configuration is invalid: every reason is in the message.
pub(crate) async fn validate(
    plugins: &PluginTable,
    worker: &Props,
    config: &Props,
) -> Result<(ConnectorType, String), HerderError> {
    let plugin = find(plugins, config)?;
    if let Some(error) = version_error(plugin, config, "connector.plugin.version") {
        // On the class and on the version, as in Java; nothing else is looked at.
        return Err(invalid(&[error.clone(), error]));
    }
    let connector_type = connector_type(plugin);
    let mut errors = framework_errors(plugins, connector_type, config)?;
    errors.extend(unsupported::connector_errors(config));
    errors.extend(converter_version_errors(plugins, config));
    errors.extend(client_check::errors(connector_type, worker, config).await);
    if let Some(mut instance) = instantiate(&plugin.factory).await {
        let values = instance.as_connector().validate(config).await;
        errors.extend(values.into_iter().flat_map(|value| value.errors));
    }
    if errors.is_empty() { Ok((connector_type, plugin.version.to_owned())) } else { Err(invalid(&errors)) }
}

/// Which of the worker's converters are none, one text a key.
pub fn converter_errors(plugins: &PluginTable, worker: &WorkerConfig) -> Vec<String> {
    let converters = [
        ("key.converter", &worker.key_converter, PluginKind::Converter),
        ("value.converter", &worker.value_converter, PluginKind::Converter),
        ("header.converter", &worker.header_converter, PluginKind::HeaderConverter),
    ];
    let wrong = converters.into_iter().filter(|(_, class, kind)| plugins.find(&[*kind], class.name()).is_none());
    let describe = |(key, class, kind): (&str, &Class, PluginKind)| {
        let of_kind = plugins.iter().filter(|plugin| plugin.kind() == kind);
        let available: Vec<_> = of_kind.map(|plugin| plugin.class).collect();
        let why = format!("this class is no converter; available are {}", available.join(", "));
        ConfigException::invalid(key, class.name(), why).to_string()
    };
    wrong.map(describe).collect()
}

/// The connector plugin that a configuration names.
/// # Errors
/// It names none, or one that is not there.
pub(crate) fn find<'a>(plugins: &'a PluginTable, config: &Props) -> Result<&'a Plugin, HerderError> {
    let Some(class) = config.get("connector.class") else {
        let shown = shown(config);
        return Err(HerderError::BadRequest(format!("Connector config {shown} contains no connector type")));
    };
    let found = plugins.find(&[PluginKind::Source, PluginKind::Sink], class.trim());
    found.ok_or_else(|| {
        let connectors = plugins.iter().filter(|plugin| connector_type(plugin) != ConnectorType::Unknown);
        let available: Vec<_> = connectors.map(describe).collect();
        HerderError::BadRequest(format!(
            "Failed to find any class that implements Connector and which name matches {class}, available connectors are: {}",
            available.join(", ")
        ))
    })
}

/// A new instance of a connector plugin; none of another kind of plugin. Panics as the plugin does.
pub(crate) async fn instantiate(factory: &Factory) -> Option<Instance> {
    match factory.clone() {
        Factory::Source { connector, .. } => Some(Instance::Source(made_by(connector).await)),
        Factory::Sink { connector, .. } => Some(Instance::Sink(made_by(connector).await)),
        _ => None,
    }
}

/// What a plugin's constructor makes, which may block: it takes no thread from others. Panics as the constructor does.
pub(crate) async fn made_by<T: ?Sized + Send + 'static>(constructor: Arc<dyn Fn() -> Box<T> + Send + Sync>) -> Box<T> {
    match tokio::task::spawn_blocking(move || constructor()).await {
        Ok(made) => made,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // The runtime is ending, and with it whoever waits.
        Err(_) => std::future::pending().await,
    }
}

pub(crate) fn connector_type(plugin: &Plugin) -> ConnectorType {
    match plugin.kind() {
        PluginKind::Source => ConnectorType::Source,
        PluginKind::Sink => ConnectorType::Sink,
        _ => ConnectorType::Unknown,
    }
}

fn framework_errors(
    plugins: &PluginTable,
    connector_type: ConnectorType,
    config: &Props,
) -> Result<Vec<String>, HerderError> {
    let base: &ConfigDef = match connector_type {
        ConnectorType::Sink => SinkConnectorConfig::def(),
        _ => SourceConnectorConfig::def(),
    };
    let classes = TablePlugins(plugins);
    let enriched = enrich(base, config, &classes);
    let def = enriched.as_ref().unwrap_or(base);
    let mut errors: Vec<String> =
        def.validate_with(config, &classes).into_iter().flat_map(|value| value.errors).collect();
    errors.extend(enriched.as_ref().err().map(|error| error.message().to_owned()));
    if connector_type == ConnectorType::Sink {
        errors.extend(SinkConnectorConfig::topic_errors(config).into_iter().map(|(_, why)| why));
        errors.extend(too_many_tasks(config));
    }
    errors.extend(null_values(config));
    Ok(errors)
}

/// Why the version that `key` asks for is not there.
fn version_error(plugin: &Plugin, config: &Props, key: &str) -> Option<String> {
    // A range that cannot be read is for the key's own validator to tell.
    let range = VersionRange::requirement(config.get(key)).ok()??;
    check_version(plugin, Some(&range)).err().map(|error| error.message().to_owned())
}

fn converter_version_errors(plugins: &PluginTable, config: &Props) -> Vec<String> {
    let converters = [
        ("key.converter", PluginKind::Converter),
        ("value.converter", PluginKind::Converter),
        ("header.converter", PluginKind::HeaderConverter),
    ];
    let wrong = converters.into_iter().filter_map(|(key, kind)| {
        let plugin = plugins.find(&[kind], config.get(key)?.trim())?;
        version_error(plugin, config, &format!("{key}.plugin.version"))
    });
    wrong.collect()
}

/// Sink connectors make as many tasks as they may: a slip of the pen must not take all memory.
fn too_many_tasks(config: &Props) -> Option<String> {
    let asked: i32 = config.get("tasks.max")?.trim().parse().ok()?;
    let why = format!("this worker runs at most {SINK_TASKS_MAX} tasks of one sink connector");
    (asked > SINK_TASKS_MAX).then(|| ConfigException::invalid("tasks.max", asked, why).to_string())
}

fn null_values(config: &Props) -> impl Iterator<Item = String> {
    let nulls = config.iter().filter(|(_, value)| value.is_none());
    nulls.map(|_| "Null value can not be supplied as the configuration value.".to_owned())
}

fn invalid(errors: &[String]) -> HerderError {
    HerderError::BadRequest(format!(
        "Connector configuration is invalid and contains the following {} error(s):\n{}\nYou can also find the above list of errors at the endpoint `/connector-plugins/{{connectorType}}/config/validate`",
        errors.len(),
        errors.join("\n")
    ))
}

fn describe(plugin: &Plugin) -> String {
    let (kind, class, version) = (plugin.kind().as_str(), plugin.class, plugin.version);
    format!(
        "PluginDesc{{class=class {class}, name='{class}', version='{version}', encodedVersion={version}, type={kind}, typeName='{kind}', location='classpath'}}"
    )
}

/// As Java prints a map; the values of keys that nobody has declared may be secrets and are hidden.
fn shown(config: &Props) -> String {
    let open = ["name", "tasks.max", "topic", "topics", "file"];
    let pairs = config.iter().map(|(key, value)| match value {
        Some(value) if open.contains(&key) => format!("{key}={value}"),
        Some(_) => format!("{key}=[hidden]"),
        None => format!("{key}=null"),
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
}
