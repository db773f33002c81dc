//! Which partition a record goes to when it does not say: by its key, or, without one, wherever the open batch is.

use std::hash::{BuildHasher, RandomState};

/// The partition of a key: the same as Java's default partitioner. `partitions` is at least 1.
pub fn partition_for_key(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & 0x7fff_ffff) % partitions.max(1)
}

/// MurmurHash2 with the seed that Kafka uses. Source: Apache Kafka, `Utils.murmur2`.
pub fn murmur2(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let length = data.len() as u32; // Java's lengths are ints: the hash wraps as theirs does
    let mut hash = 0x9747_b28c_u32 ^ length;
    let (words, tail) = data.as_chunks::<4>();
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !tail.is_empty() {
        let last = tail.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        hash = (hash ^ last).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ hash >> 15
}

/// Who chooses the partition of a record that names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partitioner {
    /// Java's default: by the key; without one, a partition at a time.
    #[default]
    BuiltIn,
    /// Java's `RoundRobinPartitioner`: each record goes to the next partition that has a leader, whatever its key.
    RoundRobin,
}

/// The partition that keyless records go to until its batch is full, or it got `batch.size` bytes in several batches.
#[derive(Debug)]
pub(super) struct Sticky {
    current: usize,
    taken: usize,
    seed: u64,
}

impl Sticky {
    pub(super) fn new() -> Self {
        let mut sticky = Sticky { current: 0, taken: 0, seed: RandomState::new().hash_one(0_u8) | 1 };
        sticky.current = sticky.random();
        sticky
    }

    /// The current choice among `choices` partitions.
    pub(super) fn current(&self, choices: usize) -> usize {
        self.current % choices.max(1)
    }

    /// Counts the bytes of a record that went to the current choice.
    pub(super) fn took(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(bytes);
    }

    /// Whether the current choice got its share. A batch that is still open is not left half full, unless it lasts.
    /// Source: Apache Kafka, `BuiltInPartitioner.updatePartitionInfo`.
    pub(super) fn is_used_up(&self, batch_size: usize, begins_batch: bool) -> bool {
        let share = batch_size.max(1);
        self.taken >= if begins_batch { share } else { share.saturating_mul(2) }
    }

    /// Another choice, if there is one.
    pub(super) fn switch(&mut self, choices: usize) {
        let others = choices.saturating_sub(1).max(1);
        self.taken = 0;
        self.current = (self.current(choices) + 1 + self.random() % others) % choices.max(1);
    }

    /// A choice with chances that shrink with the batches that wait for it, none where it has no number; all alike,
    /// another choice than before. Source: Apache Kafka, `BuiltInPartitioner.updatePartitionLoadStats`.
    pub(super) fn switch_by_load(&mut self, waiting: &[Option<usize>]) {
        let most = waiting.iter().copied().flatten().max().unwrap_or(0);
        if waiting.iter().all(|count| *count == Some(most)) {
            return self.switch(waiting.len());
        }
        let chances = |count: &Option<usize>| count.map_or(0, |count| most + 1 - count);
        let mut draw = self.random() % waiting.iter().map(chances).sum::<usize>().max(1);
        self.taken = 0;
        for (choice, count) in waiting.iter().enumerate() {
            match draw.checked_sub(chances(count)) {
                None => return self.current = choice,
                Some(rest) => draw = rest,
            }
        }
    }

    fn random(&mut self) -> usize {
        // xorshift64: enough to spread batches
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        (self.seed >> 33) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_java_does() {
        for (key, want) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(key.as_bytes()) as i32, want, "{key}");
        }
    }

    #[test]
    fn the_more_wait_the_less_come() {
        let mut sticky = Sticky::new();
        let mut seen = [0; 4];
        for _ in 0..6_000 {
            sticky.switch_by_load(&[Some(9), Some(0), Some(5), None]); // chances 1, 10, 5 and 0
            seen[sticky.current(4)] += 1;
        }
        assert_eq!(seen[3], 0);
        assert!((200..600).contains(&seen[0]) && (3_200..4_300).contains(&seen[1]), "{seen:?}");
        let before = sticky.current(3);
        sticky.switch_by_load(&[Some(4); 3]);
        assert_ne!(sticky.current(3), before);
        sticky.switch_by_load(&[]);
    }

    #[test]
    fn sticky_moves_to_another_partition() {
        let mut sticky = Sticky::new();
        let mut seen = [0; 5];
        for _ in 0..500 {
            let before = sticky.current(5);
            sticky.switch(5);
            assert_ne!(sticky.current(5), before);
            seen[sticky.current(5)] += 1;
        }
        assert!(seen.iter().all(|count| *count > 40), "{seen:?}");
        for (taken, begins_batch, want) in
            [(99, true, false), (100, true, true), (100, false, false), (200, false, true)]
        {
            sticky.switch(5);
            sticky.took(taken);
            assert_eq!(sticky.is_used_up(100, begins_batch), want, "{taken} {begins_batch}");
        }
        sticky.switch(1);
        assert_eq!(sticky.current(1), 0);
        assert_eq!(sticky.current(0), 0);
    }
}
