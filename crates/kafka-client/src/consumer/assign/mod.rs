//! Who of a group reads what: decided by the group's leader, which may be this consumer.
//! ```text
//! JoinGroup answer: members with their Subscription ─▶ Assignor::assign ─▶ one Assignment each ─▶ SyncGroup
//! ```
//! Start at [`Assignor`]. In a group with Java members either may lead, and a change of the leader should move nothing: so
//! each assignor makes the same choice as Java's for the same members, compared with over its answers in
//! `tests/data/assignors.jsonl`. Three mistakes of Java's sticky assignors are not repeated: they give partitions back to a former
//! owner that does not read their topic any more (the group then rebalances without end), believe a member that claims
//! partitions which its topic does not have (a topic made anew with fewer), giving those out and others twice, and give
//! partitions to a member without topics (its pattern matches none yet) if all others read the same.

#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod input;
mod java_order;
mod protocol;
mod racks;
mod range;
mod round_robin;
mod sticky;
#[cfg(test)]
mod tests;
mod user_data;

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::consumer::TopicPartition;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use fuzzing::{read_any_member, share_any};
use input::Input;

pub(super) use input::{Member, Racks, Topics, racks_of};
pub(crate) use protocol::decode_assignment;
pub(super) use protocol::{MemberSubscription, encode_assignment};

/// One entry of `partition.assignment.strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignor {
    /// Topic by topic, each member gets one run of neighbouring partitions.
    Range,
    /// All partitions in turn to all members.
    RoundRobin,
    /// Evenly, and whoever had a partition keeps it if that can be.
    Sticky,
    /// As `Sticky`; what moves is first given up by its owner, and given out a rebalance later.
    CooperativeSticky,
}

/// What [`Assignor::assign`] decides: for each member its partitions, sorted.
pub(super) type Assigned = BTreeMap<String, Vec<TopicPartition>>;

impl Assignor {
    const ALL: [(Self, &str, &str); 4] = [
        (Self::Range, "range", "org.apache.kafka.clients.consumer.RangeAssignor"),
        (Self::RoundRobin, "roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor"),
        (Self::Sticky, "sticky", "org.apache.kafka.clients.consumer.StickyAssignor"),
        (Self::CooperativeSticky, "cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
    ];

    /// By its Java class, or by the name under which it is offered.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name, class)| [*name, *class].contains(&text)).map(|(assignor, ..)| *assignor)
    }

    /// Java's classes of those that are there.
    pub(super) fn classes() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(_, _, class)| *class)
    }

    /// The name under which it is offered to the group.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(assignor, ..)| *assignor == self).map_or("", |(_, name, _)| name)
    }

    /// Whether members may keep what they own while the group rebalances.
    pub(super) fn is_cooperative(self) -> bool {
        self == Self::CooperativeSticky
    }

    /// What a member tells the leader's assignor about itself: `assigned` is what it was given in `generation`, by whichever
    /// assignor; `None` before the first time.
    pub(super) fn user_data(self, assigned: Option<(&[TopicPartition], i32)>) -> Option<Bytes> {
        match self {
            Self::Range | Self::RoundRobin => None,
            Self::Sticky => assigned.map(|(partitions, generation)| user_data::sticky(partitions, generation)),
            Self::CooperativeSticky => Some(user_data::cooperative(assigned.map_or(-1, |(_, generation)| generation))),
        }
    }

    /// Shares the partitions of `topics` out. Members that get nothing are in the answer too. `members` are in the order of
    /// the coordinator's answer.
    pub(super) fn assign(self, members: &[Member], topics: &Topics) -> Assigned {
        let input = Input::new(members, topics);
        let owners = match self {
            Self::Range => range::assign(&input),
            Self::RoundRobin => round_robin::assign(&input),
            Self::Sticky => sticky::assign(&input),
            Self::CooperativeSticky => sticky::assign_cooperatively(&input),
        };
        input.output(owners)
    }
}
