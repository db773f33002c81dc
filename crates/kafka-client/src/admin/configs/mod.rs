//! Configurations of topics, brokers and groups.

mod alter;
mod describe;

use std::fmt;

pub use alter::{AlterOp, Alterations};
pub use describe::DescribeConfigs;

use super::codes::numbers;
use super::route::Route;
use crate::ErrorCode;

/// Whose configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConfigResource {
    /// A topic's.
    Topic(String),
    /// One broker's.
    Broker(i32),
    /// What is dynamically set for all brokers.
    BrokerDefault,
    /// The log levels of one broker.
    BrokerLogger(i32),
    /// A group's (from Kafka 4.0 on).
    Group(String),
    /// A subscription to clients' metrics (from Kafka 3.7 on).
    ClientMetrics(String),
}

impl ConfigResource {
    fn code(&self) -> i8 {
        match self {
            ConfigResource::Topic(_) => 2,
            ConfigResource::Broker(_) | ConfigResource::BrokerDefault => 4,
            ConfigResource::BrokerLogger(_) => 8,
            ConfigResource::ClientMetrics(_) => 16,
            ConfigResource::Group(_) => 32,
        }
    }

    fn name(&self) -> String {
        match self {
            ConfigResource::Topic(name) | ConfigResource::Group(name) | ConfigResource::ClientMetrics(name) => {
                name.clone()
            }
            ConfigResource::Broker(id) | ConfigResource::BrokerLogger(id) => id.to_string(),
            ConfigResource::BrokerDefault => String::new(),
        }
    }

    fn of(code: i8, name: &str) -> Option<Self> {
        match (code, name) {
            (2, name) => Some(ConfigResource::Topic(name.to_owned())),
            (4, "") => Some(ConfigResource::BrokerDefault),
            (4, id) => id.parse().ok().map(ConfigResource::Broker),
            (8, id) => id.parse().ok().map(ConfigResource::BrokerLogger),
            (16, name) => Some(ConfigResource::ClientMetrics(name.to_owned())),
            (32, name) => Some(ConfigResource::Group(name.to_owned())),
            _ => None,
        }
    }

    /// A broker knows itself best; everything else any of them knows.
    fn route(&self) -> Route {
        match self {
            ConfigResource::Broker(id) | ConfigResource::BrokerLogger(id) => Route::Broker(*id),
            _ => Route::Any,
        }
    }
}

impl fmt::Display for ConfigResource {
    /// Java's text of the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            ConfigResource::Topic(_) => "TOPIC",
            ConfigResource::Broker(_) | ConfigResource::BrokerDefault => "BROKER",
            ConfigResource::BrokerLogger(_) => "BROKER_LOGGER",
            ConfigResource::Group(_) => "GROUP",
            ConfigResource::ClientMetrics(_) => "CLIENT_METRICS",
        };
        write!(f, "ConfigResource(type={kind}, name='{}')", self.name())
    }
}

/// One property.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigEntry {
    /// None if it has none, or is sensitive.
    pub value: Option<String>,
    /// Where the value comes from.
    pub source: ConfigSource,
    /// A password and its like: brokers never tell it.
    pub sensitive: bool,
    /// Cannot be altered while the broker runs.
    pub read_only: bool,
    /// All places that give it a value, the one that counts first; empty unless asked for.
    pub synonyms: Vec<ConfigSynonym>,
    /// The type of the value; unknown before Kafka 2.6, and for a topic just created.
    pub kind: ConfigType,
    /// What it is for; none unless asked for.
    pub documentation: Option<String>,
}

/// A value that a property has at one of its sources.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigSynonym {
    /// The property's name there: a topic's `retention.ms` is a broker's `log.retention.ms`.
    pub name: String,
    /// None if it has none, or is sensitive.
    pub value: Option<String>,
    /// Where.
    pub source: ConfigSource,
}

numbers! {
    /// Where a value comes from.
    ConfigSource {
        DynamicTopic = 1 "DYNAMIC_TOPIC_CONFIG",
        DynamicBroker = 2 "DYNAMIC_BROKER_CONFIG",
        DynamicDefaultBroker = 3 "DYNAMIC_DEFAULT_BROKER_CONFIG",
        StaticBroker = 4 "STATIC_BROKER_CONFIG",
        Default = 5 "DEFAULT_CONFIG",
        DynamicBrokerLogger = 6 "DYNAMIC_BROKER_LOGGER_CONFIG",
        DynamicClientMetrics = 7 "DYNAMIC_CLIENT_METRICS_CONFIG",
        DynamicGroup = 8 "DYNAMIC_GROUP_CONFIG",
    }
}

numbers! {
    /// The type of a value.
    ConfigType {
        Boolean = 1 "BOOLEAN",
        String = 2 "STRING",
        Int = 3 "INT",
        Short = 4 "SHORT",
        Long = 5 "LONG",
        Double = 6 "DOUBLE",
        List = 7 "LIST",
        Class = 8 "CLASS",
        Password = 9 "PASSWORD",
    }
}

impl ConfigEntry {
    /// Whether nobody set it.
    pub fn is_default(&self) -> bool {
        self.source == ConfigSource::Default
    }
}

impl fmt::Debug for ConfigEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Brokers hide sensitive values; were one told all the same, it would not get into a log from here.
        let value = self.value.as_deref().map(|value| if self.sensitive { "[hidden]" } else { value });
        f.debug_struct("ConfigEntry")
            .field("value", &value)
            .field("source", &self.source)
            .field("sensitive", &self.sensitive)
            .field("read_only", &self.read_only)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ConfigSynonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A synonym does not say whether it is sensitive, so its value stays out of logs.
        f.debug_struct("ConfigSynonym").field("name", &self.name).field("source", &self.source).finish_non_exhaustive()
    }
}

/// What is asked again for single resources of an answer.
const REPEATED: &[ErrorCode] = &[ErrorCode::NOT_CONTROLLER];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_goes_out_and_comes_back() {
        for (resource, route, text) in [
            (ConfigResource::Topic("t".to_owned()), Route::Any, "ConfigResource(type=TOPIC, name='t')"),
            (ConfigResource::Broker(7), Route::Broker(7), "ConfigResource(type=BROKER, name='7')"),
            (ConfigResource::BrokerDefault, Route::Any, "ConfigResource(type=BROKER, name='')"),
            (ConfigResource::BrokerLogger(7), Route::Broker(7), "ConfigResource(type=BROKER_LOGGER, name='7')"),
            (ConfigResource::Group("g".to_owned()), Route::Any, "ConfigResource(type=GROUP, name='g')"),
            (
                ConfigResource::ClientMetrics("m".to_owned()),
                Route::Any,
                "ConfigResource(type=CLIENT_METRICS, name='m')",
            ),
        ] {
            assert_eq!(ConfigResource::of(resource.code(), &resource.name()), Some(resource.clone()));
            assert_eq!((resource.route(), resource.to_string()), (route, text.to_owned()));
        }
    }

    #[test]
    fn a_sensitive_value_does_not_show() {
        let entry = ConfigEntry {
            value: Some("hunter2".to_owned()),
            source: ConfigSource::StaticBroker,
            sensitive: true,
            read_only: false,
            synonyms: vec![ConfigSynonym {
                name: "p".to_owned(),
                value: Some("hunter2".to_owned()),
                source: ConfigSource::StaticBroker,
            }],
            kind: ConfigType::Password,
            documentation: None,
        };
        assert!(!format!("{entry:?} {:?}", entry.synonyms).contains("hunter2"));
    }
}
