//! The level of each logger.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{LogLevel, names};

/// What was said about loggers: a level for the root, and levels for some names. A name speaks for those below it
/// (`a.b` for `a.b.C`), unless a longer one does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggerLevels {
    root: LogLevel,
    named: BTreeMap<String, LogLevel>,
}

impl LoggerLevels {
    pub fn new(root: LogLevel) -> Self {
        Self { root, named: BTreeMap::new() }
    }

    pub fn root(&self) -> LogLevel {
        self.root
    }

    pub fn set_root(&mut self, level: LogLevel) {
        self.root = level;
    }

    /// Says it for a Java logger or a module of ours, and those below; a later level takes the place of an earlier one.
    pub fn set(&mut self, logger: &str, level: LogLevel) {
        self.named.insert(names::dotted(logger).into_owned(), level);
    }

    /// The names that have a level of their own, sorted.
    pub fn named(&self) -> impl Iterator<Item = (&str, LogLevel)> {
        self.named.iter().map(|(name, level)| (name.as_str(), *level))
    }

    /// The most that any logger says.
    pub fn most(&self) -> LogLevel {
        self.named.values().copied().fold(self.root, Ord::max)
    }

    /// The level of what logs under `target`: a module path, or a Java name. Of all its names, the nearest configured
    /// ancestor decides; the longer text is the nearer one.
    pub fn level(&self, target: &str) -> LogLevel {
        let java = names::row(target).map_or(&[][..], |row| row.java);
        let own = names::dotted(target);
        let every = java.iter().map(|name| Cow::Borrowed(*name)).chain([own]);
        let nearest = every.filter_map(|name| self.nearest(&name)).max_by_key(|(length, _)| *length);
        nearest.map_or(self.root, |(_, level)| level)
    }

    /// The longest configured name that is `logger` or above it: how long it is, and its level.
    fn nearest(&self, logger: &str) -> Option<(usize, LogLevel)> {
        let ends = [logger.len()].into_iter().chain(logger.rmatch_indices('.').map(|(end, _)| end));
        ends.map(|end| &logger[..end]).find_map(|name| Some((name.len(), *self.named.get(name)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_ancestor_decides() {
        let mut levels = LoggerLevels::new(LogLevel::Info);
        for (name, level) in [
            ("org.apache.kafka.connect", LogLevel::Warn),
            ("org.apache.kafka.connect.runtime.WorkerSinkTask", LogLevel::Trace),
            ("org.apache.kafka.connect.run", LogLevel::Off),
            ("org.apache.kafka.clients.consumer.internals.ConsumerCoordinator", LogLevel::Debug),
            ("own_plugin::source", LogLevel::Error),
            ("kafka_client::net", LogLevel::All),
        ] {
            levels.set(name, level);
        }
        for (target, want) in [
            ("connect_runtime::sink", LogLevel::Trace),
            ("connect_runtime::sink::commits", LogLevel::Trace),
            ("connect_runtime::sinking", LogLevel::Warn), // another module: below the crate
            ("connect_runtime::worker", LogLevel::Warn),
            ("org.apache.kafka.connect.runtime.rest.RestServer", LogLevel::Warn),
            ("kafka_client::group::join", LogLevel::Debug), // its second name
            ("kafka_client::producer", LogLevel::Info),
            ("kafka_client::net::dial", LogLevel::All), // by our name
            ("own_plugin::source::reader", LogLevel::Error),
            ("own_plugin", LogLevel::Info),
            ("", LogLevel::Info),
        ] {
            assert_eq!(levels.level(target), want, "{target}");
        }
        assert_eq!(levels.most(), LogLevel::All);
    }
}
