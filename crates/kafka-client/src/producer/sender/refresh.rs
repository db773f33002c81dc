//! When a producer asks for metadata: on demand, and before what it has is too old.

use std::time::{Duration, Instant};

use crate::net::Backoff;

/// When the metadata is asked for again.
pub(in crate::producer) struct Refresh {
    pub(in crate::producer) wanted: bool,
    pub(super) under_way: bool,
    pub(super) not_before: Option<Instant>,
    pub(super) last: Instant,
    pub(super) backoff: Backoff,
}

impl Refresh {
    pub(super) fn new(backoff: Backoff) -> Self {
        Refresh { wanted: false, under_way: false, not_before: None, last: Instant::now(), backoff }
    }

    /// The given time, or sooner if metadata is wanted sooner.
    pub(super) fn wake_at(&self, other: Instant, now: Instant) -> Instant {
        match self.wanted && !self.under_way {
            true => other.min(self.not_before.unwrap_or(now)),
            false => other,
        }
    }

    pub(super) fn due(&self, now: Instant, max_age: Duration) -> bool {
        let paused = self.not_before.is_some_and(|not_before| not_before > now);
        let old = now.duration_since(self.last) >= max_age;
        !self.under_way && !paused && (self.wanted || old)
    }

    /// A picture that still lacks what is wanted is asked for again, but not at once.
    pub(super) fn done(&mut self, now: Instant) {
        self.backoff.reset();
        self.failed(now);
        self.wanted = false;
        self.last = now;
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.under_way = false;
        self.not_before = now.checked_add(self.backoff.next_delay());
    }
}
