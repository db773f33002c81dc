//! Subject `configsub`: configuration providers, and the variables that they replace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use connect_api::{ConfigData, ConfigProvider};
use connect_config::ConfigException;
use connect_core::config::ConfigProviders;
use plugin_providers::{DirectoryConfigProvider, EnvVarConfigProvider, FileConfigProvider};
use serde_json::{Value as Json, json};

use super::{Case, Outcome, Subject, data};

/// Paths in the cases are relative to `base`, which holds `configsub-fixtures`.
pub struct ConfigSub {
    base: PathBuf,
}

impl ConfigSub {
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into() }
    }

    /// None for a class that we do not have.
    fn provider(
        &self,
        class: &str,
        config: &Json,
        env: &Json,
    ) -> Option<Result<Box<dyn ConfigProvider>, ConfigException>> {
        let mut provider: Box<dyn ConfigProvider> = match class.rsplit('.').next()? {
            "FileConfigProvider" => Box::new(FileConfigProvider::at(&self.base)),
            "DirectoryConfigProvider" => Box::new(DirectoryConfigProvider::at(&self.base)),
            "EnvVarConfigProvider" => Box::new(EnvVarConfigProvider::of(texts(env))),
            _ => return None,
        };
        Some(provider.configure(&data::props(config)).map(|()| provider))
    }

    fn transform(&self, case: &Case) -> Option<Result<Json, ConfigException>> {
        let mut providers = ConfigProviders::default();
        for (name, provider) in case.config["providers"].as_object()? {
            match self.provider(provider["class"].as_str()?, &provider["config"], &case.input["env"])? {
                Ok(provider) => providers.add(name, provider),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(providers.resolve(&data::props(&case.input["configs"])).map(|resolved| {
            let ttls: BTreeMap<_, _> = resolved.ttls.iter().map(|(path, ttl)| (path, ttl.as_millis())).collect();
            let data: serde_json::Map<_, _> =
                resolved.props.iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
            json!({ "data": data, "ttls": ttls })
        }))
    }

    fn get(&self, case: &Case) -> Option<Result<Json, ConfigException>> {
        let input = &case.input;
        let keys = input["keys"].as_array().map(|keys| {
            let keys = keys.iter().filter_map(Json::as_str).map(str::to_owned);
            keys.collect::<BTreeSet<_>>()
        });
        let provider = self.provider(input["class"].as_str()?, &case.config, &input["env"])?;
        let path = input["path"].as_str().unwrap_or_default();
        let data = provider.and_then(|provider| provider.get(path, keys.as_ref()));
        Some(data.map(|ConfigData { values, ttl }| json!({ "data": values, "ttl": ttl.map(|ttl| ttl.as_millis()) })))
    }
}

impl Subject for ConfigSub {
    fn name(&self) -> &'static str {
        "configsub"
    }

    fn run(&self, case: &Case) -> Outcome {
        let ran = match case.op.as_str() {
            "transform" => self.transform(case),
            "get" => self.get(case),
            _ => return Outcome::Skipped(format!("operation {}", case.op)),
        };
        let Some(outcome) = ran else { return Outcome::Skipped("a provider that is not built in".to_owned()) };
        let told = outcome
            .unwrap_or_else(|error| json!({ "error": { "class": error.java_class(), "message": error.message() } }));
        let mut expected = case.expect.clone();
        if let Some(error) = expected.get_mut("error").and_then(Json::as_object_mut) {
            error.retain(|key, _| key == "class" || key == "message");
        }
        Outcome::expect_eq(told, expected)
    }
}

fn texts(map: &Json) -> BTreeMap<String, String> {
    let entries = map.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}
