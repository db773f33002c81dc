//! Every property of Java's clients: its type, default, range and meaning, and what this client does with it.
//! ```text
//! common, ssl, sasl, oauth ─┬─▶ producer ─┐
//!                           ├─▶ consumer ─┼─▶ Row ─┬─▶ ConfigDef        types, defaults, ranges
//!                           └─▶ admin    ─┘        └─▶ Usage            used, unused, refused
//! ```
//! The rows of a client stand in the order in which Java 4.3.1 defines them, because the first error of a parse is that
//! of the first key. The tests hold them against what the Java classes themselves say.

mod admin;
mod common;
mod consumer;
mod oauth;
mod producer;
mod row;
mod sasl;
mod ssl;
#[cfg(test)]
mod tests;
mod usage;
mod valid;

use std::sync::LazyLock;

use connect_config::ConfigDef;

pub use usage::{Unused, Usage, unused};

use row::Row;
pub(super) use usage::refuse;

/// Which of Java's three clients a configuration is for: they differ in keys and in some defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// `ProducerConfig`.
    Producer,
    /// `ConsumerConfig`.
    Consumer,
    /// `AdminClientConfig`.
    Admin,
}

impl ClientKind {
    /// The three.
    pub const ALL: [ClientKind; 3] = [Self::Producer, Self::Consumer, Self::Admin];

    /// Its declaration; made once.
    pub fn def(self) -> &'static ConfigDef {
        static DEFS: LazyLock<[ConfigDef; 3]> = LazyLock::new(|| ClientKind::ALL.map(make));
        &DEFS[self as usize]
    }

    /// What this client does with a key; none for a key that Java does not define.
    pub fn usage(self, key: &str) -> Option<Usage> {
        self.row(key).map(|row| row.usage)
    }

    /// As messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Consumer => "consumer",
            Self::Admin => "admin",
        }
    }

    fn row(self, key: &str) -> Option<&'static Row> {
        self.rows().find(|row| row.name == key)
    }

    fn rows(self) -> impl Iterator<Item = &'static Row> {
        let parts = match self {
            Self::Producer => producer::KEYS,
            Self::Consumer => consumer::KEYS,
            Self::Admin => admin::KEYS,
        };
        parts.iter().copied().flatten()
    }
}

fn make(kind: ClientKind) -> ConfigDef {
    kind.rows().fold(ConfigDef::new(), |def, row| def.define(row.key()))
}

/// The keys of a Java 4.3.1 producer, for the validation of `producer.override.*`. What holds between keys (idempotence,
/// delivery timeout) is checked by [`ProducerConfig::parse`](crate::producer::ProducerConfig::parse).
pub fn producer_config_def() -> ConfigDef {
    ClientKind::Producer.def().clone()
}

/// The keys of a Java 4.3.1 consumer.
pub fn consumer_config_def() -> ConfigDef {
    ClientKind::Consumer.def().clone()
}

/// The keys of a Java 4.3.1 admin client.
pub fn admin_config_def() -> ConfigDef {
    ClientKind::Admin.def().clone()
}
