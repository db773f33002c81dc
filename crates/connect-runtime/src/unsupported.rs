//! What Apache's worker can do and this one cannot yet: refused by name where ignoring it would be unsafe, else named in
//! one warning. Nothing is swallowed.

use connect_config::Props;
use kafka_client::config::{ClientKind, Usage};
use kafka_client::security::Security;

use crate::client_check::OverridePolicy;
use crate::client_config::admin;

/// Why a worker with this configuration must not start, one text a key.
pub fn worker_errors(worker: &Props) -> Vec<String> {
    let mut errors = Vec::new();
    for (key, why) in GUARDS {
        if worker.get(key).is_some_and(|value| !value.trim().is_empty()) {
            errors.push(format!("{key} is set, but {why}; remove the key to start without"));
        }
    }
    errors.extend(OverridePolicy::of(worker).err());
    let exactly_once = worker.get("exactly.once.source.support").map(str::trim).filter(|value| !value.is_empty());
    if exactly_once.is_some_and(|value| !value.eq_ignore_ascii_case("disabled")) {
        errors.push(
            "exactly.once.source.support is set, but this version has no exactly-once support for sources yet; remove the key or set it to disabled"
                .to_owned(),
        );
    }
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
    config.keys().filter(|key| IGNORED_OF_CONNECTORS.contains(key)).collect()
}

/// Why a connector with this configuration must not be created.
pub fn connector_errors(config: &Props) -> Vec<String> {
    let given = |key: &str| config.get(key).map(str::trim).filter(|value| !value.is_empty());
    let mut errors = Vec::new();
    if given("exactly.once.support").is_some_and(|value| value.eq_ignore_ascii_case("required")) {
        errors.push("This worker does not have exactly-once source support enabled.".to_owned());
    }
    errors
}

const GUARDS: &[(&str, &str)] = &[
    ("rest.extension.classes", "this version has no REST extensions yet: what they guard would be open"),
    ("admin.listeners", "this version has no separate admin listeners yet"),
];

const IGNORED: &[&str] = &[
    "metric.reporters",
    // All metrics are of level INFO, as nearly all of Java's.
    "metrics.recording.level",
    "plugin.path",
    "plugin.discovery",
    "access.control.allow.origin",
    "access.control.allow.methods",
    "response.http.headers.config",
];

/// Labels for reporters of metrics, which are Java classes.
const IGNORED_PREFIXES: &[&str] = &["metrics.context."];

/// What converters and clients get; a client names what it does not use when it is made.
const PASSED_ON: &[&str] = &[
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "producer.",
    "consumer.",
    "admin.",
    "config.providers.",
    "rest.port",
    "rest.host.name",
    "connector.client.config.override.",
];

const IGNORED_OF_CONNECTORS: &[&str] =
    &["transaction.boundary", "transaction.boundary.interval.ms", "offsets.storage.topic"];

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
            ("connector.client.config.override.policy", "None", false),
            ("connector.client.config.override.policy", "Some", true),
            ("exactly.once.source.support", "disabled", false),
            ("exactly.once.source.support", "enabled", true),
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
            ("metrics.num.samples", "3"),
            ("metrics.recording.level", "DEBUG"),
            ("metrics.context.a", "b"),
        ]);
        let ignored = ignored_worker_keys(&props, |key| {
            ["key.converter", "ssl.keystore.type", "metrics.num.samples", "metrics.recording.level"].contains(&key)
        });
        let want = ["producer.interceptor.classes", "group.id", "metrics.recording.level", "metrics.context.a"];
        assert_eq!(ignored, want);
        let props = Props::from([("transaction.boundary", "poll"), ("admin.override.x", "1"), ("file", "f")]);
        assert_eq!(ignored_connector_keys(&props), ["transaction.boundary"]);
        for (key, value, refused) in [
            ("errors.deadletterqueue.topic.name", "q", false),
            ("topic.creation.default.partitions", "1", false),
            ("errors.retry.timeout", "-1", false),
            ("exactly.once.support", "requested", false),
            ("exactly.once.support", "required", true),
        ] {
            assert_eq!(!connector_errors(&Props::from([(key, value)])).is_empty(), refused, "{key}={value}");
        }
    }
}
