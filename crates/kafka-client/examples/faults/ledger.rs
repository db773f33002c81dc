//! What the members of a group know together: who has which partition, what was committed, what was read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::reading::Raw;

/// Shared by the members of one group.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    owners: BTreeMap<i32, usize>,
    /// Members whose partition another one got: the group has thrown them out, and they have yet to learn it.
    robbed: BTreeSet<(usize, i32)>,
    /// The largest offset whose commit a member was told of.
    committed: BTreeMap<i32, i64>,
    seen: BTreeMap<i32, BTreeSet<i64>>,
    wrong: Vec<String>,
}

impl Ledger {
    /// Says from where on, at least, the member has to read each partition that it got.
    pub(crate) fn assigned(&self, member: usize, partitions: &[i32]) -> BTreeMap<i32, i64> {
        let mut book = self.open();
        for partition in partitions {
            match book.owners.insert(*partition, member) {
                Some(other) if other != member => drop(book.robbed.insert((other, *partition))),
                Some(_) => book.wrong.push(format!("member {member} got {partition}, which it has")),
                None => {}
            }
            if book.robbed.contains(&(member, *partition)) {
                book.wrong.push(format!("member {member} got {partition} again and was never told that it lost it"));
            }
        }
        partitions.iter().filter_map(|partition| Some((*partition, *book.committed.get(partition)?))).collect()
    }

    /// The member gives partitions up as it was told to, or was told that it has lost them.
    pub(crate) fn given_up(&self, member: usize, partitions: &[i32], lost: bool) {
        let mut book = self.open();
        for partition in partitions {
            let robbed = book.robbed.remove(&(member, *partition));
            match book.owners.get(partition) {
                Some(owner) if *owner == member => drop(book.owners.remove(partition)),
                other if !(robbed && lost) => {
                    let text = format!("member {member} gave up {partition}, which was {other:?}'s already");
                    book.wrong.push(text);
                }
                _ => {}
            }
        }
    }

    /// The member is about to leave; what it would have been told until then does not matter.
    pub(crate) fn left(&self, member: usize) {
        let mut book = self.open();
        book.owners.retain(|_, owner| *owner != member);
        book.robbed.retain(|(other, _)| *other != member);
    }

    pub(crate) fn committed(&self, partition: i32, offset: i64) {
        let mut book = self.open();
        let known = book.committed.entry(partition).or_default();
        *known = (*known).max(offset);
    }

    pub(crate) fn saw(&self, partition: i32, offsets: impl IntoIterator<Item = i64>) {
        self.open().seen.entry(partition).or_default().extend(offsets);
    }

    pub(crate) fn has_reached(&self, ends: &BTreeMap<i32, i64>) -> bool {
        let book = self.open();
        let last = |partition| book.seen.get(partition).and_then(|seen| seen.last()).map_or(0, |last| last + 1);
        ends.iter().all(|(partition, end)| last(partition) >= *end)
    }

    pub(crate) fn wrong(&self, what: String) {
        self.open().wrong.push(what);
    }

    /// What was wrong, and what of `log` nobody has seen.
    pub(crate) fn verdict(&self, log: &Raw) -> Vec<String> {
        let mut book = self.open();
        for (partition, stored) in log {
            let seen = book.seen.remove(partition).unwrap_or_default();
            let missed = stored.iter().filter(|(offset, _)| !seen.contains(offset)).count();
            book.wrong.extend((missed > 0).then(|| format!("the group missed {missed} of partition {partition}")));
        }
        let robbed = std::mem::take(&mut book.robbed);
        let untold = |(member, partition)| format!("member {member} was never told that it lost {partition}");
        book.wrong.extend(robbed.into_iter().map(untold));
        std::mem::take(&mut book.wrong)
    }

    fn open(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_has_one_owner_at_a_time() {
        let (assigned, revoked, lost) = ("assigned", "revoked", "lost");
        for (events, want) in [
            (&[(0, assigned), (0, revoked), (1, assigned)][..], ""),
            (&[(0, assigned), (1, assigned), (0, lost)], ""),
            (&[(0, assigned), (0, lost), (0, assigned)], ""),
            (&[(0, assigned), (1, assigned)], "never told"),
            (&[(0, assigned), (1, assigned), (0, revoked)], "which was Some(1)'s already"),
            (&[(0, assigned), (1, assigned), (0, assigned), (1, lost), (0, lost)], "got 3 again"),
            (&[(0, assigned), (0, assigned)], "which it has"),
            (&[(0, revoked)], "which was None's already"),
        ] {
            let ledger = Ledger::default();
            for (member, what) in events {
                match *what {
                    "assigned" => drop(ledger.assigned(*member, &[3])),
                    what => ledger.given_up(*member, &[3], what == lost),
                }
            }
            let wrong = ledger.verdict(&Raw::new()).join(", ");
            assert!(wrong.contains(want) && wrong.is_empty() == want.is_empty(), "{events:?}: {wrong}");
        }
    }
}
