//! `throughput`: at most so many records a second, counted from the start of the task.

use std::time::Duration;

use connect_api::StopToken;
use tokio::time::Instant;

/// How many records one poll returns at most.
pub(crate) const BATCH_MAX: usize = 1_000;
/// How long one poll waits at most, so that pause and commits are seen.
pub(crate) const WAIT_MAX: Duration = Duration::from_millis(500);

/// Lets as many records pass as keep the mean since its start at or below a rate. A task that was held up catches up.
#[derive(Debug)]
pub(crate) struct Throttle {
    start: Instant,
    /// Below zero: as many as can be. Zero: the first record, and no other.
    per_second: f64,
}

impl Throttle {
    pub(crate) fn new(per_second: i64) -> Self {
        Self { start: Instant::now(), per_second: per_second as f64 }
    }

    /// How many records may be sent now, after `sent`; at most [`BATCH_MAX`].
    pub(crate) fn due(&self, sent: u64) -> usize {
        if self.per_second < 0.0 {
            return BATCH_MAX;
        }
        // The record with this number may be sent as well: the first one at once. The cast is cut off at 64 bits.
        let number = (self.start.elapsed().as_secs_f64() * self.per_second) as u64;
        let due = number.saturating_add(1).saturating_sub(sent);
        usize::try_from(due).map_or(BATCH_MAX, |due| due.min(BATCH_MAX))
    }

    /// Waits until the next record may be sent, for [`WAIT_MAX`] or until stopped.
    pub(crate) async fn wait(&self, sent: u64, stop: &StopToken) {
        let at = Duration::try_from_secs_f64(sent as f64 / self.per_second).unwrap_or(Duration::MAX);
        pause(at.saturating_sub(self.start.elapsed()), stop).await;
    }
}

/// Waits for `time`, but not longer than [`WAIT_MAX`] or until stopped.
pub(crate) async fn pause(time: Duration, stop: &StopToken) {
    stop.run_until_cancelled(tokio::time::sleep(time.min(WAIT_MAX))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn keeps_the_mean_at_the_rate() {
        for (rate, after_ms, sent, want) in [
            (-1, 0, 0, BATCH_MAX),
            (-1, 0, u64::MAX, BATCH_MAX),
            (i64::MIN, 0, 0, BATCH_MAX),
            (0, 0, 0, 1), // as in Java, where 0 records in no time are not too many
            (0, 60_000, 1, 0),
            (10, 0, 0, 1),
            (10, 0, 1, 0),
            (10, 99, 1, 0),
            (10, 100, 1, 1),
            (10, 1_000, 1, 10),
            (10, 1_000, 11, 0),
            (10, 1_000_000, 1, BATCH_MAX), // catches up, batch by batch
            (i64::MAX, 1, 0, BATCH_MAX),
            (i64::MAX, 10_000_000, u64::MAX, 0),
        ] {
            let throttle = Throttle::new(rate);
            tokio::time::advance(Duration::from_millis(after_ms)).await;
            assert_eq!(throttle.due(sent), want, "{rate}/s after {after_ms} ms and {sent} records");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_the_next_record_but_not_long() {
        for (rate, sent, want_ms) in [(10, 1, 100), (1, 1, 500), (0, 1, 500), (1_000_000, 5, 1)] {
            let (throttle, before) = (Throttle::new(rate), Instant::now());
            throttle.wait(sent, &StopToken::new()).await;
            assert_eq!(before.elapsed().as_millis(), want_ms, "{rate}/s after {sent} records");
        }
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait() {
        let stop = StopToken::new();
        stop.cancel();
        let before = Instant::now();
        Throttle::new(0).wait(1, &stop).await;
        assert!(before.elapsed() < WAIT_MAX);
    }
}
