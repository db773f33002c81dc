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

mod api;
mod assign;
mod autocommit;
mod buffer;
mod close;
mod commits;
mod config;
mod election;
mod error;
mod event;
mod fetch;
mod lookup;
mod membership;
mod metadata;
mod offsets;
mod partition;
mod partitions;
mod poll;
mod positions;
mod reset;
mod subscription;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;
use tokio::task::JoinSet;

pub use assign::Assignor;
pub(crate) use assign::decode_assignment;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use assign::{read_any_member, share_any};
pub use config::{ConsumerConfig, IsolationLevel};
pub use error::ConsumerError;
pub use event::{Event, OffsetAndMetadata, PartitionRecords, TopicPartition};
pub use reset::OffsetReset;
pub use subscription::Subscription;

use crate::KafkaError;
use crate::cluster::{Cluster, Lane, Metadata, TopicName};
use crate::group::{Coordinator, Generation, Group};
use crate::net::Backoff;
use assign::Topics;
use autocommit::AutoCommit;
use fetch::Fetches;
use membership::{Given, Phase};
use partitions::Partitions;
use poll::Done;

/// Offsets by partition, as they are committed and looked up.
pub type Offsets = BTreeMap<TopicPartition, OffsetAndMetadata>;

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
    /// While this consumer leads the group: the partitions that it assigned.
    leading: Option<Topics>,
    /// By each assignor that has been chosen so far.
    given: Vec<Given>,
    /// The way to the group's offsets; without a `group.id`, none.
    offsets: Option<Coordinator>,

    partitions: Partitions,
    metadata: Arc<Metadata>,
    look: Look,

    work: JoinSet<Done>,
    fetches: Fetches,
    commits: Commits,
    auto_commit: Option<AutoCommit>,
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
    /// Pauses while something is amiss: a topic that is being created is found soon, one that never comes costs little.
    backoff: Backoff,
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
    /// None for those that nobody asked for: `enable.auto.commit`.
    id: Option<u64>,
    /// Who asked for it. A coordinator does not check who owns a partition: signed later, by a member of the next generation,
    /// it would overwrite what the partition's new owner has committed.
    generation: Generation,
    offsets: Offsets,
    /// Until when it is repeated where that may help; without, it is tried once.
    until: Option<Instant>,
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
        let look = Look {
            under_way: false,
            due: Instant::now(),
            distrusted: false,
            backoff: Backoff::new(config.retry_backoff, config.retry_backoff_max),
            missing: HashSet::new(),
        };
        Ok(Self {
            lane: cluster.new_lane(),
            subscription: None,
            group: None,
            phase: Phase::Apart,
            generation: Generation::NONE,
            joined_topics: Vec::new(),
            leading: None,
            given: Vec::new(),
            offsets: config.group_id.as_deref().map(|group| Coordinator::for_offsets(&cluster, group)),
            partitions: Partitions::default(),
            metadata: Arc::default(),
            look,
            work: JoinSet::new(),
            fetches: Fetches::default(),
            auto_commit: config.auto_commit_interval.map(AutoCommit::new),
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

impl Drop for Consumer {
    fn drop(&mut self) {
        self.cluster.close_lane(self.lane);
    }
}
