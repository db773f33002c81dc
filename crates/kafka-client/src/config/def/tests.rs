//! The declarations against what Java's classes say: `tests/data/client-config*.tsv`.

use connect_config::{ConfigKey, Parsed, parse_type};

use super::*;

const KEYS: &str = include_str!("../../../tests/data/client-configs.tsv");
const VALUES: &str = include_str!("../../../tests/data/client-config-values.tsv");

fn rows(data: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    data.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn described(kind: ClientKind, key: &ConfigKey) -> Vec<String> {
    let default = match &key.default {
        None => "<required>".to_owned(),
        Some(Parsed::Class(class)) => class.name().to_owned(),
        Some(value) => value.to_string(),
    };
    let validator = key.validator.as_ref().map_or("-".to_owned(), |validator| validator.describe());
    let visibility = if key.internal { "internal" } else { "public" };
    let (ty, importance) = (key.ty.name(), key.importance.name());
    [kind.name(), &key.name, ty, &default, importance, &validator, visibility].map(str::to_owned).to_vec()
}

#[test]
fn the_declarations_are_those_of_java() {
    let ours = ClientKind::ALL.iter().flat_map(|kind| kind.def().keys().map(|key| described(*kind, key)));
    let (ours, java): (Vec<_>, Vec<_>) = (ours.collect(), rows(KEYS).collect());
    for (ours, java) in ours.iter().zip(&java) {
        assert_eq!(ours, java);
    }
    assert_eq!(ours.len(), java.len());
}

#[test]
fn values_are_refused_in_the_words_of_java() {
    let mut count = 0;
    for row in rows(VALUES) {
        let [kind, name, value, want] = row[..] else { panic!("{row:?}") };
        let kind = ClientKind::ALL.into_iter().find(|known| known.name() == kind).unwrap();
        let key = kind.def().get(name).unwrap();
        let value = Some(value).filter(|value| *value != "<null>");
        let parsed = parse_type(name, value, key.ty);
        let checked = parsed.and_then(|parsed| match &key.validator {
            Some(validator) => validator.ensure_valid(name, &parsed),
            None => Ok(()),
        });
        let got = checked.map_or_else(|error| error.to_string(), |()| "ok".to_owned());
        assert_eq!(got, want, "{name}={value:?}");
        count += 1;
    }
    assert!(count > 300, "{count}");
}

#[test]
fn the_declarations_hold_together() {
    for kind in ClientKind::ALL {
        assert_eq!(kind.def().problems(), [""; 0], "{kind:?}");
        for key in kind.def().keys() {
            assert!(key.documentation.ends_with('.'), "{} {}", kind.name(), key.name);
        }
    }
}

#[test]
fn what_changes_nothing_is_named_and_what_guards_is_refused() {
    for (kind, key, value, want) in [
        (ClientKind::Producer, "acks", "1", "used"),
        (ClientKind::Producer, "enable.metrics.push", "false", "used"), // as this client does
        (ClientKind::Producer, "metrics.num.samples", "2", "used"),     // the default
        (ClientKind::Producer, "metrics.num.samples", " 3 ", "unused"),
        (ClientKind::Producer, "interceptor.classes", "a.B", "unused"),
        (ClientKind::Producer, "security.providers", "a.B", "unused"),
        (ClientKind::Admin, "ssl.secure.random.implementation", "SHA1PRNG", "unused"),
        (ClientKind::Producer, "batch.sice", "1", "unknown"),
        (ClientKind::Producer, "auto.include.jmx.reporter", "true", "unused"),
        (ClientKind::Producer, "key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer", "used"),
        (ClientKind::Producer, "key.serializer", "org.apache.kafka.common.serialization.StringSerializer", "refused"),
        (ClientKind::Producer, "partitioner.class", "a.B", "refused"),
        (ClientKind::Producer, "partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner", "used"),
        (ClientKind::Producer, "transaction.two.phase.commit.enable", "FALSE", "used"),
        (ClientKind::Producer, "transaction.two.phase.commit.enable", "true", "refused"),
        (ClientKind::Consumer, "group.protocol", "Classic", "used"),
        (ClientKind::Consumer, "group.protocol", "consumer", "refused"),
        (ClientKind::Consumer, "group.remote.assignor", "uniform", "refused"),
        (ClientKind::Consumer, "acks", "1", "unknown"),
        (ClientKind::Admin, "bootstrap.controllers", "a:1", "refused"),
        (ClientKind::Admin, "bootstrap.controllers", "", "used"),
        (ClientKind::Admin, "config.providers", "file", "refused"),
    ] {
        let props = connect_config::Props::from([(key, value)]);
        let unused = unused(kind, &props);
        let got = match refuse(kind, &props) {
            Err(error) if error.to_string().contains(key) => "refused",
            Err(error) => panic!("{error}"),
            Ok(()) if unused.known.iter().any(|(known, _)| *known == key) => "unused",
            Ok(()) if unused.unknown == [key] => "unknown",
            Ok(()) => "used",
        };
        assert_eq!(got, want, "{key}={value} of a {kind:?}");
    }
}
