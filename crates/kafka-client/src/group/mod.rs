//! Membership in a classic group, of any protocol type: `consumer` and Connect's `connect` alike.
//! ```text
//!            join(protocols) ─┐                              ┌─▶ Elected: the owner computes, then calls sync
//! owner ──────────────────────┼─▶ one task: JoinGroup ───────┤
//!            sync(assignments)┘      SyncGroup, Heartbeat    └─▶ Assigned ─▶ heartbeats … ─▶ Rebalancing ─▶ join again
//!                                                                                        └─▶ Lost: join from anew
//! ```
//! Start at [`Group`]. The task heartbeats while its owner works, and leaves when the owner is silent for too long.
//! What an assignment means is the owner's business: here it is bytes.

mod config;
mod coordinator;
mod join;
mod membership;
mod metadata;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub use config::GroupConfig;
pub(crate) use coordinator::Coordinator;
pub use metadata::ConsumerGroupMetadata;

use crate::KafkaError;
use crate::cluster::Cluster;
use crate::sync::lock;
use membership::Membership;

/// One way to share the work that this member offers; the broker chooses the first that all members offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinProtocol {
    pub name: String,
    /// What the leader's assignor has to know of this member.
    pub metadata: Bytes,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub id: String,
    pub instance_id: Option<String>,
    pub metadata: Bytes,
}

/// Which member of which generation this is; what offset commits are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    pub id: i32,
    pub member_id: String,
}

impl Generation {
    /// Not a member: commits made so are taken only while the group has no members.
    pub const NONE: Self = Self { id: -1, member_id: String::new() };
}

/// What the membership task tells its owner, in order.
#[derive(Clone, Debug)]
pub enum Notice {
    /// This member leads the generation: the owner answers with [`Group::sync`], while the others wait for it.
    ///
    /// `keeps_assignment` is true for a static member that led before it was restarted, from Kafka 3.1 on: everybody, this
    /// member too, keeps what it has. The owner answers with no assignments at all; others would be ignored.
    Elected { generation: i32, member_id: String, protocol: String, members: Vec<Member>, keeps_assignment: bool },
    /// The generation is complete; `assignment` is this member's part.
    Assigned { generation: Generation, leader_id: String, protocol: String, assignment: Bytes },
    /// The group wants to rebalance. The owner finishes what it must and calls [`Group::join`] within the rebalance timeout;
    /// it stays a member until then.
    Rebalancing,
    /// This member was thrown out, perhaps while it joined again: what it had may already be somebody else's. It joins anew
    /// by [`Group::join`], with metadata that claims nothing of it.
    Lost(KafkaError),
    /// The owner did not [prove itself alive](Group::alive) within the poll interval, and the task left the group.
    PollExpired,
    /// The coordinator has not answered for a heartbeat interval; told once an outage. The task goes on trying.
    Unreachable(KafkaError),
    /// This member is out of the group, and joining is hopeless until something is set right (a permission, the
    /// configuration). Of the kind [`Fenced`](crate::ErrorKind::Fenced): another member has come with the same
    /// `group.instance.id`; this one ends, or each would throw the other out for ever.
    Failed(KafkaError),
}

impl Notice {
    /// Whether the membership ended with it.
    fn is_loss(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::PollExpired | Self::Failed(_))
    }
}

/// Whether a member that ends tells the group. Source: Apache Kafka, `CloseOptions.GroupMembershipOperation`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Departure {
    /// A dynamic member leaves; a static one stays until its session ends, so that a restart moves nothing.
    #[default]
    AsConfigured,
    /// Leaves at once, a static member too.
    Leave,
    /// Stays until its session ends.
    Remain,
}

pub(crate) enum Command {
    /// `losses` is how many the owner has heard of: a join that was told before does not know yet that it has nothing.
    Join {
        protocols: Vec<JoinProtocol>,
        reason: String,
        losses: u64,
    },
    Sync {
        generation: i32,
        assignments: Vec<(String, Bytes)>,
    },
}

/// A member of a group, or one that could join. Dropping it ends the task without leaving; see [`leave`](Self::leave).
#[derive(Debug)]
pub struct Group {
    commands: mpsc::Sender<Command>,
    notices: mpsc::Receiver<Notice>,
    /// How many notices of a lost membership the owner has taken.
    losses: u64,
    shared: Arc<Shared>,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

/// What owner and task both look at; each lock is held for a few instructions.
#[derive(Debug)]
pub(crate) struct Shared {
    generation: Mutex<Generation>,
    last_alive: Mutex<Instant>,
    departure: Mutex<(Departure, String)>,
}

/// The owner has at most a join and a sync under way; a full queue means that it repeats itself.
const COMMANDS_MAX: usize = 16;
/// Notices that wait for the owner. The task tells no more than two or three before the owner has to act, except for outages,
/// which it drops when the queue is full: so it never stops to heartbeat because its owner is busy.
const NOTICES_MAX: usize = 16;

impl Group {
    /// Starts the task; it does nothing before [`join`](Self::join).
    pub fn start(cluster: &Cluster, config: GroupConfig) -> Self {
        let (commands, queued) = mpsc::channel(COMMANDS_MAX);
        let (told, notices) = mpsc::channel(NOTICES_MAX);
        let shared = Arc::new(Shared {
            generation: Mutex::new(Generation::NONE),
            last_alive: Mutex::new(Instant::now()),
            departure: Mutex::default(),
        });
        let stop = CancellationToken::new();
        let membership = Membership::new(cluster, config, shared.clone(), told);
        let mut tasks = JoinSet::new();
        tasks.spawn(membership.run(queued, stop.clone()).in_current_span());
        Self { commands, notices, losses: 0, shared, stop, tasks }
    }

    /// Asks to join, or to rebalance; ends in [`Notice::Elected`], [`Notice::Assigned`], [`Notice::Lost`] or
    /// [`Notice::Failed`]. Whatever can be retried is, with the same metadata, for as long as it takes.
    ///
    /// It may be called at any time, also to offer other metadata while the group rebalances: then this member joins once
    /// more after the join under way. A call made before the owner has [taken](Self::notice) the notice of a loss is
    /// ignored: its metadata may claim what is lost, and the owner joins again when it hears.
    /// `reason` is for the coordinator's log.
    pub fn join(&self, protocols: Vec<JoinProtocol>, reason: &str) {
        self.tell(Command::Join { protocols, reason: reason.to_owned(), losses: self.losses });
    }

    /// The leader's answer to [`Notice::Elected`]: each member's part. Of an older generation, it is ignored.
    pub fn sync(&self, generation: i32, assignments: Vec<(String, Bytes)>) {
        self.tell(Command::Sync { generation, assignments });
    }

    fn tell(&self, command: Command) {
        // Only a task that has ended does not take it; its owner sees that in `notice`.
        if self.commands.try_send(command).is_err() {
            tracing::debug!("the membership task took no command: it has ended or its owner repeats itself");
        }
    }

    /// The next notice; cancel-safe. `None` once the task has ended.
    pub async fn notice(&mut self) -> Option<Notice> {
        let notice = self.notices.recv().await?;
        self.losses += u64::from(notice.is_loss());
        Some(notice)
    }

    /// A notice that is there already.
    pub fn try_notice(&mut self) -> Option<Notice> {
        let notice = self.notices.try_recv().ok()?;
        self.losses += u64::from(notice.is_loss());
        Some(notice)
    }

    /// The owner is alive: the poll interval begins anew.
    pub fn alive(&self) {
        *lock(&self.shared.last_alive) = Instant::now();
    }

    /// Who this is at the moment.
    pub fn generation(&self) -> Generation {
        lock(&self.shared.generation).clone()
    }

    /// Leaves the group, telling the coordinator (except for static members, as in Java), and ends the task.
    pub async fn leave(self, reason: &str, timeout: Duration) {
        self.depart(Departure::AsConfigured, reason, timeout).await;
    }

    /// As [`leave`](Self::leave), with another say about whether the coordinator is told.
    pub async fn depart(mut self, departure: Departure, reason: &str, timeout: Duration) {
        *lock(&self.shared.departure) = (departure, reason.to_owned());
        self.stop.cancel();
        if tokio::time::timeout(timeout, self.tasks.join_next()).await.is_err() {
            tracing::warn!(?timeout, "the coordinator was not told in time that this member leaves");
        }
        self.tasks.shutdown().await;
    }
}
