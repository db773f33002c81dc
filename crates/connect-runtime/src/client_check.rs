//! Whether a connector's clients can be made: what it may override, and whether the values fit.
//! ```text
//! producer.override.* ─▶ OverridePolicy ─▶ the client's own parser ─▶ errors, at validation and when a task starts
//! ```
//! Source: Apache Kafka, `AbstractHerder.validateClientOverrides`, `Worker.connectorClientConfigOverrides`.

use std::collections::BTreeSet;

use connect_api::ConnectError;
use connect_config::{ConfigType, Props, parse_type};
use connect_core::config::uses_topic_creation;
use connect_core::herder::ConnectorType;
use connect_core::{ConnectorName, TaskId};
use kafka_client::KafkaError;
use kafka_client::admin::AdminConfig;
use kafka_client::config::{ClientConfig, ClientKind};
use kafka_client::producer::ProducerConfig;

use crate::client_config;

const POLICY: &str = "connector.client.config.override.policy";
const ALLOWLIST: &str = "connector.client.config.override.allowlist";
const PACKAGE: &str = "org.apache.kafka.connect.connector.policy.";
const SUFFIX: &str = "ConnectorClientConfigOverridePolicy";

/// Which client settings connectors may override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OverridePolicy {
    All,
    None,
    /// Only who the client is.
    Principal,
    Allowlist(BTreeSet<String>),
}

impl OverridePolicy {
    /// The policy of a worker.
    /// # Errors
    /// There is none of this name.
    pub(crate) fn of(worker: &Props) -> Result<Self, String> {
        let given = worker.get(POLICY).map_or("All", str::trim);
        let name = given.strip_prefix(PACKAGE).unwrap_or(given);
        match name.strip_suffix(SUFFIX).unwrap_or(name) {
            "All" => Ok(Self::All),
            "None" => Ok(Self::None),
            "Principal" => Ok(Self::Principal),
            "Allowlist" => allowlist(worker).map(Self::Allowlist),
            _ => Err(format!(
                "Invalid value {given} for configuration {POLICY}: it is one of All, None, Principal, Allowlist"
            )),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::All => "All",
            Self::None => "None",
            Self::Principal => "Principal",
            Self::Allowlist(_) => "Allowlist",
        }
    }

    fn allows(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Principal => ["sasl.jaas.config", "sasl.mechanism", "security.protocol"].contains(&key),
            Self::Allowlist(keys) => keys.contains(key),
        }
    }

    /// The overrides of one kind that are not allowed, with the reasons.
    fn denied<'a>(&'a self, kind: ClientKind, config: &'a Props) -> impl Iterator<Item = (&'a str, String)> {
        let prefix = override_prefix(kind);
        let denied = config.keys().filter_map(move |key| key.strip_prefix(&prefix)).filter(|key| !self.allows(key));
        denied.map(|key| {
            let name = self.name();
            (
                key,
                format!("The '{name}' policy does not allow '{key}' to be overridden in the connector configuration."),
            )
        })
    }

    /// For a task that is about to make its clients.
    /// # Errors
    /// The connector overrides what it may not; its validation has said so, but the worker may have been reconfigured.
    pub(crate) fn check(&self, kinds: &[ClientKind], config: &Props) -> Result<(), ConnectError> {
        for kind in kinds {
            // Never the values: they may be secrets.
            let denied = self.denied(*kind, config).map(|(key, why)| format!("[{key},[hidden],[],[{why}],true]"));
            let denied: Vec<_> = denied.collect();
            if !denied.is_empty() {
                let message = format!("Client Config Overrides not allowed [{}]", denied.join(", "));
                return Err(ConnectError::connect(message));
            }
        }
        Ok(())
    }
}

fn allowlist(worker: &Props) -> Result<BTreeSet<String>, String> {
    let parsed = parse_type(ALLOWLIST, worker.get(ALLOWLIST), ConfigType::List).map_err(|error| error.to_string())?;
    Ok(parsed.as_list().unwrap_or_default().iter().cloned().collect())
}

fn override_prefix(kind: ClientKind) -> String {
    format!("{}.override.", kind.name())
}

/// The clients that the tasks of a connector make.
pub(crate) fn clients(connector_type: ConnectorType, config: &Props) -> Vec<ClientKind> {
    let has_queue = config.get("errors.deadletterqueue.topic.name").is_some_and(|name| !name.trim().is_empty());
    match connector_type {
        ConnectorType::Source if uses_topic_creation(config) => vec![ClientKind::Producer, ClientKind::Admin],
        ConnectorType::Source => vec![ClientKind::Producer],
        ConnectorType::Sink if has_queue => vec![ClientKind::Producer, ClientKind::Admin, ClientKind::Consumer],
        ConnectorType::Sink => vec![ClientKind::Consumer],
        ConnectorType::Unknown => Vec::new(),
    }
}

/// Why the tasks' clients could not be made, for validation. The reference finds out some of it when the tasks start.
pub(crate) async fn errors(connector_type: ConnectorType, worker: &Props, config: &Props) -> Vec<String> {
    let policy = match OverridePolicy::of(worker) {
        Ok(policy) => policy,
        Err(why) => return vec![why],
    };
    let mut errors = Vec::new();
    for kind in clients(connector_type, config) {
        errors.extend(policy.denied(kind, config).map(|(_, why)| why));
        errors.extend(wrong_value(kind, connector_type, worker, config).await);
    }
    errors
}

async fn wrong_value(
    kind: ClientKind,
    connector_type: ConnectorType,
    worker: &Props,
    config: &Props,
) -> Option<String> {
    let id = TaskId { connector: ConnectorName::new(config.get("name").unwrap_or_default()), index: 0 };
    let props = match (kind, connector_type) {
        (ClientKind::Producer, ConnectorType::Sink) => client_config::dead_letter_producer(worker, config, &id),
        (ClientKind::Producer, _) => client_config::producer(worker, config, &id),
        (ClientKind::Consumer, _) => client_config::consumer(worker, config, &id),
        (ClientKind::Admin, _) => client_config::task_admin(worker, config, "connector-adminclient"),
    };
    let why = parse(kind, &props).await.err()?;
    let name = kind.name();
    Some(format!("{why} (in the worker's {name}.* or the connector's {name}.override.* keys)"))
}

async fn parse(kind: ClientKind, props: &Props) -> Result<(), KafkaError> {
    ClientConfig::load(kind, props).await?;
    match kind {
        ClientKind::Producer => ProducerConfig::parse(props).map(drop),
        ClientKind::Consumer => client_config::parse_consumer(props).map(drop),
        ClientKind::Admin => AdminConfig::parse(props).map(drop),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_what_may_be_overridden() {
        for (policy, key, allowed) in [
            ("All", "acks", true),
            ("AllConnectorClientConfigOverridePolicy", "acks", true),
            ("org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy", "acks", false),
            ("None", "sasl.mechanism", false),
            ("Principal", "sasl.jaas.config", true),
            ("Principal", "acks", false),
            ("Allowlist", "linger.ms", true),
            ("Allowlist", "acks", false),
        ] {
            let worker = Props::from([("bootstrap.servers", "h:1"), (POLICY, policy), (ALLOWLIST, "linger.ms, x")]);
            let parsed = OverridePolicy::of(&worker).unwrap();
            assert_eq!(parsed.allows(key), allowed, "{policy} {key}");
        }
        assert!(OverridePolicy::of(&Props::from([(POLICY, "Some")])).is_err());
    }

    #[tokio::test]
    async fn every_client_of_a_connector_is_checked_with_javas_texts() {
        let worker = Props::from([("bootstrap.servers", "h:1"), (POLICY, "None")]);
        let denied = |key: &str| {
            format!("The 'None' policy does not allow '{key}' to be overridden in the connector configuration.")
        };
        let dlq = ("errors.deadletterqueue.topic.name", "q");
        for (connector_type, config, want) in [
            (ConnectorType::Source, vec![("producer.override.acks", "1")], vec![denied("acks")]),
            (ConnectorType::Source, vec![("consumer.override.group.id", "g")], vec![]), // makes no consumer
            (ConnectorType::Source, vec![("admin.override.retries", "1")], vec![]),
            (
                ConnectorType::Source,
                vec![("admin.override.retries", "1"), ("topic.creation.default.partitions", "1")],
                vec![denied("retries")],
            ),
            (ConnectorType::Sink, vec![("producer.override.acks", "1")], vec![]),
            (ConnectorType::Sink, vec![("producer.override.acks", "1"), dlq], vec![denied("acks")]),
            (ConnectorType::Sink, vec![("consumer.override.max.poll.records", "1")], vec![denied("max.poll.records")]),
        ] {
            let config: Props = config.into_iter().map(|(key, value)| (key, Some(value))).collect();
            assert_eq!(errors(connector_type, &worker, &config).await, want, "{config:?}");
        }
        let config = Props::from([("producer.override.acks", "secret")]);
        let error = OverridePolicy::None.check(&[ClientKind::Producer], &config).unwrap_err();
        let want = format!("Client Config Overrides not allowed [[acks,[hidden],[],[{}],true]]", denied("acks"));
        assert_eq!(error.message(), Some(want.as_str()));
    }

    #[tokio::test]
    async fn values_are_checked_by_the_client_that_gets_them() {
        let worker = Props::from([("bootstrap.servers", "h:1")]);
        let dlq = ("errors.deadletterqueue.topic.name", "q");
        for (config, want) in [
            (vec![("consumer.override.max.poll.records", "zz")], "Invalid value zz for configuration max.poll.records"),
            (
                vec![("admin.override.request.timeout.ms", "zz"), dlq],
                "Invalid value zz for configuration request.timeout.ms",
            ),
            (vec![("producer.override.linger.ms", "zz"), dlq], "Invalid value zz for configuration linger.ms"),
        ] {
            let config: Props = config.into_iter().map(|(key, value)| (key, Some(value))).collect();
            let errors = errors(ConnectorType::Sink, &worker, &config).await;
            assert!(errors.len() == 1 && errors[0].starts_with(want), "{errors:?}");
        }
    }
}
