//! The plugin table: every class that a configuration may name.

use std::sync::Arc;

use connect_config::ConfigDef;

use super::{
    ConfigProvider, Converter, HeaderConverter, Predicate, SinkConnector, SinkTask, SourceConnector, SourceTask,
    Transformation,
};

/// What a plugin is; `as_str` is the `type` in REST answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PluginKind {
    Sink,
    Source,
    Transformation,
    Predicate,
    Converter,
    HeaderConverter,
    ConfigProvider,
}

impl PluginKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sink => "sink",
            Self::Source => "source",
            Self::Transformation => "transformation",
            Self::Predicate => "predicate",
            Self::Converter => "converter",
            Self::HeaderConverter => "header_converter",
            Self::ConfigProvider => "configprovider",
        }
    }

    /// The end of a simple class name that an alias may leave out.
    fn suffix(self) -> &'static str {
        match self {
            Self::Sink | Self::Source => "Connector",
            Self::Transformation => "Transformation",
            Self::Predicate => "Predicate",
            Self::Converter => "Converter",
            Self::HeaderConverter => "HeaderConverter",
            Self::ConfigProvider => "ConfigProvider",
        }
    }
}

type Make<T> = Arc<dyn Fn() -> Box<T> + Send + Sync>;

/// Makes instances, one a connector or task. A connector's tasks are made without the connector: they may run elsewhere.
#[derive(Clone)]
pub enum Factory {
    Source { connector: Make<dyn SourceConnector>, task_class: &'static str, task: Make<dyn SourceTask> },
    Sink { connector: Make<dyn SinkConnector>, task_class: &'static str, task: Make<dyn SinkTask> },
    Transformation(Make<dyn Transformation>),
    Predicate(Make<dyn Predicate>),
    Converter(Make<dyn Converter>),
    HeaderConverter(Make<dyn HeaderConverter>),
    ConfigProvider(Make<dyn ConfigProvider>),
}

impl Factory {
    pub fn kind(&self) -> PluginKind {
        match self {
            Self::Source { .. } => PluginKind::Source,
            Self::Sink { .. } => PluginKind::Sink,
            Self::Transformation(_) => PluginKind::Transformation,
            Self::Predicate(_) => PluginKind::Predicate,
            Self::Converter(_) => PluginKind::Converter,
            Self::HeaderConverter(_) => PluginKind::HeaderConverter,
            Self::ConfigProvider(_) => PluginKind::ConfigProvider,
        }
    }
}

/// One class. A class that is two kinds of plugin, like `JsonConverter`, has two entries.
#[derive(Clone)]
pub struct Plugin {
    /// The Java class with its package, `org.apache.kafka.connect.file.FileStreamSinkConnector`.
    pub class: &'static str,
    /// `4.3.1` for Apache's own.
    pub version: &'static str,
    pub config_def: &'static ConfigDef,
    pub factory: Factory,
}

impl Plugin {
    pub fn kind(&self) -> PluginKind {
        self.factory.kind()
    }

    /// The class name without its package; a nested class keeps only its own name, as in Java.
    pub fn simple_name(&self) -> &'static str {
        self.class.rsplit(['.', '$']).next().unwrap_or(self.class)
    }

    fn answers_to(&self, name: &str) -> bool {
        let simple = self.simple_name();
        name == simple
            || simple.strip_suffix(self.kind().suffix()).is_some_and(|short| !short.is_empty() && name == short)
    }
}

/// Every plugin of a worker. Filled once at start, then shared.
#[derive(Clone, Default)]
pub struct PluginTable {
    plugins: Vec<Plugin>,
}

impl PluginTable {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, plugin: Plugin) {
        self.plugins.push(plugin);
    }

    /// In order of registration.
    pub fn iter(&self) -> impl Iterator<Item = &Plugin> {
        self.plugins.iter()
    }

    /// The plugin of one of `kinds` that has this class name, else the only one that has this alias.
    pub fn find(&self, kinds: &[PluginKind], name: &str) -> Option<&Plugin> {
        let of_kind = || self.plugins.iter().filter(|plugin| kinds.contains(&plugin.kind()));
        if let Some(exact) = of_kind().find(|plugin| plugin.class == name) {
            return Some(exact);
        }
        let mut aliased = of_kind().filter(|plugin| plugin.answers_to(name));
        let first = aliased.next()?;
        aliased.all(|other| other.class == first.class).then_some(first)
    }
}
