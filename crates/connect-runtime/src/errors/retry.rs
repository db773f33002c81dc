//! When a failed operation is tried again: `errors.retry.timeout` and `errors.retry.delay.max.ms`.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// The pause after the first failure; it doubles with each one.
const FIRST_DELAY_MS: u64 = 300;

/// How long and how often to try again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RetryPolicy {
    /// Zero for not at all, none for ever.
    timeout: Option<Duration>,
    delay_max: Duration,
}

impl RetryPolicy {
    /// Both in milliseconds; a negative timeout is without end.
    pub(crate) fn new(timeout_ms: i64, delay_max_ms: i64) -> Self {
        let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
        Self { timeout, delay_max: Duration::from_millis(u64::try_from(delay_max_ms).unwrap_or(0)) }
    }

    pub(crate) fn is_off(&self) -> bool {
        self.timeout == Some(Duration::ZERO)
    }

    /// The pause after the `attempt`th failure (from 1 on), so long after the first; none if the time is up.
    /// Beyond the longest allowed it is any shorter one, as `random` will have it.
    fn delay(&self, attempt: u32, elapsed: Duration, random: u64) -> Option<Duration> {
        let left = self.timeout.map(|timeout| timeout.saturating_sub(elapsed));
        if left.is_some_and(|left| left.is_zero()) {
            return None;
        }
        let doubled = FIRST_DELAY_MS.saturating_mul(1_u64.checked_shl(attempt.saturating_sub(1)).unwrap_or(u64::MAX));
        let delay = Duration::from_millis(doubled);
        let delay = if delay > self.delay_max { self.below_max(random) } else { delay };
        Some(left.map_or(delay, |left| delay.min(left)))
    }

    /// Never zero: an operation that fails for ever must not take all of the processor.
    fn below_max(&self, random: u64) -> Duration {
        let bound = u64::try_from(self.delay_max.as_millis()).unwrap_or(u64::MAX).max(1);
        Duration::from_millis((random % bound).max(1))
    }
}

/// The tries of one operation.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    failures: u32,
    /// Of the first failure.
    since: Option<Instant>,
}

impl Retries {
    /// How long to wait before the next try; none if there is none.
    pub(super) fn pause(&mut self, policy: &RetryPolicy) -> Option<Duration> {
        if policy.is_off() {
            return None;
        }
        self.failures = self.failures.saturating_add(1);
        let since = *self.since.get_or_insert_with(Instant::now);
        policy.delay(self.failures, since.elapsed(), RandomState::new().hash_one(self.failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_are_capped_and_end_at_the_deadline() {
        let ms = Duration::from_millis;
        for (timeout, cap, attempt, elapsed, random, want) in [
            (0, 60_000, 1, 0, 0, None),
            (10_000, 60_000, 1, 0, 7, Some(300)),
            (10_000, 60_000, 3, 900, 7, Some(1200)),
            (10_000, 60_000, 6, 9_300, 7, Some(700)), // cut to the deadline
            (10_000, 60_000, 6, 10_000, 7, None),
            (-1, 60_000, 9, 1_000_000, 61_234, Some(1234)), // beyond the cap: anything below
            (-1, 1000, 3, 0, 999, Some(999)),
            (-1, i64::MAX, 200, 0, u64::MAX, Some(u64::MAX % i64::MAX as u64)), // no overflow
            (-1, 0, 1, 0, 5, Some(1)),
        ] {
            let policy = RetryPolicy::new(timeout, cap);
            let delay = policy.delay(attempt, ms(elapsed), random);
            assert_eq!(delay, want.map(ms), "{timeout} {cap} {attempt} {elapsed}");
        }
    }
}
