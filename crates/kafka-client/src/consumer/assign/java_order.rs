//! The order in which Java walks through its hash maps. The sticky assignors break ties by it, so their choice can only be
//! repeated in the same order.
//!
//! Left out: a bucket of eight and more keys, which Java turns into a tree; with a hundred members it is one case in millions.

use std::cmp::Ordering;

/// `String.hashCode`.
pub(super) fn hash_text(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `TopicPartition.hashCode`.
pub(super) fn hash_partition(topic: &str, partition: i32) -> i32 {
    31i32.wrapping_add(partition).wrapping_mul(31).wrapping_add(hash_text(topic))
}

/// `String.compareTo`: by UTF-16 units.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// The buckets of a hash table that has held at most `len_max` keys at once and was made without a size.
pub(super) fn capacity(len_max: usize) -> usize {
    let mut capacity = 16;
    while len_max > capacity / 4 * 3 {
        capacity *= 2;
    }
    capacity
}

/// The bucket of a key; within one, keys stand in the order in which they came.
pub(super) fn bucket(hash: i32, capacity: usize) -> usize {
    let hash = hash.cast_unsigned();
    (hash ^ (hash >> 16)) as usize & (capacity - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_javas() {
        for (text, hash) in [("", 0), ("orders", -1008770331), ("consumer-g-1", -842033676), ("\u{1f600}", 1772899)] {
            assert_eq!(hash_text(text), hash, "{text}");
        }
        assert_eq!(hash_partition("orders", 3), -1008770331 + 31 * 34);
        assert_eq!([0, 12, 13, 24, 25].map(capacity), [16, 16, 32, 32, 64]);
    }
}
