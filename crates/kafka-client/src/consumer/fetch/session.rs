//! One broker's fetch session (KIP-227): what the broker was told, and what it has to be told next.
//! ```text
//! want, unwant ─▶ what differs from what was told ─▶ ask: everything once, then only the differences
//!                                                     │
//!              on_answer, on_failure ◀────────────────┘  whatever breaks the session: everything again
//! ```
//! No clock, no I/O. What a request costs follows from what changed since the last one, not from how much is wanted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::ErrorCode;
use crate::cluster::TopicName;

use super::{TopicPartition, Wanted};

/// A session that the broker has not opened, and one that it opened for no more than one request.
pub(in crate::consumer) const NO_SESSION: i32 = 0;
/// The epoch of a request that opens a session, closing the one it names.
const OPENING: i32 = 0;

/// See the [module](self).
#[derive(Debug, Default)]
pub(in crate::consumer) struct Session {
    /// Which of its owner's sessions this is.
    pub(super) serial: u64,
    id: i32,
    epoch: i32,
    /// Whether the broker was given topic ids; a session has either ids or names.
    by_id: bool,
    wanted: BTreeMap<TopicPartition, Slot>,
    /// Wanted, but not as the broker knows it.
    changed: BTreeSet<TopicPartition>,
    /// Told, and no longer wanted under this topic id.
    forgotten: BTreeSet<(TopicPartition, u128)>,
    /// What the ids in answers stand for; also of partitions that are no longer wanted.
    names: HashMap<u128, TopicName>,
    /// How many of `wanted` have no topic id.
    nameless: usize,
}

#[derive(Debug)]
struct Slot {
    wanted: Wanted,
    told: bool,
}

/// One request's share of the session.
#[derive(Debug, Default)]
pub(in crate::consumer) struct Ask {
    pub(super) id: i32,
    pub(super) epoch: i32,
    /// Topics are named by their ids; else by their names alone.
    pub(super) by_id: bool,
    pub(super) wanted: Vec<Wanted>,
    pub(super) forgotten: Vec<(TopicPartition, u128)>,
}

/// What an answer says about the session itself.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::consumer) struct Outcome {
    /// The code for the whole request; 0 for none.
    pub(super) error: i16,
    pub(super) session_id: i32,
    /// It spoke of partitions that were not asked for, or was silent about some of a full request.
    pub(super) amiss: bool,
}

impl Session {
    pub(super) fn new(serial: u64) -> Self {
        Self { serial, ..Self::default() }
    }

    /// What the broker calls it; [`NO_SESSION`] if there is none to close.
    pub(in crate::consumer) fn id(&self) -> i32 {
        self.id
    }

    pub(super) fn is_idle(&self) -> bool {
        self.wanted.is_empty()
    }

    pub(in crate::consumer) fn get(&self, name: &TopicPartition) -> Option<&Wanted> {
        self.wanted.get(name).map(|slot| &slot.wanted)
    }

    pub(super) fn topic(&self, id: u128) -> Option<&TopicName> {
        self.names.get(&id)
    }

    #[cfg(test)]
    pub(in crate::consumer) fn asks_for(&mut self) -> Vec<i32> {
        self.ask().wanted.iter().map(|wanted| wanted.partition.partition).collect()
    }

    /// Asks for this from now on; replaces what was asked for of the same partition.
    pub(super) fn want(&mut self, wanted: Wanted) {
        let name = wanted.partition.clone();
        let before = self.wanted.remove(&name);
        let same = before.as_ref().is_some_and(|slot| slot.told && slot.wanted.says_the_same(&wanted));
        let told = self.still_told(&name, before.as_ref(), wanted.topic_id);
        if wanted.topic_id != 0 && before.as_ref().is_none_or(|slot| slot.wanted.topic_id != wanted.topic_id) {
            self.names.insert(wanted.topic_id, name.topic.clone());
        }
        self.nameless -= usize::from(before.is_some_and(|slot| slot.wanted.topic_id == 0));
        self.nameless += usize::from(wanted.topic_id == 0);
        if !same {
            self.changed.insert(name.clone());
        }
        self.wanted.insert(name, Slot { wanted, told });
    }

    /// Whether the broker has the partition under this topic id. Under another one it is told to forget that.
    fn still_told(&mut self, name: &TopicPartition, before: Option<&Slot>, topic_id: u128) -> bool {
        match before {
            Some(slot) if slot.told && slot.wanted.topic_id == topic_id => true,
            Some(slot) if slot.told => {
                self.forgotten.insert((name.clone(), slot.wanted.topic_id));
                false
            }
            // Brokers add before they forget: the same partition in both lists would be gone.
            _ => self.forgotten.remove(&(name.clone(), topic_id)),
        }
    }

    pub(super) fn unwant(&mut self, name: &TopicPartition) {
        let Some(slot) = self.wanted.remove(name) else { return };
        self.changed.remove(name);
        self.nameless -= usize::from(slot.wanted.topic_id == 0);
        if slot.told {
            self.forgotten.insert((name.clone(), slot.wanted.topic_id));
        }
    }

    /// The next request; only its answer or failure may follow.
    pub(super) fn ask(&mut self) -> Ask {
        let by_id = self.nameless == 0;
        if by_id != self.by_id {
            (self.by_id, self.epoch) = (by_id, OPENING);
        }
        let (id, epoch) = (self.id, self.epoch);
        match epoch {
            OPENING => Ask { id, epoch, by_id, wanted: self.everything(), forgotten: Vec::new() },
            _ => Ask { id, epoch, by_id, wanted: self.differences(), forgotten: self.take_forgotten() },
        }
    }

    /// Who was served longest ago comes first: brokers fill their answers in this order, and the last ones may get nothing.
    /// Within a session the brokers see to that themselves.
    fn everything(&mut self) -> Vec<Wanted> {
        self.changed.clear();
        self.forgotten.clear();
        self.names =
            self.wanted.values().map(|slot| (slot.wanted.topic_id, slot.wanted.partition.topic.clone())).collect();
        let mut wanted: Vec<_> = self.wanted.values_mut().map(Slot::tell).collect();
        // Stable: who was served by the same answer stays together, so that few topics are named twice.
        wanted.sort_by_key(|wanted| wanted.served);
        wanted
    }

    fn differences(&mut self) -> Vec<Wanted> {
        let changed = std::mem::take(&mut self.changed);
        let mut wanted = Vec::with_capacity(changed.len());
        for name in &changed {
            wanted.extend(self.wanted.get_mut(name).map(Slot::tell));
        }
        wanted
    }

    fn take_forgotten(&mut self) -> Vec<(TopicPartition, u128)> {
        let forgotten = std::mem::take(&mut self.forgotten);
        // To a broker that knows names only, a topic's new id is no other topic.
        forgotten.into_iter().filter(|(name, _)| self.by_id || !self.wanted.contains_key(name)).collect()
    }

    pub(super) fn on_answer(&mut self, outcome: Outcome) {
        let opening = self.epoch == OPENING;
        (self.id, self.epoch) = match (ErrorCode(outcome.error), outcome.session_id) {
            (ErrorCode::FETCH_SESSION_ID_NOT_FOUND, _) => (NO_SESSION, OPENING),
            (error, _) if error.0 != 0 => (self.id, OPENING),
            // The broker has no room for one, or has just closed it.
            (_, NO_SESSION) => (NO_SESSION, OPENING),
            (_, id) if outcome.amiss => (id, OPENING),
            (_, id) if opening => (id, 1),
            (_, id) => (id, self.epoch.checked_add(1).unwrap_or(1)),
        };
    }

    /// Whether the request arrived is not known, and so neither is what the broker was told.
    pub(super) fn on_failure(&mut self) {
        self.epoch = OPENING;
    }
}

impl Slot {
    fn tell(&mut self) -> Wanted {
        self.told = true;
        self.wanted.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(partition: i32, offset: i64, topic_id: u128) -> Wanted {
        let partition = TopicPartition::new("t", partition);
        Wanted { partition, ticket: 1, offset, leader_epoch: 0, topic_id, served: 0 }
    }

    /// Session and epoch, partitions with offsets, forgotten partitions with topic ids.
    type Told = (i32, i32, Vec<(i32, i64)>, Vec<(i32, u128)>);

    fn told(ask: &Ask) -> Told {
        let wanted = ask.wanted.iter().map(|wanted| (wanted.partition.partition, wanted.offset)).collect();
        let forgotten = ask.forgotten.iter().map(|(name, id)| (name.partition, *id)).collect();
        (ask.id, ask.epoch, wanted, forgotten)
    }

    fn fine(session_id: i32) -> Outcome {
        Outcome { session_id, ..Outcome::default() }
    }

    /// A session 7 with the partitions 0 and 1.
    fn opened() -> Session {
        let mut session = Session::default();
        session.want(wanted(0, 10, 9));
        session.want(wanted(1, 20, 9));
        assert_eq!(told(&session.ask()), (0, 0, vec![(0, 10), (1, 20)], vec![]));
        session.on_answer(fine(7));
        session
    }

    #[test]
    fn only_differences_are_told() {
        let mut session = opened();
        assert_eq!(told(&session.ask()), (7, 1, vec![], vec![]));
        session.on_answer(fine(7));
        session.want(wanted(1, 21, 9));
        session.want(wanted(2, 30, 9));
        session.unwant(&TopicPartition::new("t", 0));
        assert_eq!(told(&session.ask()), (7, 2, vec![(1, 21), (2, 30)], vec![(0, 9)]));
        session.on_answer(fine(7));
        assert_eq!(told(&session.ask()), (7, 3, vec![], vec![]));
    }

    #[test]
    fn what_goes_and_comes_back_in_between_is_not_forgotten() {
        for (again, want) in [
            (wanted(0, 10, 9), (vec![(0, 10)], vec![])),
            (wanted(0, 11, 9), (vec![(0, 11)], vec![])),
            (wanted(0, 0, 8), (vec![(0, 0)], vec![(0, 9)])), // another topic of this name
        ] {
            let mut session = opened();
            session.unwant(&again.partition);
            session.want(again.clone());
            let (.., told_of, forgotten) = told(&session.ask());
            assert_eq!((told_of, forgotten), want, "{again:?}");
            assert_eq!(session.get(&again.partition).map(|wanted| wanted.topic_id), Some(again.topic_id));
        }
    }

    #[test]
    fn a_recreated_topic_takes_the_place_of_the_old_one() {
        let mut session = opened();
        session.want(wanted(0, 10, 8));
        assert_eq!(told(&session.ask()), (7, 1, vec![(0, 10)], vec![(0, 9)]));
        assert_eq!(session.topic(9), session.topic(8), "answers under way still have the old id");
    }

    #[test]
    fn what_breaks_a_session_opens_another() {
        let error = |code: ErrorCode| Outcome { error: code.0, ..Outcome::default() };
        for (outcome, want) in [
            (fine(7), (7, 2)),
            (fine(0), (0, 0)), // the broker closed it
            (Outcome { amiss: true, ..fine(7) }, (7, 0)),
            (error(ErrorCode::FETCH_SESSION_ID_NOT_FOUND), (0, 0)), // nothing to close
            (error(ErrorCode::INVALID_FETCH_SESSION_EPOCH), (7, 0)),
            (error(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR), (7, 0)),
            (error(ErrorCode::INCONSISTENT_TOPIC_ID), (7, 0)),
            (error(ErrorCode::UNKNOWN_TOPIC_ID), (7, 0)),
        ] {
            let mut session = opened();
            session.ask();
            session.on_answer(outcome);
            let (id, epoch, wanted, _) = told(&session.ask());
            assert_eq!((id, epoch), want, "{outcome:?}");
            assert_eq!(wanted.len(), if epoch == OPENING { 2 } else { 0 }, "{outcome:?}");
        }
        let mut session = opened();
        session.on_failure();
        assert_eq!(told(&session.ask()), (7, 0, vec![(0, 10), (1, 20)], vec![]));
    }

    #[test]
    fn a_broker_without_room_is_told_everything_each_time() {
        let mut session = Session::default();
        session.want(wanted(0, 10, 9));
        for _ in 0..3 {
            assert_eq!(told(&session.ask()), (0, 0, vec![(0, 10)], vec![]));
            session.on_answer(fine(0));
        }
    }

    #[test]
    fn ids_and_names_do_not_mix() {
        let mut session = opened();
        session.want(wanted(2, 0, 0));
        let ask = session.ask();
        assert!(!ask.by_id);
        assert_eq!(told(&ask), (7, 0, vec![(0, 10), (1, 20), (2, 0)], vec![]));
        session.on_answer(fine(8));
        session.unwant(&TopicPartition::new("t", 2));
        assert!(session.ask().by_id);
    }

    #[test]
    fn epochs_wrap_to_one() {
        let mut session = opened();
        session.epoch = i32::MAX;
        session.on_answer(fine(7));
        assert_eq!(session.ask().epoch, 1);
    }
}
