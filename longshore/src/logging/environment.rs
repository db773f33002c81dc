//! What the environment says to the log and to a JVM.

use std::collections::BTreeMap;

/// Java's system properties, as the options that Apache's scripts pass to the JVM set them: `-Dname=value`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct JavaOptions(BTreeMap<String, String>);

impl JavaOptions {
    /// In the order of Apache's scripts.
    pub(super) fn of_environment() -> Self {
        let given = |name: &str| std::env::var(name).unwrap_or_default();
        Self::parse(&format!("{} {}", given("KAFKA_LOG4J_OPTS"), given("KAFKA_OPTS")))
    }

    /// The scripts do not quote the variables: a shell splits them at white space. A later definition wins.
    pub(super) fn parse(options: &str) -> Self {
        let definitions = options.split_ascii_whitespace().filter_map(|option| option.strip_prefix("-D"));
        let pairs = definitions.map(|definition| definition.split_once('=').unwrap_or((definition, "")));
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// A definition that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn all(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

/// Variables that configure a JVM alone.
const OF_JVM: &[&str] = &[
    "KAFKA_HEAP_OPTS",
    "KAFKA_JVM_PERFORMANCE_OPTS",
    "KAFKA_GC_LOG_OPTS",
    "KAFKA_JMX_OPTS",
    "JMX_PORT",
    "KAFKA_DEBUG",
    "JAVA_DEBUG_OPTS",
];

/// The variables that are set and have no effect; never their values.
pub(super) fn without_effect(is_set: impl Fn(&str) -> bool) -> Vec<&'static str> {
    OF_JVM.iter().copied().filter(|name| is_set(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_split_as_a_shell_does() {
        for (options, want) in [
            ("-Dlog4j2.configurationFile=a.yaml", Some("a.yaml")),
            ("-Xmx1g\t-Dlog4j2.configurationFile=a\n-Dlog4j2.configurationFile=b", Some("b")),
            ("-Dlog4j2.configurationFile=", None),
            ("-Dlog4j2.configurationFile", None),
            ("log4j2.configurationFile=a", None),
        ] {
            assert_eq!(JavaOptions::parse(options).get("log4j2.configurationFile"), want, "{options}");
        }
    }

    #[test]
    fn only_what_is_set_is_named() {
        assert_eq!(without_effect(|name| name.starts_with("KAFKA_HEAP")), ["KAFKA_HEAP_OPTS"]);
        assert!(without_effect(|_| false).is_empty());
    }
}
