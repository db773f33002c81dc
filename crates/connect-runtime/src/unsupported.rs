//! What Apache's worker can do and this one cannot yet: refused by name where ignoring it would be unsafe, else named in
//! one warning. Nothing is swallowed.

use connect_config::Props;

/// Why a worker with this configuration must not start, one text a key.
pub fn worker_errors(worker: &Props) -> Vec<String> {
    let mut errors = Vec::new();
    for (key, why) in GUARDS {
        if worker.get(key).is_some_and(|value| !value.trim().is_empty()) {
            errors.push(format!("{key} is set, but {why}; remove the key to start without"));
        }
    }
    errors.extend(CHOICES.iter().filter_map(|(key, known)| wrong_choice(worker, key, known)));
    let clients = ["producer.", "consumer.", "admin."].map(|client| format!("{client}security.protocol"));
    errors.extend(clients.iter().filter_map(|key| wrong_choice(worker, key, PROTOCOLS)));
    errors
}

fn wrong_choice(config: &Props, key: &str, known: &[&str]) -> Option<String> {
    let value = config.get(key).map(str::trim).filter(|value| !value.is_empty())?;
    if known.iter().any(|known| known.eq_ignore_ascii_case(value)) {
        return None;
    }
    Some(format!("{key}={value} is not supported by this version, which knows only {}", known[0]))
}

/// The worker keys that are accepted and have no effect.
pub fn ignored_worker_keys(worker: &Props) -> Vec<&str> {
    worker.keys().filter(|key| IGNORED.iter().any(|ignored| key == ignored || key.ends_with(&format!(".{ignored}")))).collect()
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
        errors.push("errors.retry.timeout is set, but this version does not retry failed operations yet; remove the key".to_owned());
    }
    errors
}

const GUARDS: &[(&str, &str)] = &[
    ("config.providers", "this version has no configuration providers yet: variables would stay as they are"),
    ("rest.extension.classes", "this version has no REST extensions yet: what they guard would be open"),
    ("ssl.engine.factory.class", "this version makes its own TLS connections"),
    ("sasl.client.callback.handler.class", "this version runs no Java classes"),
    ("sasl.login.callback.handler.class", "this version runs no Java classes"),
    ("sasl.login.class", "this version runs no Java classes"),
    ("sasl.mechanism", "this version does not authenticate yet"),
    ("sasl.jaas.config", "this version does not authenticate yet"),
    ("admin.listeners", "this version has no separate admin listeners yet"),
];

const PROTOCOLS: &[&str] = &["PLAINTEXT"];

const CHOICES: &[(&str, &[&str])] = &[
    ("security.protocol", PROTOCOLS),
    (
        "connector.client.config.override.policy",
        &["All", "org.apache.kafka.connect.connector.policy.AllConnectorClientConfigOverridePolicy", "AllConnectorClientConfigOverridePolicy"],
    ),
];

const IGNORED: &[&str] = &[
    "metric.reporters",
    "interceptor.classes",
    "plugin.path",
    "plugin.discovery",
    "access.control.allow.origin",
    "access.control.allow.methods",
    "response.http.headers.config",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_guards_something_is_refused_and_the_rest_is_named() {
        for (key, value, refused) in [
            ("security.protocol", "plaintext", false),
            ("security.protocol", "SASL_SSL", true),
            ("connector.client.config.override.policy", "All", false),
            ("connector.client.config.override.policy", "None", true),
            ("config.providers", "", false),
            ("config.providers", "file", true),
            ("metric.reporters", "a.B", false),
        ] {
            let props = Props::from([(key, value)]);
            assert_eq!(!worker_errors(&props).is_empty(), refused, "{key}={value}");
        }
        let props = Props::from([("producer.interceptor.classes", "a.B"), ("group.id", "g")]);
        assert_eq!(ignored_worker_keys(&props), ["producer.interceptor.classes"]);
    }
}
