//! A consumer: positions and groups in, batches and rebalances out.
//! ```text
//!                 ┌── membership: group::Group ◀──▶ coordinator          (joins, heartbeats: a task of its own)
//! poll ─▶ Event ◀─┼── fetch: one request per broker under way, ahead of the caller
//!                 ├── offsets: committed, reset, commit_async
//!                 └── metadata: leaders, new topics and partitions ─▶ rejoin
//! ```
//! Start at [`Consumer::poll`]. Instead of callbacks there are [`Event`]s: the caller reacts, then polls again.
//!
//! Every request runs in a task of [`Consumer`]'s; `poll` only waits for their ends, so dropping a pending `poll` loses nothing.
//!
//! Unlike Java's consumer, this one does not ask a new leader where the epoch of its position ends (OffsetForLeaderEpoch). It
//! names the leader's epoch in every fetch, so that an old leader is not read from; but after an unclean election, which
//! cuts records off the log, it notices only a position behind the log's end (`auto.offset.reset` applies then). One that
//! new records have overtaken goes on among them.

mod api;
mod assign;
mod config;
mod error;
mod event;
mod fetch;
mod membership;
mod metadata;
mod offsets;
mod partitions;
mod poll;
mod positions;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::task::JoinSet;

pub(crate) use assign::decode_assignment;
pub use config::{ConsumerConfig, IsolationLevel, OffsetReset};
pub use error::ConsumerError;
pub use event::{Event, OffsetAndMetadata, PartitionRecords, TopicPartition};

use crate::KafkaError;
use crate::cluster::{Cluster, Lane, Metadata, TopicName};
use crate::group::{Coordinator, Generation, Group};
use membership::Phase;
use partitions::Partitions;
use poll::Done;

/// Offsets by partition, as they are committed and looked up.
pub type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

/// What a group member wants to read.
#[derive(Clone)]
pub enum Subscription {
    Topics(Vec<String>),
    /// All topics whose name it accepts, now and later; never the broker's internal ones.
    Pattern(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topics(topics) => f.debug_tuple("Topics").field(topics).finish(),
            Self::Pattern(_) => f.write_str("Pattern"),
        }
    }
}

/// See the [module](self). Closing it leaves the group; dropping it does not.
#[derive(Debug)]
pub struct Consumer {
    cluster: Cluster,
    config: Arc<ConsumerConfig>,
    /// Connections for fetches, which brokers answer late.
    lane: Lane,

    subscription: Option<Subscription>,
    group: Option<Group>,
    phase: Phase,
    /// In which the partitions were last assigned; commits are signed with it.
    generation: Generation,
    /// What the last join asked for.
    joined_topics: Vec<String>,
    /// While this consumer leads the group: the partition counts that it assigned by.
    leading: Option<BTreeMap<String, i32>>,
    /// The way to the group's offsets; without a `group.id`, none.
    offsets: Option<Coordinator>,

    partitions: Partitions,
    metadata: Arc<Metadata>,
    look: Look,

    work: JoinSet<Done>,
    /// Brokers with a fetch under way.
    busy: HashSet<i32>,
    commits: Commits,
    events: VecDeque<Event>,
    failure: Option<ConsumerError>,
    waker: Arc<Notify>,
}

/// When the metadata is looked at again.
#[derive(Debug)]
struct Look {
    under_way: bool,
    due: Instant,
    /// The cache has proved wrong.
    distrusted: bool,
    /// Topics whose absence was logged.
    missing: HashSet<TopicName>,
}

/// Commits that nobody awaits go out one at a time, so that an older one never arrives last.
#[derive(Debug, Default)]
struct Commits {
    last_id: u64,
    under_way: bool,
    queue: VecDeque<QueuedCommit>,
}

#[derive(Debug)]
struct QueuedCommit {
    id: u64,
    /// Who asked for it. A coordinator does not check who owns a partition: signed later, by a member of the next generation,
    /// it would overwrite what the partition's new owner has committed.
    generation: Generation,
    offsets: Offsets,
}

/// Interrupts a [`poll`](Consumer::poll): the one that waits, or else the next one that would.
#[derive(Clone, Debug)]
pub struct Waker(Arc<Notify>);

impl Waker {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

impl Consumer {
    /// A consumer that reads nothing yet. Nothing is sent before the first poll.
    /// # Errors
    /// Values that contradict each other.
    pub fn new(cluster: Cluster, config: ConsumerConfig) -> Result<Self, KafkaError> {
        config.check()?;
        let look = Look { under_way: false, due: Instant::now(), distrusted: false, missing: HashSet::new() };
        Ok(Self {
            lane: cluster.new_lane(),
            subscription: None,
            group: None,
            phase: Phase::Apart,
            generation: Generation::NONE,
            joined_topics: Vec::new(),
            leading: None,
            offsets: config.group_id.as_deref().map(|group| Coordinator::for_offsets(&cluster, group)),
            partitions: Partitions::default(),
            metadata: Arc::default(),
            look,
            work: JoinSet::new(),
            busy: HashSet::new(),
            commits: Commits::default(),
            events: VecDeque::new(),
            failure: None,
            waker: Arc::new(Notify::new()),
            config: Arc::new(config),
            cluster,
        })
    }

    /// A handle that interrupts `poll` from elsewhere: to stop, to pause.
    pub fn waker(&self) -> Waker {
        Waker(self.waker.clone())
    }
}

/// Reads bytes as both of the messages that members exchange, for the fuzz targets.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn read_member(bytes: &[u8]) {
    let _ = assign::MemberSubscription::decode(bytes);
    let _ = assign::decode_assignment(bytes);
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.cluster.close_lane(self.lane);
    }
}
