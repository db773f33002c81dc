//! From submissions and acks to committable offsets.
//! ```text
//! submit(partition, offset) ─▶ number ─▶ … ack(number) ─▶ committable(): per source partition, the last offset of
//!                                                         its longest acknowledged prefix
//! ```
//! Source: Apache Kafka, `SubmittedRecords`.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use connect_api::{SourceOffset, SourcePartition};

/// The records of one source task that are on their way to Kafka. Memory: about 60 bytes for each that is
/// [tracked](Self::tracked).
#[derive(Debug, Default)]
pub struct SubmittedRecords {
    /// Submission number of the front of `in_flight`.
    base: u64,
    in_flight: VecDeque<InFlight>,
    lanes: Vec<Lane>,
    /// Lanes that no partition uses.
    free: Vec<u32>,
    by_partition: HashMap<Arc<SourcePartition>, u32>,
    /// The lane of the last submission: most follow one another in the same partition.
    last_lane: Option<u32>,
    unacked: usize,
}

#[derive(Debug, Clone, Copy)]
struct InFlight {
    lane: u32,
    acked: bool,
}

/// The submissions of one source partition, in order.
#[derive(Debug)]
struct Lane {
    partition: Arc<SourcePartition>,
    pending: VecDeque<Pending>,
    committable: Option<SourceOffset>,
}

#[derive(Debug)]
struct Pending {
    /// None: the record was filtered, and waits only for those before it.
    number: Option<u64>,
    offset: SourceOffset,
}

impl SubmittedRecords {
    /// Notes the next record that goes to Kafka; its number is one more than that of the last.
    pub fn submit(&mut self, partition: &Arc<SourcePartition>, offset: SourceOffset) -> u64 {
        let lane = self.lane(partition);
        let number = self.next_number();
        self.in_flight.push_back(InFlight { lane, acked: false });
        self.lanes[lane as usize].pending.push_back(Pending { number: Some(number), offset });
        self.unacked += 1;
        number
    }

    /// Notes a record that was filtered: its offset may be committed once those before it are acknowledged.
    pub fn settle(&mut self, partition: &Arc<SourcePartition>, offset: SourceOffset) {
        let lane = self.lane(partition);
        let lane = &mut self.lanes[lane as usize];
        match lane.pending.back_mut() {
            None => lane.committable = Some(offset),
            // Of several filtered in a row only the last matters; a filter that drops all costs no memory.
            Some(last) if last.number.is_none() => last.offset = offset,
            Some(_) => lane.pending.push_back(Pending { number: None, offset }),
        }
    }

    /// The next number that [`submit`](Self::submit) will give.
    pub fn next_number(&self) -> u64 {
        self.base + self.in_flight.len() as u64
    }

    /// These submissions need not be waited for any more. Numbers unknown or acked before are ignored.
    pub fn ack(&mut self, numbers: Range<u64>) {
        let known = self.in_flight.len() as u64;
        let start = (numbers.start.max(self.base) - self.base).min(known) as usize;
        let end = (numbers.end.max(self.base) - self.base).min(known) as usize;
        let mut touched: Vec<u32> = Vec::new();
        for entry in self.in_flight.range_mut(start..end.max(start)) {
            self.unacked -= usize::from(!std::mem::replace(&mut entry.acked, true));
            if touched.last() != Some(&entry.lane) {
                touched.push(entry.lane);
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for lane in touched {
            self.advance(lane);
        }
        // Every lane of these has been advanced past them: nobody asks for them again.
        while self.in_flight.front().is_some_and(|entry| entry.acked) {
            self.in_flight.pop_front();
            self.base += 1;
        }
    }

    /// How many submissions have not been acked.
    pub fn unacked(&self) -> usize {
        self.unacked
    }

    /// How many submissions take memory: those that are not acked, and those behind them.
    pub fn tracked(&self) -> usize {
        self.in_flight.len()
    }

    /// The offsets that may be committed now: per source partition, the last of its longest acknowledged prefix.
    /// Shape: `{"filename": "/var/log/a"}` → `{"position": 4096}`. Removes what it returns. Never fails.
    pub fn committable(&mut self) -> Vec<(Arc<SourcePartition>, SourceOffset)> {
        let mut ready = Vec::new();
        for (index, lane) in (0..).zip(&mut self.lanes) {
            let Some(offset) = lane.committable.take() else { continue };
            ready.push((Arc::clone(&lane.partition), offset));
            // A task may use any number of partitions over time: keep those with records in flight.
            if lane.pending.is_empty() {
                self.by_partition.remove(&lane.partition);
                self.free.push(index);
            }
        }
        self.last_lane = None;
        ready
    }

    /// Moves the acknowledged prefix of a lane out of the way.
    fn advance(&mut self, lane: u32) {
        let (in_flight, base) = (&self.in_flight, self.base);
        let acked = |number: u64| in_flight.get(number.checked_sub(base)? as usize).map(|entry| entry.acked);
        let lane = &mut self.lanes[lane as usize];
        // Stop at the first gap: a later ack must not let a restart skip the records before it.
        while lane.pending.front().is_some_and(|next| next.number.is_none_or(|number| acked(number) != Some(false))) {
            lane.committable = lane.pending.pop_front().map(|pending| pending.offset);
        }
    }

    fn lane(&mut self, partition: &Arc<SourcePartition>) -> u32 {
        if let Some(last) = self.last_lane
            && Arc::ptr_eq(&self.lanes[last as usize].partition, partition)
        {
            return last;
        }
        let lane = self.by_partition.get(partition).copied().unwrap_or_else(|| self.new_lane(partition));
        self.last_lane = Some(lane);
        lane
    }

    fn new_lane(&mut self, partition: &Arc<SourcePartition>) -> u32 {
        let fresh = Lane { partition: Arc::clone(partition), pending: VecDeque::new(), committable: None };
        let lane = match self.free.pop() {
            Some(lane) => {
                self.lanes[lane as usize] = fresh;
                lane
            }
            None => {
                self.lanes.push(fresh);
                self.lanes.len() as u32 - 1
            }
        };
        self.by_partition.insert(Arc::clone(partition), lane);
        lane
    }
}

#[cfg(test)]
mod tests {
    use connect_api::{Map, Value};

    use super::*;

    fn partition(name: &'static str) -> Arc<SourcePartition> {
        Arc::new(Map::from_iter([(Value::string("p"), Value::string(name))]))
    }

    fn at(value: i64) -> SourceOffset {
        SourceOffset::Single { field: "position", value }
    }

    #[test]
    fn only_the_acknowledged_prefix_of_each_partition_is_committable() {
        let (a, b) = (partition("a"), partition("b"));
        // (acked numbers, offset of a, offset of b) for submissions a:0, b:1, a:2, a:3, b:4
        type Acks<'a> = &'a [Range<u64>];
        let cases: [(Acks<'_>, Option<i64>, Option<i64>); 7] = [
            (&[], None, None),
            (&[0..1], Some(0), None),
            (&[2..4], None, None),
            (&[0..1, 3..4], Some(0), None),
            (&[4..5, 0..2], Some(0), Some(4)),
            (&[0..5, 0..5], Some(3), Some(4)),
            (&[7..9], None, None),
        ];
        for (acks, of_a, of_b) in cases {
            let mut submitted = SubmittedRecords::default();
            for (number, lane) in [&a, &b, &a, &a, &b].into_iter().enumerate() {
                assert_eq!(submitted.submit(lane, at(number as i64)), number as u64);
            }
            for range in acks {
                submitted.ack(range.clone());
            }
            let committable: HashMap<_, _> = submitted.committable().into_iter().collect();
            assert_eq!(committable.get(&a), of_a.map(at).as_ref(), "a after {acks:?}");
            assert_eq!(committable.get(&b), of_b.map(at).as_ref(), "b after {acks:?}");
        }
    }

    #[test]
    fn what_was_returned_is_not_returned_again_and_later_acks_go_on() {
        let a = partition("a");
        let mut submitted = SubmittedRecords::default();
        for n in 0..6 {
            submitted.submit(&a, at(n));
        }
        submitted.ack(1..3);
        assert!(submitted.committable().is_empty());
        submitted.ack(0..1);
        assert_eq!(submitted.committable(), [(Arc::clone(&a), at(2))]);
        assert!(submitted.committable().is_empty());
        assert_eq!((submitted.unacked(), submitted.tracked()), (3, 3));
        submitted.ack(5..6);
        assert_eq!((submitted.unacked(), submitted.tracked()), (2, 3), "the last one waits behind the others");
        submitted.ack(3..6);
        assert_eq!(submitted.committable(), [(Arc::clone(&a), at(5))]);
        assert_eq!((submitted.unacked(), submitted.next_number()), (0, 6));
    }

    #[test]
    fn a_filtered_record_settles_in_its_turn() {
        let a = partition("a");
        let mut submitted = SubmittedRecords::default();
        submitted.settle(&a, at(0));
        assert_eq!(submitted.committable(), [(Arc::clone(&a), at(0))]);
        let number = submitted.submit(&a, at(1));
        submitted.settle(&a, at(2));
        submitted.settle(&a, at(3));
        assert!(submitted.committable().is_empty());
        assert_eq!(submitted.lanes[0].pending.len(), 2, "of filtered ones in a row the last is kept");
        submitted.ack(number..number + 1);
        assert_eq!(submitted.committable(), [(Arc::clone(&a), at(3))]);
        assert_eq!(submitted.unacked(), 0);
    }

    #[test]
    fn partitions_without_records_in_flight_are_forgotten() {
        let mut submitted = SubmittedRecords::default();
        for n in 0..1000 {
            let lane = Arc::new(Map::from_iter([(Value::string("p"), Value::Int64(n))]));
            let number = submitted.submit(&lane, at(n));
            submitted.ack(number..number + 1);
            assert_eq!(submitted.committable().len(), 1);
        }
        assert!(submitted.lanes.len() <= 2, "{}", submitted.lanes.len());
        assert!(submitted.by_partition.len() <= 2, "{}", submitted.by_partition.len());
    }
}
