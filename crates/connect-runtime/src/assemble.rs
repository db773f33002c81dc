//! Builds the parts of a task from its configuration: converters, transformations, error handling.

use std::sync::Arc;

use connect_api::{ConnectError, Converter, Factory, Plugin, PluginKind, PluginTable};
use connect_config::Props;
use connect_core::config::{ConnectorConfig, ToleranceType, WorkerConfig};

use crate::converters::{Converters, Named};
use crate::errors::{ErrorLog, ErrorPolicy, RetryPolicy};
use crate::transforms::{Condition, Link, TransformationChain};

/// Makes the parts of one task.
pub(crate) struct Assembly<'a> {
    pub plugins: &'a PluginTable,
    pub worker: &'a WorkerConfig,
    /// The worker's properties as given.
    pub worker_props: &'a Props,
    pub connector: &'a ConnectorConfig,
    /// The connector's properties as given.
    pub connector_props: &'a Props,
}

impl Assembly<'_> {
    pub(crate) fn error_policy(&self) -> ErrorPolicy {
        let config = self.connector;
        let log = match (config.errors_log_enable, config.errors_log_include_messages) {
            (false, _) => ErrorLog::Off,
            (true, false) => ErrorLog::On,
            (true, true) => ErrorLog::WithRecords,
        };
        let retry = RetryPolicy::new(config.errors_retry_timeout, config.errors_retry_delay_max_ms);
        ErrorPolicy { tolerate: config.errors_tolerance == ToleranceType::All, log, retry }
    }

    /// # Errors
    /// A converter's class is unknown or its configuration wrong.
    pub(crate) fn converters(&self) -> Result<Converters, ConnectError> {
        let key = converter(self.key_converter()?, true)?;
        let value = converter(self.value_converter()?, false)?;
        Ok(Converters { key, value, header: self.header_converter()? })
    }

    /// With its configuration.
    pub(crate) fn key_converter(&self) -> Result<(&Plugin, Props), ConnectError> {
        let own = self.connector.key_converter.as_ref().map(|class| class.name());
        self.converter_plugin("key.converter", own, self.worker.key_converter.name(), PluginKind::Converter)
    }

    /// With its configuration.
    pub(crate) fn value_converter(&self) -> Result<(&Plugin, Props), ConnectError> {
        let own = self.connector.value_converter.as_ref().map(|class| class.name());
        self.converter_plugin("value.converter", own, self.worker.value_converter.name(), PluginKind::Converter)
    }

    /// With its configuration.
    pub(crate) fn header_converter_plugin(&self) -> Result<(&Plugin, Props), ConnectError> {
        let own = self.connector.header_converter.as_ref().map(|class| class.name());
        let workers = self.worker.header_converter.name();
        self.converter_plugin("header.converter", own, workers, PluginKind::HeaderConverter)
    }

    fn header_converter(&self) -> Result<Named<Arc<dyn connect_api::HeaderConverter>>, ConnectError> {
        let (plugin, configs) = self.header_converter_plugin()?;
        let Factory::HeaderConverter(make) = &plugin.factory else { return Err(not_found(plugin.class)) };
        let mut converter = make();
        converter.configure(&configs)?;
        Ok(Named { class: plugin.class, plugin: converter.into() })
    }

    /// The configuration that names the class also gives its keys.
    fn converter_plugin(
        &self,
        key: &str,
        own: Option<&str>,
        workers: &str,
        kind: PluginKind,
    ) -> Result<(&Plugin, Props), ConnectError> {
        let (class, source) = match own {
            Some(class) => (class, self.connector_props),
            None => (workers, self.worker_props),
        };
        let plugin = self.plugins.find(&[kind], class).ok_or_else(|| not_found(class))?;
        Ok((plugin, source.with_prefix(&format!("{key}."))))
    }

    /// # Errors
    /// A transformation's or predicate's class is unknown or its configuration wrong.
    pub(crate) fn transforms(&self) -> Result<TransformationChain, ConnectError> {
        let links = self.connector.transforms.iter().map(|alias| self.link(alias)).collect::<Result<_, _>>()?;
        Ok(TransformationChain::new(links))
    }

    fn link(&self, alias: &str) -> Result<Link, ConnectError> {
        let mut configs = self.connector_props.with_prefix(&format!("transforms.{alias}."));
        let condition = self.condition(&mut configs)?;
        let class = configs.get("type").unwrap_or_default();
        let plugin = self.plugins.find(&[PluginKind::Transformation], class).ok_or_else(|| not_found(class))?;
        let Factory::Transformation(make) = &plugin.factory else { return Err(not_found(class)) };
        let mut transformation = make();
        transformation.configure(&configs)?;
        Ok(Link { class: plugin.class, transformation, condition })
    }

    /// Takes `predicate` and `negate` out of a transformation's configuration.
    fn condition(&self, configs: &mut Props) -> Result<Option<Condition>, ConnectError> {
        let negate = configs.remove("negate").is_some_and(|text| text.trim().eq_ignore_ascii_case("true"));
        let Some(alias) = configs.remove("predicate") else { return Ok(None) };
        let configs = self.connector_props.with_prefix(&format!("predicates.{alias}."));
        let class = configs.get("type").unwrap_or_default();
        let plugin = self.plugins.find(&[PluginKind::Predicate], class).ok_or_else(|| not_found(class))?;
        let Factory::Predicate(make) = &plugin.factory else { return Err(not_found(class)) };
        let mut predicate = make();
        predicate.configure(&configs)?;
        Ok(Some(Condition { predicate, negate }))
    }
}

fn converter((plugin, configs): (&Plugin, Props), is_key: bool) -> Result<Named<Box<dyn Converter>>, ConnectError> {
    let Factory::Converter(make) = &plugin.factory else { return Err(not_found(plugin.class)) };
    let mut converter = make();
    converter.configure(&configs, is_key)?;
    Ok(Named { class: plugin.class, plugin: converter })
}

fn not_found(class: &str) -> ConnectError {
    ConnectError::config(format!("Class {class} could not be found."))
}
