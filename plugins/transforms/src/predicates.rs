//! The predicates: which records a transformation is for.

use std::sync::{Arc, LazyLock};

use connect_api::{ConnectError, ConnectRecord, PluginTable, Predicate};
use connect_config::validators::{Composite, NonEmptyString, ValidRegex};
use connect_config::{ConfigDef, Importance, Props};
use java_text::Regex;

use crate::config::{match_error, null_pointer, parse, string};
use crate::recent::Recent;
use crate::side::not_configured;
use crate::{Configured, add_predicate};

pub(crate) fn register(table: &mut PluginTable) {
    macro_rules! one {
        ($class:literal, $of:ty) => {
            add_predicate(table, $class, <$of>::config_def(), || Box::new(Test::<$of>(None)))
        };
    }
    one!("org.apache.kafka.connect.transforms.predicates.HasHeaderKey", HasHeaderKey);
    one!("org.apache.kafka.connect.transforms.predicates.RecordIsTombstone", RecordIsTombstone);
    one!("org.apache.kafka.connect.transforms.predicates.TopicNameMatches", TopicNameMatches);
}

/// A predicate after its configuration.
trait Ask: Configured + Send + 'static {
    fn ask(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError>;
}

struct Test<T>(Option<T>);

impl<T: Ask> Predicate for Test<T> {
    fn config_def(&self) -> &'static ConfigDef {
        T::config_def()
    }

    fn configure(&mut self, configs: &Props) -> Result<(), ConnectError> {
        self.0 = Some(T::configured(configs)?);
        Ok(())
    }

    fn test(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError> {
        self.0.as_mut().ok_or_else(not_configured)?.ask(record)
    }
}

static HAS_HEADER_KEY: LazyLock<ConfigDef> = LazyLock::new(|| {
    let name = string("name", Importance::Medium, "The name that one of the headers must have.");
    ConfigDef::new().define(name.validator(NonEmptyString))
});

/// At least one header has this name.
struct HasHeaderKey(Option<String>);

impl Configured for HasHeaderKey {
    fn config_def() -> &'static ConfigDef {
        &HAS_HEADER_KEY
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        Ok(Self(parse(&HAS_HEADER_KEY, configs)?.string("name").map(str::to_owned)))
    }
}

impl Ask for HasHeaderKey {
    fn ask(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError> {
        Ok(self.0.as_ref().is_some_and(|name| record.headers.contains(name)))
    }
}

static NOTHING: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

/// The value is null.
struct RecordIsTombstone;

impl Configured for RecordIsTombstone {
    fn config_def() -> &'static ConfigDef {
        &NOTHING
    }

    fn configured(_configs: &Props) -> Result<Self, ConnectError> {
        Ok(Self)
    }
}

impl Ask for RecordIsTombstone {
    fn ask(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError> {
        Ok(record.value.is_null())
    }
}

static TOPIC_NAME_MATCHES: LazyLock<ConfigDef> = LazyLock::new(|| {
    let pattern =
        string("pattern", Importance::Medium, "A regular expression of Java for the whole name of the topic.");
    ConfigDef::new().define(pattern.validator(Composite(vec![Box::new(NonEmptyString), Box::new(ValidRegex)])))
});

/// The whole name of the topic matches.
struct TopicNameMatches {
    regex: Regex,
    /// Whether the topics that came last do.
    known: Recent<str, bool>,
}

impl Configured for TopicNameMatches {
    fn config_def() -> &'static ConfigDef {
        &TOPIC_NAME_MATCHES
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&TOPIC_NAME_MATCHES, configs)?;
        let pattern = parsed.string("pattern").ok_or_else(|| null_pointer("pattern"))?;
        let regex = Regex::new(pattern).map_err(|error| ConnectError::config(error.to_string()))?;
        Ok(Self { regex, known: Recent::default() })
    }
}

impl Ask for TopicNameMatches {
    fn ask(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError> {
        self.known.get(&record.topic, |topic: &Arc<str>| self.regex.matches(topic).map_err(match_error)).copied()
    }
}
