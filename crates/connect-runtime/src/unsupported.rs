//! What Apache's worker can do and this one cannot yet: refused by name where ignoring it would be unsafe, else named in
//! one warning. Nothing is swallowed.

use connect_config::Props;
use kafka_client::config::{ClientKind, Usage};
use kafka_client::security::Security;

use crate::client_config::admin;

/// Why a worker with this configuration must not start, one text a key.
pub fn worker_errors(worker: &Props) -> Vec<String> {
    let mut errors = Vec::new();
    for (key, why) in GUARDS {
        if worker.get(key).is_some_and(|value| !value.trim().is_empty()) {
            errors.push(format!("{key} is set, but {why}; remove the key to start without"));
        }
    }
    errors.extend(CHOICES.iter().filter_map(|(key, known)| wrong_choice(worker, key, known)));
    errors.extend(insecure_clients(worker));
    errors
}

/// What the clients cannot do of the security that they are told to have: asked of them at once, not when a task makes one.
fn insecure_clients(worker: &Props) -> impl Iterator<Item = String> {
    let own = Security::parse(&admin(worker)).err().map(|error| error.to_string());
    let of_tasks = ["producer.", "consumer."].into_iter().filter_map(|prefix| {
        let error = Security::parse(&worker.with_prefix(prefix)).err()?;
        Some(format!("{error} (in the worker's {prefix}* keys)"))
    });
    own.into_iter().chain(of_tasks)
}

fn wrong_choice(config: &Props, key: &str, known: &[&str]) -> Option<String> {
    let value = config.get(key).map(str::trim).filter(|value| !value.is_empty())?;
    if known.iter().any(|known| known.eq_ignore_ascii_case(value)) {
        return None;
    }
    Some(format!("{key}={value} is not supported by this version, which knows only {}", known[0]))
}

/// The worker keys that are accepted and have no effect; `defined` says which the worker itself declares.
pub fn ignored_worker_keys(worker: &Props, defined: impl Fn(&str) -> bool) -> Vec<&str> {
    let of_others = |key: &str| {
        ClientKind::Admin.usage(key) == Some(Usage::Used) || PASSED_ON.iter().any(|prefix| key.starts_with(prefix))
    };
    let is_ignored = |key: &str| {
        IGNORED.contains(&key)
            || is_unused_by_client(key)
            || IGNORED_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
            || !(defined(key) || of_others(key))
    };
    worker.keys().filter(|key| is_ignored(key)).collect()
}

/// Whether the client that a prefix passes the key on to has no use for it.
fn is_unused_by_client(key: &str) -> bool {
    ClientKind::ALL.iter().any(|kind| {
        let own = key.strip_prefix(kind.name()).and_then(|key| key.strip_prefix('.'));
        own.and_then(|key| kind.usage(key)).is_some_and(|usage| matches!(usage, Usage::Unused(_)))
    })
}

/// The framework's connector keys that are accepted and have no effect.
pub fn ignored_connector_keys(config: &Props) -> Vec<&str> {
    let is_ignored = |key: &str| {
        IGNORED_OF_CONNECTORS.contains(&key)
            || IGNORED_PREFIXES_OF_CONNECTORS.iter().any(|prefix| key.starts_with(prefix))
    };
    config.keys().filter(|key| is_ignored(key)).collect()
}

/// Why a connector with this configuration must not be created.
pub fn connector_errors(config: &Props) -> Vec<String> {
    let given = |key: &str| config.get(key).map(str::trim).filter(|value| !value.is_empty());
    let mut errors = Vec::new();
    if given("errors.deadletterqueue.topic.name").is_some() {
        errors.push(
            "errors.deadletterqueue.topic.name is set, but this version has no dead letter queue yet: failed records would be lost; remove the key or keep errors.tolerance=none".to_owned(),
        );
    }
    if given("exactly.once.support").is_some_and(|value| value.eq_ignore_ascii_case("required")) {
        errors.push("This worker does not have exactly-once source support enabled.".to_owned());
    }
    if config.keys().any(|key| key.starts_with("topic.creation.")) {
        errors.push(
            "topic.creation.* is set, but this version leaves the creation of topics to the broker; create the topic and remove these keys".to_owned(),
        );
    }
    if given("errors.retry.timeout").is_some_and(|value| value != "0") {
        errors.push(
            "errors.retry.timeout is set, but this version does not retry failed operations yet; remove the key"
                .to_owned(),
        );
    }
    errors
}

const GUARDS: &[(&str, &str)] = &[
    ("config.providers", "this version has no configuration providers yet: variables would stay as they are"),
    ("rest.extension.classes", "this version has no REST extensions yet: what they guard would be open"),
    ("admin.listeners", "this version has no separate admin listeners yet"),
];

const CHOICES: &[(&str, &[&str])] = &[(
    "connector.client.config.override.policy",
    &[
        "All",
        "org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy",
        "AllConnectorClientConfigOverridePolicy",
    ],
)];

const IGNORED: &[&str] = &[
    "metric.reporters",
    "plugin.path",
    "plugin.discovery",
    "access.control.allow.origin",
    "access.control.allow.methods",
    "response.http.headers.config",
];

/// Keys of the worker that belong to its metrics and to topics that it creates.
const IGNORED_PREFIXES: &[&str] = &["metrics.", "topic.creation."];

/// What converters and clients get; a client names what it does not use when it is made.
const PASSED_ON: &[&str] = &[
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "producer.",
    "consumer.",
    "admin.",
    "rest.port",
    "rest.host.name",
];

const IGNORED_OF_CONNECTORS: &[&str] = &[
    "errors.log.include.messages",
    "errors.retry.delay.max.ms",
    "config.action.reload",
    "transaction.boundary",
    "transaction.boundary.interval.ms",
    "offsets.storage.topic",
];

const IGNORED_PREFIXES_OF_CONNECTORS: &[&str] = &["errors.deadletterqueue."];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guards_something_is_refused_and_the_rest_is_named() {
        for (key, value, refused) in [
            ("security.protocol", "plaintext", false),
            ("security.protocol", "SSL", false),
            ("security.protocol", "SASL_SSL", true), // with Java's default mechanism
            ("producer.security.protocol", "TLS", true),
            ("sasl.mechanism", "PLAIN", false), // of no effect without the protocol
            ("connector.client.config.override.policy", "All", false),
            ("connector.client.config.override.policy", "None", true),
            ("config.providers", "", false),
            ("config.providers", "file", true),
            ("metric.reporters", "a.B", false),
        ] {
            let props = Props::from([(key, value)]);
            assert_eq!(!worker_errors(&props).is_empty(), refused, "{key}={value}");
        }
        let props = Props::from([
            ("producer.interceptor.classes", "a.B"),
            ("producer.linger.ms", "1"),
            ("group.id", "g"),
            ("key.converter", "c"),
            ("key.converter.schemas.enable", "true"),
            ("rest.port", "1"),
            ("retry.backoff.ms", "1"),
            ("ssl.keystore.type", "JKS"),
        ]);
        let ignored = ignored_worker_keys(&props, |key| ["key.converter", "ssl.keystore.type"].contains(&key));
        assert_eq!(ignored, ["producer.interceptor.classes", "group.id"]);
        let props =
            Props::from([("errors.log.include.messages", "true"), ("errors.deadletterqueue.x", "1"), ("file", "f")]);
        assert_eq!(ignored_connector_keys(&props), ["errors.log.include.messages", "errors.deadletterqueue.x"]);
    }
}
