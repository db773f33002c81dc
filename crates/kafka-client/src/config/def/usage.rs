//! What this client does with the keys that it is given: nothing is swallowed.

use std::fmt;

use connect_config::{Props, convert_to_string, parse_type};

use super::ClientKind;
use super::row::Row;
use crate::KafkaError;

/// What this client does with one of Java's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// As Java does.
    Used,
    /// Nothing, for this reason; the key is named in the client's one warning.
    Unused(&'static str),
    /// A value other than the default is an error, because ignoring it would be unsafe; the text says why, and what to do.
    Refused(&'static str),
}

/// Keys that Java's clients once had, and that may still stand in files.
const FORMER: &[(&str, &str)] = &[
    ("auto.include.jmx.reporter", "Kafka 4.0 took it away; this client keeps no JMX metrics"),
    ("connections.max.reauth.ms", "only brokers have it"),
];

/// The keys of a configuration that change nothing, for one warning. Displayed with the reasons and without the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unused<'a> {
    /// Java's, and why this client has no use for them.
    pub known: Vec<(&'a str, &'static str)>,
    /// Those that Java does not know either.
    pub unknown: Vec<&'a str>,
}

impl Unused<'_> {
    /// True if there is nothing to warn of.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }
}

/// Says which keys of `props` change nothing. A key that is set to its default is not among them.
pub fn unused(kind: ClientKind, props: &Props) -> Unused<'_> {
    let mut unused = Unused::default();
    for key in props.keys() {
        match (kind.row(key), FORMER.iter().find(|(former, _)| *former == key)) {
            (Some(row), _) => unused.known.extend(without_effect(row, props).map(|why| (key, why))),
            (None, Some((_, why))) => unused.known.push((key, why)),
            (None, None) => unused.unknown.push(key),
        }
    }
    unused
}

fn without_effect(row: &Row, props: &Props) -> Option<&'static str> {
    match row.usage {
        Usage::Unused(why) if !is_harmless(row, props) => Some(why),
        _ => None,
    }
}

/// # Errors
/// [`KafkaError::Config`] for the first value that this client must not ignore.
pub(in crate::config) fn refuse(kind: ClientKind, props: &Props) -> Result<(), KafkaError> {
    for row in kind.rows() {
        if let (Usage::Refused(why), false) = (row.usage, is_harmless(row, props)) {
            let given = props.get(row.name).unwrap_or_default().trim();
            return Err(crate::config::invalid(row.name, given, why));
        }
    }
    Ok(())
}

/// Whether nothing is lost: the key is not set, or says what this client does anyway.
fn is_harmless(row: &Row, props: &Props) -> bool {
    let Some(given) = props.get(row.name).map(str::trim) else { return true };
    let key = row.key();
    let default = key.default.as_ref().and_then(convert_to_string);
    let parsed = parse_type(row.name, given, key.ty).ok().as_ref().and_then(convert_to_string);
    (parsed.is_some() && parsed == default) || row.harmless.iter().any(|value| value.eq_ignore_ascii_case(given))
}

impl fmt::Display for Unused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.known.iter().map(|(key, why)| format!("{key} ({why})"));
        let unknown = self.unknown.iter().map(|key| format!("{key} (no such property)"));
        f.write_str(&known.chain(unknown).collect::<Vec<_>>().join(", "))
    }
}
