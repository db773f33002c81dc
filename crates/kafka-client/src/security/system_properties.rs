//! Java's system properties, as `KAFKA_OPTS` sets them for Apache's scripts: `-Dname=value`.

use std::collections::BTreeMap;

/// What the `-D` options say. A later one wins.
#[derive(Clone, Debug, Default)]
pub(crate) struct SystemProperties(BTreeMap<String, String>);

impl SystemProperties {
    /// From the environment of this process, with the two that a JVM has without being told.
    pub(crate) fn of_environment() -> Self {
        let mut all = Self::parse(&std::env::var("KAFKA_OPTS").unwrap_or_default());
        all.0.entry("file.separator".to_owned()).or_insert_with(|| "/".to_owned());
        if let Ok(home) = std::env::var("HOME") {
            all.0.entry("user.home".to_owned()).or_insert(home);
        }
        all
    }

    /// The scripts pass `$KAFKA_OPTS` unquoted, so that it is split at white space, and a quote is a character.
    pub(crate) fn parse(options: &str) -> Self {
        let definitions = options.split_ascii_whitespace().filter_map(|option| option.strip_prefix("-D"));
        let pairs = definitions.map(|definition| definition.split_once('=').unwrap_or((definition, "")));
        SystemProperties(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_split_as_a_shell_splits_what_is_not_quoted() {
        for (options, name, want) in [
            ("-Xmx1g -Da.b=c", "a.b", Some("c")),
            ("-Da=1\t-Da=2\n", "a", Some("2")),
            ("-Da=\"x y\"", "a", Some("\"x")), // a shell does not look for quotes in what a variable holds
            ("-Da=b=c", "a", Some("b=c")),
            ("-Da", "a", Some("")),
            ("a=b", "a", None),
        ] {
            assert_eq!(SystemProperties::parse(options).get(name), want, "{options}");
        }
    }
}
