//! `RegexRouter`: another topic, made of the old one by a regular expression.

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord};
use connect_config::validators::ValidRegex;
use connect_config::{ConfigDef, Importance, Props};
use java_text::{Regex, Replacement};

use crate::Configured;
use crate::config::{match_error, null_pointer, parse, string};
use crate::recent::Recent;
use crate::side::WholeTransformation;

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(
            string("regex", Importance::High, "A regular expression of Java for the whole name of the topic.")
                .validator(ValidRegex),
        )
        .define(string(
            "replacement",
            Importance::High,
            "The new name. $1 stands for what the first group matched, ${name} for what the group of that name did.",
        ))
});

pub(crate) struct RegexRouter {
    regex: Regex,
    /// None where the configuration says null, which fails once a topic matches.
    replacement: Option<Replacement>,
    /// What became of the topics that came last; none where it stays.
    routes: Recent<str, Option<Arc<str>>>,
}

impl Configured for RegexRouter {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let pattern = parsed.string("regex").ok_or_else(|| null_pointer("regex"))?;
        let regex = Regex::new(pattern).map_err(|error| ConnectError::config(error.to_string()))?;
        let replacement = parsed.string("replacement").map(Replacement::new);
        Ok(Self { regex, replacement, routes: Recent::default() })
    }
}

impl WholeTransformation for RegexRouter {
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        let route = |topic: &Arc<str>| route(&self.regex, self.replacement.as_ref(), topic);
        if let Some(topic) = self.routes.get(&record.topic, route)? {
            record.topic = Arc::clone(topic);
        }
        Ok(true)
    }
}

/// Where the records of a topic go; none if they stay.
fn route(regex: &Regex, replacement: Option<&Replacement>, topic: &str) -> Result<Option<Arc<str>>, ConnectError> {
    if !regex.matches(topic).map_err(match_error)? {
        return Ok(None);
    }
    let replacement = replacement.ok_or_else(|| null_pointer("replacement"))?;
    Ok(regex.replace_first(topic, replacement).map_err(match_error)?.map(Arc::from))
}
