//! The plugin table as configurations see it: which names are classes, and what their plugins configure.

use std::sync::Arc;

use connect_api::{Plugin, PluginKind, PluginTable};
use connect_config::{Class, ClassResolver, ClassShape, ConfigDef, ConfigException};
use connect_core::config::{PluginKind as ConfigPluginKind, Plugins, VersionRange};

const ALL: [PluginKind; 7] = [
    PluginKind::Sink,
    PluginKind::Source,
    PluginKind::Transformation,
    PluginKind::Predicate,
    PluginKind::Converter,
    PluginKind::HeaderConverter,
    PluginKind::ConfigProvider,
];

/// Answers configurations from a plugin table.
pub struct TablePlugins<'a>(pub &'a PluginTable);

impl ClassResolver for TablePlugins<'_> {
    fn resolve(&self, name: &str) -> Option<Class> {
        let class = self.0.find(&ALL, name)?.class;
        let kinds = self.0.iter().filter(|plugin| plugin.class == class).map(Plugin::kind);
        let implements = kinds.map(|kind| interface(kind).to_owned()).collect();
        Some(Class::with_shape(class, ClassShape { implements, ..ClassShape::default() }))
    }
}

impl Plugins for TablePlugins<'_> {
    fn config_def(
        &self,
        kind: ConfigPluginKind,
        class: &Class,
        version: Option<&VersionRange>,
    ) -> Result<Arc<ConfigDef>, ConfigException> {
        let kind = match kind {
            ConfigPluginKind::Transformation => PluginKind::Transformation,
            ConfigPluginKind::Predicate => PluginKind::Predicate,
        };
        let plugin = self.0.find(&[kind], class.name());
        let plugin =
            plugin.ok_or_else(|| ConfigException::new(format!("Class {} could not be found.", class.name())))?;
        check_version(plugin, version)?;
        Ok(Arc::new(plugin.config_def.clone()))
    }
}

/// # Errors
/// The plugin's version is not one of these.
pub(crate) fn check_version(plugin: &Plugin, version: Option<&VersionRange>) -> Result<(), ConfigException> {
    match version {
        Some(range) if !range.contains(plugin.version) => Err(ConfigException::new(format!(
            "Plugin {} not found that matches the version range {range}, available versions: [{}]",
            plugin.class, plugin.version
        ))),
        _ => Ok(()),
    }
}

fn interface(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Sink => "org.apache.kafka.connect.sink.SinkConnector",
        PluginKind::Source => "org.apache.kafka.connect.source.SourceConnector",
        PluginKind::Transformation => "org.apache.kafka.connect.transforms.Transformation",
        PluginKind::Predicate => "org.apache.kafka.connect.transforms.predicates.Predicate",
        PluginKind::Converter => "org.apache.kafka.connect.storage.Converter",
        PluginKind::HeaderConverter => "org.apache.kafka.connect.storage.HeaderConverter",
        PluginKind::ConfigProvider => "org.apache.kafka.common.config.provider.ConfigProvider",
    }
}
