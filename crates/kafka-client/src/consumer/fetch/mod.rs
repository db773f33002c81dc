//! Fetching ahead: one request under way per broker, decoded in its own task while the caller works.
//! ```text
//! Partitions that changed ─▶ plan ─▶ Fetches: a Session per broker ─▶ request ─▶ FetchRequest
//!                                                                                    │
//! Partitions ◀─ Answer ◀─ answer: batches, checked, without what was aborted ◀───────┘
//! ```
//! A session travels with its request: whoever has it may change it, and nobody else. Partitions that nothing happened to cost
//! nothing here, nor on the wire.

mod aborted;
mod answer;
mod plan;
mod request;
mod session;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) use answer::Answer;
#[cfg(test)]
pub(super) use answer::read;
pub(super) use request::{close, fetch, isolation};
pub(super) use session::{NO_SESSION, Session};

use super::TopicPartition;

/// One partition's part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) partition: TopicPartition,
    pub(super) ticket: u64,
    pub(super) offset: i64,
    leader_epoch: i32,
    topic_id: u128,
    served: u64,
}

impl Wanted {
    /// Whether a broker would see no difference.
    fn says_the_same(&self, other: &Wanted) -> bool {
        (self.offset, self.leader_epoch, self.topic_id) == (other.offset, other.leader_epoch, other.topic_id)
    }
}

/// The sessions, and which of them asks for which partition.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    by_node: BTreeMap<i32, Berth>,
    placed: HashMap<TopicPartition, i32>,
    /// Counts the [restarts](Self::restart): sessions from before are not taken back.
    serial: u64,
}

/// Where a session lies between its requests.
#[derive(Debug)]
struct Berth {
    /// None while a request is under way.
    session: Option<Session>,
    /// The last that is known of it.
    id: i32,
    /// To be told to the session when it comes back.
    unwanted: BTreeSet<TopicPartition>,
}

impl Berth {
    fn new(serial: u64) -> Self {
        Self { session: Some(Session::new(serial)), id: NO_SESSION, unwanted: BTreeSet::new() }
    }
}

impl Fetches {
    /// From now on only `node` is asked for this. False while that has to wait for an answer of the node's.
    fn place(&mut self, node: i32, wanted: Wanted) -> bool {
        if self.placed.get(&wanted.partition) != Some(&node) {
            self.unplace(&wanted.partition);
        }
        let Some(session) = &mut self.by_node.entry(node).or_insert_with(|| Berth::new(self.serial)).session else {
            return false;
        };
        self.placed.insert(wanted.partition.clone(), node);
        session.want(wanted);
        true
    }

    /// From now on nobody is asked for it.
    fn unplace(&mut self, name: &TopicPartition) {
        let Some(node) = self.placed.remove(name) else { return };
        let Some(berth) = self.by_node.get_mut(&node) else { return };
        match &mut berth.session {
            Some(session) => session.unwant(name),
            None => drop(berth.unwanted.insert(name.clone())),
        }
    }

    /// The sessions that have something to ask, without those of `blocked` nodes. They come back through [`land`](Self::land).
    pub(super) fn depart(&mut self, blocked: &BTreeSet<i32>) -> Vec<(i32, Session)> {
        let ready = self.by_node.iter_mut().filter(|(node, _)| !blocked.contains(node));
        ready.filter_map(|(node, berth)| Some((*node, berth.session.take_if(|session| !session.is_idle())?))).collect()
    }

    /// Takes a session back after its request.
    pub(super) fn land(&mut self, node: i32, mut session: Session) {
        if session.serial != self.serial {
            return;
        }
        let Some(berth) = self.by_node.get_mut(&node) else { return };
        berth.id = session.id();
        std::mem::take(&mut berth.unwanted).iter().for_each(|name| session.unwant(name));
        berth.session = Some(session);
    }

    /// A task was lost, and its session with it: all begin anew. All partitions have to be looked at again.
    pub(super) fn restart(&mut self) {
        *self = Self { serial: self.serial + 1, ..Self::default() };
    }

    /// Forgets brokers that are no more.
    pub(super) fn keep_nodes(&mut self, exists: impl Fn(i32) -> bool) {
        self.by_node.retain(|node, berth| berth.session.is_none() || exists(*node));
        self.placed.retain(|_, node| self.by_node.contains_key(node));
    }

    /// What the brokers keep until they are told that nobody comes back: node and session.
    pub(super) fn open(&self) -> Vec<(i32, i32)> {
        let ids = self.by_node.iter().map(|(node, berth)| (*node, berth.id));
        ids.filter(|(_, id)| *id != NO_SESSION).collect()
    }
}
