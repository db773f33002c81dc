//! Pauses that grow: doubled after every failure up to a maximum, spread by a fifth so that clients do not march in step.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The pauses of one repeated action; made afresh, or [`reset`](Self::reset), when it succeeds.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    max: Duration,
    failures: u32,
}

impl Backoff {
    /// A row of pauses from `first` up to `max`, which has the last word, as in Java.
    pub fn new(first: Duration, max: Duration) -> Self {
        Backoff { first: first.min(max), max, failures: 0 }
    }

    /// The pause after one more failure.
    pub fn next_delay(&mut self) -> Duration {
        let pause = self.first.saturating_mul(1 << self.failures.min(20)).min(self.max);
        self.failures = self.failures.saturating_add(1);
        spread(pause)
    }

    /// The action succeeded: the next pause is the first one again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

fn spread(pause: Duration) -> Duration {
    // RandomState is seeded by the system and differs from call to call: enough to keep clients apart.
    let percent = 80 + RandomState::new().hash_one(0_u8) % 41;
    pause.saturating_mul(u32::try_from(percent).unwrap_or(100)) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_to_the_maximum_and_starts_over() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_millis(1000));
        for want in [100, 200, 400, 800, 1000, 1000] {
            let got = backoff.next_delay().as_millis();
            assert!((want * 80 / 100..=want * 120 / 100).contains(&got), "{got} for {want}");
        }
        backoff.reset();
        assert!(backoff.next_delay() <= Duration::from_millis(120));
    }
}
