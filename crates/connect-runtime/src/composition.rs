//! What a task is made of, as its metrics name it: classes and versions.

use std::collections::BTreeMap;

use connect_api::{Plugin, PluginKind};

use crate::assemble::Assembly;
use crate::metrics::{Composition, Step, TaskPlugins};
use crate::task_configs::task_class;
use crate::validation::connector_type;

impl Assembly<'_> {
    /// `connector` is the task's own plugin. What cannot be found is left out: then the task cannot be made either.
    pub(crate) fn composition(&self, connector: &Plugin) -> Composition {
        let mut plugins = vec![
            ("connector-class", connector.class.to_owned()),
            ("connector-version", connector.version.to_owned()),
            ("connector-type", connector_type(connector).as_str().to_owned()),
            ("task-class", task_class(&connector.factory).to_owned()),
            ("task-version", connector.version.to_owned()),
        ];
        self.add_converters(&mut plugins);
        let aliases = &self.connector.transforms;
        let transforms = aliases.iter().filter_map(|alias| self.step("transforms", alias, PluginKind::Transformation));
        // One predicate may be that of several transformations.
        let predicates: BTreeMap<_, _> =
            aliases.iter().filter_map(|alias| self.predicate(alias)).map(|step| (step.alias.clone(), step)).collect();
        Composition { plugins, transforms: transforms.collect(), predicates: predicates.into_values().collect() }
    }

    fn add_converters(&self, plugins: &mut TaskPlugins) {
        let converters = [
            (self.key_converter(), "key-converter-class", "key-converter-version"),
            (self.value_converter(), "value-converter-class", "value-converter-version"),
            (self.header_converter_plugin(), "header-converter-class", "header-converter-version"),
        ];
        for (found, class, version) in converters {
            if let Ok((plugin, _)) = found {
                plugins.push((class, plugin.class.to_owned()));
                plugins.push((version, plugin.version.to_owned()));
            }
        }
    }

    /// The predicate of a transformation.
    fn predicate(&self, transform: &str) -> Option<Step> {
        let alias = self.connector_props.get(&format!("transforms.{transform}.predicate"))?;
        self.step("predicates", alias, PluginKind::Predicate)
    }

    fn step(&self, prefix: &str, alias: &str, kind: PluginKind) -> Option<Step> {
        let class = self.connector_props.get(&format!("{prefix}.{alias}.type"))?;
        let plugin = self.plugins.find(&[kind], class)?;
        Some(Step { alias: alias.to_owned(), class: plugin.class, version: plugin.version })
    }
}
