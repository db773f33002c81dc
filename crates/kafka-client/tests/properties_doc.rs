//! `docs/client-properties.md` says what the declarations say. `LONGSHORE_WRITE_DOCS=1 cargo test -p kafka-client --test
//! properties_doc` writes it anew.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;

use connect_config::{ConfigKey, convert_to_string};
use kafka_client::config::{ClientKind, Usage};

const HEAD: &str = "# Client properties

<!-- Written by `LONGSHORE_WRITE_DOCS=1 cargo test -p kafka-client --test properties_doc`; edit the declarations instead. -->

Every property of Apache Kafka 4.3.1's producer (P), consumer (C) and admin client (A), and what Longshore's client does with
it. In a worker's file they stand behind `producer.`, `consumer.` and `admin.`, in a connector's configuration behind
`producer.override.`, `consumer.override.` and `admin.override.`.

- **used**: as Java's clients do. A value that cannot be honoured is refused by name.
- **no effect**: accepted, and named in one warning unless it is set to its default. So are properties that Java does not know.
- **refused**: a value other than the default is an error, because ignoring it would be unsafe.

Socket buffers are left to the operating system unless they are set: it lets them grow with what a connection can carry.

| property | clients | type | default | meaning | here |
|---|---|---|---|---|---|
";

fn rendered() -> String {
    let mut text = HEAD.to_owned();
    let mut names: Vec<&str> = Vec::new();
    for key in ClientKind::ALL.iter().flat_map(|kind| kind.def().keys()) {
        if !names.contains(&key.name.as_str()) {
            names.push(&key.name);
        }
    }
    names.sort_unstable();
    for name in names {
        writeln!(text, "{}", row(name)).unwrap();
    }
    text
}

fn row(name: &str) -> String {
    let having: Vec<(ClientKind, &ConfigKey)> =
        ClientKind::ALL.iter().filter_map(|kind| Some((*kind, kind.def().get(name)?))).collect();
    let (kind, key) = having[0];
    let clients: String = having.iter().map(|(kind, _)| letter(*kind)).collect();
    let mut defaults: Vec<(String, String)> = Vec::new();
    for (kind, key) in &having {
        match defaults.iter_mut().find(|(default, _)| *default == default_of(key)) {
            Some((_, clients)) => clients.push(letter(*kind)),
            None => defaults.push((default_of(key), letter(*kind).to_string())),
        }
    }
    let defaults = match &defaults[..] {
        [(default, _)] => default.clone(),
        several => several.iter().map(|(default, who)| format!("{who}: {default}")).collect::<Vec<_>>().join("; "),
    };
    let here = match kind.usage(name).unwrap() {
        Usage::Used => "used".to_owned(),
        Usage::Unused(why) => format!("no effect: {why}"),
        Usage::Refused(why) => format!("refused: {why}"),
    };
    let (ty, doc) = (key.ty.name().to_lowercase(), &key.documentation);
    format!("| `{name}` | {clients} | {ty} | {defaults} | {doc} | {here} |")
}

fn letter(kind: ClientKind) -> char {
    match kind {
        ClientKind::Producer => 'P',
        ClientKind::Consumer => 'C',
        ClientKind::Admin => 'A',
    }
}

fn default_of(key: &ConfigKey) -> String {
    match &key.default {
        None => "required".to_owned(),
        Some(default) => match convert_to_string(default) {
            None => "none".to_owned(),
            Some(text) if text.is_empty() => "empty".to_owned(),
            Some(text) => format!("`{}`", text.replace(',', ", ")),
        },
    }
}

#[test]
fn the_list_of_properties_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/client-properties.md");
    let want = rendered();
    if std::env::var_os("LONGSHORE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &want).unwrap();
    }
    let got = std::fs::read_to_string(&path).unwrap_or_default();
    for (got, want) in got.lines().zip(want.lines()) {
        assert_eq!(got, want, "docs/client-properties.md: run this test with LONGSHORE_WRITE_DOCS=1");
    }
    assert_eq!(got.len(), want.len(), "docs/client-properties.md: run this test with LONGSHORE_WRITE_DOCS=1");
}
