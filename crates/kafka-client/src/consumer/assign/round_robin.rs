//! The round-robin assignor: all partitions in order, each to the next member that reads its topic.
//!
//! Source: Apache Kafka, `RoundRobinAssignor`.

use super::input::{Input, Owners};

pub(super) fn assign(input: &Input<'_>) -> Owners {
    let (turn, mut owners) = (input.in_turn(), input.no_owners());
    let mut next = 0;
    for slot in input.slots() {
        // Every topic of the input is read by somebody: a full round finds a reader.
        let reads = |place: &usize| input.members[turn[place % turn.len()]].topics.contains(&slot.topic);
        let Some(place) = (next..next + turn.len()).find(reads) else { continue };
        owners[turn[place % turn.len()]].push(slot);
        next = (place + 1) % turn.len();
    }
    owners
}
