//! A batch on its way: its records, who submitted them, and what became of it.

use std::ops::Range;
use std::time::Instant;

use bytes::Bytes;

use crate::KafkaError;
use crate::cluster::TopicName;
use crate::record::{BatchBuilder, Batches, Compression, ProducerIdentity, RecordError, rewrite_identity};

/// What became of one batch; each submission number is in exactly one ack.
#[derive(Clone, Debug)]
pub struct Ack {
    /// Where its records went.
    pub topic: TopicName,
    /// Where its records went.
    pub partition: i32,
    /// The offset of the first record, the others follow without a gap; -1 if it failed or the broker did not say.
    pub base_offset: i64,
    /// When the broker appended it, if the topic has `LogAppendTime`; otherwise -1.
    pub timestamp: i64,
    /// The records, in their order in the batch.
    pub submissions: Submissions,
    /// Stored, or why not.
    pub result: Result<(), KafkaError>,
}

/// Submission numbers in the order of a batch's records, as runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Submissions {
    runs: Vec<Range<u64>>,
}

impl Submissions {
    /// The runs, none of them empty.
    pub fn runs(&self) -> &[Range<u64>] {
        &self.runs
    }

    /// Every number; the i-th belongs to the record at `base_offset + i`.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.runs.iter().cloned().flatten()
    }

    /// How many records these are.
    pub fn count(&self) -> u64 {
        self.runs.iter().map(|run| run.end - run.start).sum()
    }

    pub(super) fn push(&mut self, number: u64) {
        match self.runs.last_mut() {
            Some(run) if run.end == number => run.end += 1,
            _ => self.runs.push(number..number + 1),
        }
    }

    /// The first `count` numbers stay, the others are returned.
    fn split_off(&mut self, mut count: u64) -> Submissions {
        let mut rest = Vec::new();
        for run in std::mem::take(&mut self.runs) {
            let middle = run.end.min(run.start + count);
            count -= middle - run.start;
            self.runs.extend(Some(run.start..middle).filter(|run| !run.is_empty()));
            rest.extend(Some(middle..run.end).filter(|run| !run.is_empty()));
        }
        Submissions { runs: rest }
    }
}

/// A batch between append and ack.
#[derive(Debug)]
pub(super) struct Batch {
    /// Index of the partition in the accumulator.
    pub(super) slot: usize,
    pub(super) created: Instant,
    pub(super) submissions: Submissions,
    pub(super) count: i32,
    /// Its share of `buffer.memory`.
    pub(super) charged: usize,
    /// The flush that waits for it.
    pub(super) generation: u64,
    pub(super) identity: ProducerIdentity,
    pub(super) attempts: u32,
    records: Encoded,
}

#[derive(Debug)]
enum Encoded {
    Open(BatchBuilder),
    Built(Bytes, ProducerIdentity),
}

impl Batch {
    pub(super) fn open(slot: usize, builder: BatchBuilder, created: Instant, generation: u64) -> Self {
        Batch {
            slot,
            created,
            submissions: Submissions::default(),
            count: 0,
            charged: builder.len_bytes(),
            generation,
            identity: ProducerIdentity::NONE,
            attempts: 0,
            records: Encoded::Open(builder),
        }
    }

    /// Its place among the batches of its partition: its first submission number.
    pub(super) fn ordinal(&self) -> u64 {
        self.submissions.runs.first().map_or(0, |run| run.start)
    }

    /// The builder of a batch that was never sent.
    pub(super) fn builder(&mut self) -> Option<&mut BatchBuilder> {
        match &mut self.records {
            Encoded::Open(builder) => Some(builder),
            Encoded::Built(..) => None,
        }
    }

    pub(super) fn len_bytes(&self) -> usize {
        match &self.records {
            Encoded::Open(builder) => builder.len_bytes(),
            Encoded::Built(bytes, _) => bytes.len(),
        }
    }

    /// Finishes the batch, or finishes it anew if its identity has changed since.
    pub(super) fn build(self) -> Self {
        let identity = self.identity;
        let records = match self.records {
            Encoded::Open(builder) => builder.build(identity),
            Encoded::Built(bytes, built_as) if identity == built_as => bytes,
            Encoded::Built(bytes, _) => rewrite_identity(bytes, identity),
        };
        Batch { records: Encoded::Built(records, identity), ..self }
    }

    /// The finished bytes; a handle, not a copy.
    pub(super) fn bytes(&self) -> Bytes {
        match &self.records {
            Encoded::Built(bytes, _) => bytes.clone(),
            Encoded::Open(_) => Bytes::new(),
        }
    }

    /// Whether a broker whose last sequence number is `last` has the whole batch.
    pub(super) fn is_stored_at(&self, last: i32) -> bool {
        let own_last = next_sequence(self.identity.base_sequence, self.count - 1);
        // Sequence numbers wrap: the shorter way round tells which one is ahead.
        last.wrapping_sub(own_last) & i32::MAX < i32::MAX / 2
    }

    /// Two batches with half of the records each, for a broker that finds this one too large. They take the same
    /// sequence numbers, so that the batches behind them keep theirs.
    pub(super) fn split(mut self, compression: Compression) -> Result<[Batch; 2], RecordError> {
        let half = self.count / 2;
        let capacity = self.len_bytes() / 2 + 1024;
        let mut builders = [BatchBuilder::new(compression, capacity), BatchBuilder::new(compression, capacity)];
        for batch in Batches::new(self.bytes(), false) {
            for record in batch?.records(0)? {
                let record = record?;
                let headers: Vec<_> = record.headers.iter().collect();
                let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_ref(), value.as_deref())).collect();
                let builder = usize::from(builders[0].count() >= half);
                builders[builder].append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &headers);
            }
        }
        let rest = self.submissions.split_off(u64::from(half.unsigned_abs()));
        let [first, second] = builders;
        let charged = self.charged / 2;
        let second = Batch {
            count: self.count - half,
            charged: self.charged - charged,
            submissions: rest,
            records: Encoded::Open(second),
            identity: sequence_moved(self.identity, half),
            slot: self.slot,
            created: self.created,
            generation: self.generation,
            attempts: self.attempts,
        };
        Ok([Batch { count: half, charged, records: Encoded::Open(first), ..self }, second])
    }
}

/// The sequence number `count` records later: they wrap at 2^31.
pub(super) fn next_sequence(sequence: i32, count: i32) -> i32 {
    sequence.wrapping_add(count) & i32::MAX
}

fn sequence_moved(identity: ProducerIdentity, count: i32) -> ProducerIdentity {
    match identity.id {
        -1 => identity,
        _ => ProducerIdentity { base_sequence: next_sequence(identity.base_sequence, count), ..identity },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(records: u64) -> Batch {
        let mut batch = Batch::open(0, BatchBuilder::new(Compression::None, 100), Instant::now(), 0);
        for number in 0..records {
            let value = number.to_be_bytes();
            batch.builder().unwrap().append(number as i64, None, Some(&value), &[("h", None), ("h", Some(b"x"))]);
            batch.submissions.push(number * 2 / 3 * 3); // with gaps and repeats of the first number
            batch.count += 1;
        }
        batch
    }

    #[test]
    fn submissions_are_runs() {
        let mut numbers = Submissions::default();
        [3, 4, 5, 9, 8, 9].into_iter().for_each(|number| numbers.push(number));
        assert_eq!(numbers.runs(), [3..6, 9..10, 8..10]);
        assert_eq!((numbers.count(), numbers.iter().collect::<Vec<_>>()), (6, vec![3, 4, 5, 9, 8, 9]));
        for at in 0..=7 {
            let mut first = numbers.clone();
            let rest = first.split_off(at);
            assert!(first.runs.iter().chain(&rest.runs).all(|run| !run.is_empty()));
            assert_eq!(first.iter().chain(rest.iter()).collect::<Vec<_>>(), [3, 4, 5, 9, 8, 9], "at {at}");
            assert_eq!(first.count(), at.min(6));
        }
    }

    #[test]
    fn sequences_wrap_as_in_java() {
        for (sequence, count, want) in [(0, 5, 5), (i32::MAX, 1, 0), (i32::MAX - 1, 5, 3), (i32::MAX - 4, 4, i32::MAX)]
        {
            assert_eq!(next_sequence(sequence, count), want);
        }
    }

    #[test]
    fn what_the_broker_has_ends_at_its_last_sequence() {
        for (base_sequence, count, last, want) in [
            (0, 10, 9, true),
            (0, 10, 8, false), // a batch is stored as a whole or not at all
            (0, 10, 50, true),
            (20, 10, 9, false),
            (i32::MAX - 1, 4, 1, true), // wrapped
            (5, 1, i32::MAX - 3, false),
        ] {
            let mut batch = batch(0);
            batch.count = count;
            batch.identity = ProducerIdentity { id: 1, epoch: 0, base_sequence, transactional: false };
            assert_eq!(batch.is_stored_at(last), want, "{base_sequence}+{count} at {last}");
        }
    }

    #[test]
    fn a_split_keeps_records_order_and_sequences() {
        let identity = ProducerIdentity { id: 7, epoch: 1, base_sequence: 10, transactional: false };
        let batch = Batch { identity, ..batch(5) }.build();
        let (submissions, charged) = (batch.submissions.iter().collect::<Vec<_>>(), batch.charged);
        let [first, second] = batch.split(Compression::None).unwrap();
        assert_eq!((first.count, second.count, first.charged + second.charged), (2, 3, charged));
        assert_eq!((first.identity.base_sequence, second.identity.base_sequence), (10, 12));
        let both = first.submissions.iter().chain(second.submissions.iter());
        assert_eq!(both.collect::<Vec<_>>(), submissions);
        let mut values = Vec::new();
        for half in [first, second] {
            for record in Batches::new(half.build().bytes(), true).flat_map(|b| b.unwrap().records(0).unwrap()) {
                let record = record.unwrap();
                assert_eq!(record.headers.len(), 2);
                values.push((record.timestamp, record.value.unwrap().to_vec()));
            }
        }
        assert_eq!(values, (0..5_i64).map(|n| (n, n.to_be_bytes().to_vec())).collect::<Vec<_>>());
    }
}
