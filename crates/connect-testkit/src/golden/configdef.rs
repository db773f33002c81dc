//! The subject `configdef`: properties files, types, and the ConfigDefs of everything that can be configured.
//! ```text
//! case ─▶ which ConfigDef? ─▶ parse | validate | construct | defaults ─▶ golden encoding ─▶ equal?
//! ```
//! Start at [`ConfigDefSubject`]. The worker's and the connectors' own declarations are known here; those of plugins
//! come from the caller. The classes that exist are those of the JVM that recorded the cases.

mod classes;
mod encode;

use std::cell::RefCell;
use std::sync::Arc;

use base64::Engine as _;
use connect_config::{
    Class, ClassResolver, ConfigDef, ConfigException, ParsedConfig, convert_to_string, parse_type_with, properties,
};
use connect_core::config::{
    ConnectorConfig, PluginKind, Plugins, SinkConnectorConfig, SourceConnectorConfig, StandaloneConfig, VersionRange,
};
use serde_json::{Value as Json, json};

use super::{Case, Outcome, Subject, data};
use classes::Jvm;

/// Finds the ConfigDef of a plugin by the name that the cases use: `JsonConverterConfig`,
/// `FileStreamSourceConnector`, `Cast$Value`, `predicates.TopicNameMatches`.
pub type Lookup = Box<dyn Fn(&str) -> Option<ConfigDef>>;

/// Runs `configdef.jsonl`. A case of a plugin that the lookup does not know is skipped.
pub struct ConfigDefSubject {
    plugins: Lookup,
}

impl ConfigDefSubject {
    pub fn new(plugins: impl Fn(&str) -> Option<ConfigDef> + 'static) -> Self {
        Self { plugins: Box::new(plugins) }
    }

    fn def(&self, name: &str) -> Option<ConfigDef> {
        match name {
            "ConnectorConfig" => Some(ConnectorConfig::def().clone()),
            "SourceConnectorConfig" => Some(SourceConnectorConfig::def().clone()),
            "SinkConnectorConfig" => Some(SinkConnectorConfig::def().clone()),
            "StandaloneConfig" => Some(StandaloneConfig::def().clone()),
            other => (self.plugins)(other),
        }
    }

    fn with_def(&self, case: &Case, run: impl FnOnce(&ConfigDef) -> Outcome) -> Outcome {
        let name = case.input["def"].as_str().unwrap_or_default();
        self.def(name).map_or_else(|| skipped(name), |def| run(&def))
    }

    fn construct(&self, case: &Case) -> Outcome {
        let (name, props) = (case.input["def"].as_str().unwrap_or_default(), data::props(&case.config));
        let plugins = Installed { subject: self, missing: RefCell::default() };
        let ours = match name {
            "ConnectorConfig" => ConnectorConfig::values(&props, &plugins),
            "SourceConnectorConfig" => SourceConnectorConfig::values(&props, &plugins, true),
            "SinkConnectorConfig" => SinkConnectorConfig::values(&props, &plugins),
            "StandaloneConfig" => StandaloneConfig::values(&props, &Jvm),
            other => return skipped(other),
        };
        if let Some(missing) = plugins.missing.take() {
            return skipped(&missing);
        }
        // Only what was given is recorded of a constructed config.
        let given = |config: ParsedConfig| json!({ "values": encode::values(&config, |key| props.contains_key(key)) });
        compare(ours.map_or_else(|error| encode::error(&error), given), case)
    }
}

impl Subject for ConfigDefSubject {
    fn name(&self) -> &'static str {
        "configdef"
    }

    fn run(&self, case: &Case) -> Outcome {
        match case.op.as_str() {
            "properties" => run_properties(case),
            "parseType" => run_parse_type(case),
            "convertToString" => run_convert_to_string(case),
            "parse" => self.with_def(case, |def| run_parse(def, case)),
            "validate" => self.with_def(case, |def| run_validate(def, case)),
            "defaults" => self.with_def(case, |def| compare_defaults(encode::declaration(def), case)),
            "construct" => self.construct(case),
            other => Outcome::Failed(format!("unknown operation {other}")),
        }
    }
}

fn skipped(name: &str) -> Outcome {
    Outcome::Skipped(format!("ConfigDefs of MirrorMaker and DistributedConfig come later: {name}"))
}

fn compare(ours: Json, case: &Case) -> Outcome {
    if ours == case.expect {
        return Outcome::Passed;
    }
    // A text of the JDK itself is not ours to repeat; its class is.
    let class = |side: &Json| side["error"]["class"].as_str().map(str::to_owned);
    if class(&case.expect).is_some_and(|class| class.starts_with("java.")) && class(&ours) == class(&case.expect) {
        return Outcome::Passed;
    }
    Outcome::Failed(format!("ours {ours}, expected {}", case.expect))
}

fn run_properties(case: &Case) -> Outcome {
    let bytes = base64::engine::general_purpose::STANDARD.decode(case.input["bytes"].as_str().unwrap_or_default());
    let Ok(bytes) = bytes else { return Outcome::Failed("input.bytes is not Base64".to_owned()) };
    let ours = match properties::parse(&bytes) {
        Ok(props) => json!({ "entries": props.iter().collect::<std::collections::BTreeMap<_, _>>() }),
        Err(_) => json!({ "error": {
            "class": properties::PropertiesError::JAVA_CLASS,
            "message": properties::PropertiesError::JAVA_MESSAGE,
        } }),
    };
    compare(ours, case)
}

fn run_parse_type(case: &Case) -> Outcome {
    let name = case.input["name"].as_str().unwrap_or_default();
    let (Some(ty), Some(value)) = (encode::type_of(&case.input["type"]), encode::input(&case.input["value"])) else {
        return Outcome::Skipped(format!("no such type or value here: {}", case.input));
    };
    let ours = parse_type_with(name, value, ty, &Jvm);
    compare(ours.map_or_else(|error| encode::error(&error), |value| json!({ "value": encode::value(&value) })), case)
}

fn run_convert_to_string(case: &Case) -> Outcome {
    let (Some(ty), Some(value)) = (encode::type_of(&case.input["type"]), encode::input(&case.input["value"])) else {
        return Outcome::Skipped(format!("no such type or value here: {}", case.input));
    };
    // The recorded call parsed the text as the key `n` first.
    let ours = parse_type_with("n", value, ty, &Jvm).map(|value| json!({ "string": convert_to_string(&value) }));
    compare(ours.unwrap_or_else(|error| encode::error(&error)), case)
}

fn run_parse(def: &ConfigDef, case: &Case) -> Outcome {
    let ours = def.parse_with(&data::props(&case.config), &Jvm);
    let all = |config: ParsedConfig| json!({ "values": encode::values(&config, |_| true) });
    compare(ours.map_or_else(|error| encode::error(&error), all), case)
}

fn run_validate(def: &ConfigDef, case: &Case) -> Outcome {
    let props = data::props(&case.config);
    let values = def.validate_with(&props, &Jvm);
    let count: usize = values.iter().map(|value| value.errors.len()).sum();
    let mut shown: Vec<_> =
        values.iter().filter(|value| !value.errors.is_empty() || props.contains_key(&value.name)).collect();
    shown.sort_by(|a, b| a.name.cmp(&b.name));
    let configs: Vec<Json> = shown.into_iter().map(encode::config_value).collect();
    compare(json!({ "errorCount": count, "configs": configs }), case)
}

/// A validator without a `toString` of its own was recorded with `@<hash>`; that it is there is all there is to compare.
fn compare_defaults(mut ours: Json, case: &Case) -> Outcome {
    let Some(keys) = case.expect["keys"].as_object() else { return compare(ours, case) };
    for (name, key) in keys {
        let hashed = key["validator"].as_str().is_some_and(|text| text.ends_with("@<hash>"));
        if hashed && ours["keys"][name]["validator"].is_string() {
            ours["keys"][name]["validator"] = key["validator"].clone();
        }
    }
    compare(ours, case)
}

/// The recorded worker's plugins. Which declaration was asked for in vain is remembered.
struct Installed<'a> {
    subject: &'a ConfigDefSubject,
    missing: RefCell<Option<String>>,
}

impl ClassResolver for Installed<'_> {
    fn resolve(&self, name: &str) -> Option<Class> {
        Jvm.resolve(name)
    }
}

impl Plugins for Installed<'_> {
    fn config_def(
        &self,
        kind: PluginKind,
        class: &Class,
        _version: Option<&VersionRange>,
    ) -> Result<Arc<ConfigDef>, ConfigException> {
        let short = class.name().rsplit('.').next().unwrap_or_default();
        let name = if kind == PluginKind::Predicate { format!("predicates.{short}") } else { short.to_owned() };
        (self.subject.plugins)(&name).map(Arc::new).ok_or_else(|| {
            self.missing.replace(Some(name.clone()));
            ConfigException::new(format!("no declaration of {name}"))
        })
    }
}

#[cfg(test)]
mod tests;
