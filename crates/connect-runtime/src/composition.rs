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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, LazyLock};

    use connect_api::{Factory, PluginTable};
    use connect_config::{AnyClass, ConfigDef, Props};
    use connect_core::config::{SourceConnectorConfig, StandaloneConfig};

    use super::*;
    use crate::metrics::TASK_PLUGINS;
    use crate::plugins::TablePlugins;

    static NO_KEYS: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

    fn table() -> PluginTable {
        let mut plugins = PluginTable::new();
        let factories = [
            ("a.Source", source()),
            ("a.KeyConverter", Factory::Converter(Arc::new(|| panic!("not made")))),
            ("a.ValueConverter", Factory::Converter(Arc::new(|| panic!("not made")))),
            ("a.Header", Factory::HeaderConverter(Arc::new(|| panic!("not made")))),
            ("a.Cut", Factory::Transformation(Arc::new(|| panic!("not made")))),
            ("a.IsLong", Factory::Predicate(Arc::new(|| panic!("not made")))),
        ];
        for (class, factory) in factories {
            plugins.add(Plugin { class, version: "7", config_def: &NO_KEYS, factory });
        }
        plugins
    }

    fn source() -> Factory {
        Factory::Source {
            connector: Arc::new(|| panic!("not made")),
            task_class: "a.SourceTask",
            task: Arc::new(|| panic!("not made")),
        }
    }

    #[test]
    fn classes_and_versions_of_everything() {
        let plugins = table();
        let worker_props = Props::from([
            ("bootstrap.servers", "b:1"),
            ("key.converter", "a.KeyConverter"),
            ("value.converter", "a.KeyConverter"),
            ("header.converter", "a.Header"),
            ("offset.storage.file.filename", "o"),
        ]);
        let worker = StandaloneConfig::new(&worker_props, &AnyClass).unwrap().worker;
        let connector_props = Props::from([
            ("name", "c"),
            ("connector.class", "a.Source"),
            ("value.converter", "ValueConverter"),
            ("transforms", "x,y,z"),
            ("transforms.x.type", "a.Cut"),
            ("transforms.x.predicate", "p"),
            ("transforms.y.type", "Cut"),
            ("transforms.y.predicate", "p"),
            ("transforms.z.type", "a.Cut"),
            ("predicates", "p,unused"),
            ("predicates.p.type", "a.IsLong"),
            ("predicates.unused.type", "a.IsLong"),
        ]);
        let connector = SourceConnectorConfig::new(&connector_props, &TablePlugins(&plugins), false).unwrap().connector;
        let assembly = Assembly {
            plugins: &plugins,
            worker: &worker,
            worker_props: &worker_props,
            connector: &connector,
            connector_props: &connector_props,
        };
        let made = assembly.composition(plugins.find(&[PluginKind::Source], "a.Source").unwrap());
        let want = [
            "a.Source",
            "7",
            "source",
            "a.SourceTask",
            "7",
            "a.KeyConverter",
            "7",
            "a.ValueConverter",
            "7",
            "a.Header",
            "7",
        ];
        let want: Vec<_> = TASK_PLUGINS.into_iter().zip(want.map(str::to_owned)).collect();
        assert_eq!(made.plugins, want);
        let step = |alias: &str, class| Step { alias: alias.to_owned(), class, version: "7" };
        assert_eq!(made.transforms, ["x", "y", "z"].map(|alias| step(alias, "a.Cut")));
        assert_eq!(made.predicates, [step("p", "a.IsLong")], "used twice, and told of once");
    }
}
