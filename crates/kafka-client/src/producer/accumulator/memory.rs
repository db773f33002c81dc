//! What batches cost until they are settled: memory, and the wait of those who flush.

use super::Accumulator;

impl Accumulator {
    /// Closes every open batch; the returned generation is settled when all records appended before are.
    pub(in crate::producer) fn seal_all(&mut self) -> u64 {
        for slot in self.active.clone() {
            self.seal(slot);
        }
        self.changed = true;
        self.generation += 1;
        self.generation - 1
    }

    pub(in crate::producer) fn is_settled(&self, generation: u64) -> bool {
        self.unsettled.first_key_value().is_none_or(|(oldest, _)| *oldest > generation)
    }

    /// One batch became two.
    pub(in crate::producer) fn added(&mut self, generation: u64) {
        *self.unsettled.entry(generation).or_default() += 1;
    }

    /// A batch is settled: gives its memory back.
    pub(in crate::producer) fn settled(&mut self, generation: u64, charged: usize) {
        self.release(charged);
        if let Some(count) = self.unsettled.get_mut(&generation) {
            *count -= 1;
            if *count == 0 {
                self.unsettled.remove(&generation);
            }
        }
    }

    /// Gives back a part of a batch's memory: it was compressed.
    pub(in crate::producer) fn release(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes);
        if self.has_room() {
            self.wanted = None;
        }
    }

    /// Whether the record that was refused last would fit now.
    pub(in crate::producer) fn has_room(&self) -> bool {
        let wanted = self.wanted.unwrap_or(0);
        self.used == 0 || self.used.saturating_add(wanted) <= self.config.buffer_memory
    }
}
