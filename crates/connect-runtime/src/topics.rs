//! The topics that each connector's tasks have used: noted once a batch, asked for by REST.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use connect_core::ConnectorName;
use connect_core::config::WorkerConfig;
use connect_core::herder::HerderError;

use crate::sync::lock;

type Topics = HashMap<ConnectorName, BTreeSet<Arc<str>>>;

/// What all connectors of the worker have used since the last reset.
#[derive(Debug)]
pub(crate) struct ActiveTopics {
    /// `topic.tracking.enable`
    enabled: bool,
    /// `topic.tracking.allow.reset`
    resettable: bool,
    topics: Mutex<Topics>,
}

impl ActiveTopics {
    pub(crate) fn new(config: &WorkerConfig) -> Arc<Self> {
        let (enabled, resettable) = (config.topic_tracking_enable, config.topic_tracking_allow_reset);
        Arc::new(Self { enabled, resettable, topics: Mutex::default() })
    }

    /// For one task of `connector`.
    pub(crate) fn of(self: &Arc<Self>, connector: &ConnectorName) -> TopicUse {
        TopicUse { all: self.enabled.then(|| Arc::clone(self)), connector: connector.clone() }
    }

    /// In order; none of a connector that is not known.
    /// # Errors
    /// Nothing is noted.
    pub(crate) fn list(&self, connector: &ConnectorName) -> Result<Vec<String>, HerderError> {
        self.check_enabled()?;
        Ok(lock(&self.topics).get(connector).into_iter().flatten().map(|topic| topic.to_string()).collect())
    }

    /// # Errors
    /// Nothing is noted, or what is may not be reset.
    pub(crate) fn reset(&self, connector: &ConnectorName) -> Result<(), HerderError> {
        self.check_enabled()?;
        if !self.resettable {
            return Err(HerderError::Forbidden("Topic tracking reset is disabled.".to_owned()));
        }
        self.forget(connector);
        Ok(())
    }

    pub(crate) fn forget(&self, connector: &ConnectorName) {
        lock(&self.topics).remove(connector);
    }

    fn check_enabled(&self) -> Result<(), HerderError> {
        if self.enabled { Ok(()) } else { Err(HerderError::Forbidden("Topic tracking is disabled.".to_owned())) }
    }
}

/// What one task has used.
#[derive(Debug, Clone)]
pub(crate) struct TopicUse {
    /// None where nothing is noted.
    all: Option<Arc<ActiveTopics>>,
    connector: ConnectorName,
}

impl TopicUse {
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self { all: None, connector: ConnectorName::new("c") }
    }

    /// Records of this topic were produced, or delivered. To be called once a batch: it takes a lock.
    pub(crate) fn note(&self, topic: &Arc<str>) {
        let Some(all) = &self.all else { return };
        let mut topics = lock(&all.topics);
        match topics.get_mut(&self.connector) {
            Some(used) if used.contains(topic) => {}
            Some(used) => drop(used.insert(Arc::clone(topic))),
            None => drop(topics.insert(self.connector.clone(), BTreeSet::from([Arc::clone(topic)]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(enabled: bool, resettable: bool) -> Arc<ActiveTopics> {
        Arc::new(ActiveTopics { enabled, resettable, topics: Mutex::default() })
    }

    #[test]
    fn they_are_noted_until_they_are_reset() {
        let (a, b) = (ConnectorName::new("a"), ConnectorName::new("b"));
        let all = topics(true, true);
        let of_a = all.of(&a);
        for topic in ["t", "s", "t"] {
            of_a.note(&topic.into());
        }
        assert_eq!(all.list(&a), Ok(vec!["s".to_owned(), "t".to_owned()]));
        assert_eq!(all.list(&b), Ok(Vec::new()));
        assert_eq!(all.reset(&a), Ok(()));
        assert_eq!(all.list(&a), Ok(Vec::new()));
        of_a.note(&"t".into());
        assert_eq!(all.list(&a), Ok(vec!["t".to_owned()]), "the task goes on to note");
    }

    #[test]
    fn what_is_switched_off_says_so() {
        let name = ConnectorName::new("a");
        let off = "Topic tracking is disabled.";
        for (enabled, resettable, listed, reset) in [
            (true, true, None, None),
            (true, false, None, Some("Topic tracking reset is disabled.")),
            (false, true, Some(off), Some(off)),
        ] {
            let all = topics(enabled, resettable);
            all.of(&name).note(&"t".into());
            assert_eq!(all.list(&name).err().map(|error| error.to_string()).as_deref(), listed);
            assert_eq!(all.reset(&name).err().map(|error| error.to_string()).as_deref(), reset);
        }
    }
}
