//! Where a round takes place: its topics, its groups, and the ways to the brokers.

use connect_config::Props;
use kafka_client::cluster::{Cluster, TopicName};
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, TopicPartition};

use crate::Failure;
use crate::apache::Apache;
use crate::round::proxied;

pub(crate) const PARTITIONS: i32 = 6;

/// Each of a round's topics has records whose values begin with a letter of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TopicKind {
    /// `p<writer>-<number>`
    Plain,
    /// `a<transactor>-<transaction>-<number>`
    Atomic,
    /// `c` and the value that was copied.
    Copies,
}

impl TopicKind {
    pub(crate) const ALL: [TopicKind; 3] = [TopicKind::Plain, TopicKind::Atomic, TopicKind::Copies];

    /// The kind of topic that a value is found in.
    pub(crate) fn of(value: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| value.starts_with(kind.letter()))
    }

    pub(crate) fn letter(self) -> char {
        match self {
            TopicKind::Plain => 'p',
            TopicKind::Atomic => 'a',
            TopicKind::Copies => 'c',
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Place {
    name: String,
    /// Through the proxies.
    pub(crate) proxied: String,
    /// Past them.
    pub(crate) direct: String,
}

impl Place {
    pub(crate) fn new(apache: &Apache, seed: u64) -> Self {
        let name = format!("faults-{seed}-{}", std::process::id());
        Place { name, proxied: proxied(apache), direct: apache.direct() }
    }

    pub(crate) fn topic(&self, kind: TopicKind) -> String {
        format!("{}-{}", self.name, kind.letter())
    }

    pub(crate) fn topics(&self) -> [TopicName; 3] {
        TopicKind::ALL.map(|kind| self.topic(kind).into())
    }

    /// Java's regular expression for the topics.
    pub(crate) fn pattern(&self) -> String {
        format!("{}-.", self.name)
    }

    pub(crate) fn partitions(&self, kind: TopicKind) -> Vec<TopicPartition> {
        let topic: std::sync::Arc<str> = self.topic(kind).into();
        (0..PARTITIONS).map(|partition| TopicPartition::new(topic.clone(), partition)).collect()
    }

    /// A group or a transactional id of this round.
    pub(crate) fn named(&self, what: &str, number: usize) -> String {
        format!("{}-{what}-{number}", self.name)
    }
}

/// A consumer that reads what is committed, from the beginning on.
pub(crate) fn consumer(bootstrap: &str, extra: &[(&str, &str)]) -> Result<Consumer, Failure> {
    let mut props = Props::from([
        ("bootstrap.servers", bootstrap),
        ("auto.offset.reset", "earliest"),
        ("isolation.level", "read_committed"),
        ("enable.auto.commit", "false"),
    ]);
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    Ok(Consumer::new(Cluster::new(ClientConfig::parse(&props)?), ConsumerConfig::parse(&props)?)?)
}
