//! The iteration order of `java.util.HashMap<String, _>`: by bucket, within a bucket by insertion.
//! Java turns crowded buckets (nine keys and more in one) into trees; their order is not reproduced.

use super::hash_code;

/// Keys of one bucket from which on Java grows a small table, or makes a tree.
const TREEIFY_THRESHOLD: usize = 8;
/// The smallest table that has trees.
const MIN_TREEIFY_CAPACITY: usize = 64;

/// The order in which a `new HashMap<>()` iterates over distinct keys that were put in the given order: indices of `keys`.
pub fn hash_map_order<S: AsRef<str>>(keys: &[S]) -> Vec<usize> {
    hash_map_order_from(keys, 16)
}

/// As [`hash_map_order`], for a map whose table begins with `capacity` buckets (rounded up to a power of two);
/// `new HashMap<>(other)` begins with more than 4/3 of the other's size.
pub fn hash_map_order_from<S: AsRef<str>>(keys: &[S], capacity: usize) -> Vec<usize> {
    let hashes: Vec<u32> = keys.iter().map(|key| spread(hash_code(key.as_ref()))).collect();
    let capacity = final_capacity(&hashes, capacity.clamp(1, 1 << 30).next_power_of_two());
    let mask = capacity as u32 - 1;
    let mut order: Vec<usize> = (0..keys.len()).collect();
    // Growing splits a bucket in two and keeps the order of each half, so only the last table counts.
    order.sort_by_key(|&at| hashes[at] & mask);
    order
}

fn spread(hash: i32) -> u32 {
    let hash = hash as u32;
    hash ^ (hash >> 16)
}

/// The size of the table after all keys were put: doubled when three quarters full, and while it is small
/// when one bucket gets crowded.
fn final_capacity(hashes: &[u32], initial: usize) -> usize {
    let mut capacity = initial;
    for (size, &hash) in hashes.iter().enumerate() {
        if capacity < MIN_TREEIFY_CAPACITY {
            let mask = capacity as u32 - 1;
            let crowd = hashes[..size].iter().filter(|&&other| other & mask == hash & mask).count();
            capacity <<= usize::from(crowd >= TREEIFY_THRESHOLD);
        }
        capacity <<= usize::from(size + 1 > capacity / 4 * 3 + capacity % 4 * 3 / 4);
    }
    capacity
}
