//! How long the first batch of a transaction is held back after the end of the last one.
//!
//! EndTxn is answered before the last transaction's markers are in its partitions. A broker to which a batch of the next
//! one comes too early waits `add.partitions.to.txn.retry.backoff.ms` (20 ms) before it asks the coordinator again; a
//! batch that comes a few milliseconds later is stored at once. How many is learnt from the answers: too short a hold
//! shows as a late answer and lengthens the next one, each answer in time shortens it a little.

use std::time::{Duration, Instant};

/// An answer that is so much later than the quickest one met markers under way.
const LATE: Duration = Duration::from_millis(15);
/// The shortest hold that is worth a timer.
const SHORTEST: Duration = Duration::from_millis(1);
/// Where a longer hold costs as much as the broker's own.
const LONGEST: Duration = Duration::from_millis(12);
/// Transactions without a hold after holds up to the longest did not help: the answers are late for another reason.
const REST: u32 = 200;

#[derive(Debug, Default)]
pub(super) struct Settling {
    hold: Duration,
    /// When the last transaction ended.
    ended: Option<Instant>,
    /// When this one's first batch went out, until its answer is there; and how long after the end that was.
    sent: Option<(Instant, Duration)>,
    quickest: Option<Duration>,
    rest: u32,
}

impl Settling {
    pub(super) fn ended(&mut self, now: Instant) {
        (self.ended, self.sent) = (Some(now), None);
    }

    /// Before when the first batch is not to be sent.
    pub(super) fn until(&self) -> Option<Instant> {
        self.ended.filter(|_| !self.hold.is_zero()).and_then(|ended| ended.checked_add(self.hold))
    }

    pub(super) fn sent(&mut self, now: Instant) {
        self.sent = self.ended.map(|ended| (now, now.saturating_duration_since(ended)));
    }

    pub(super) fn answered(&mut self, now: Instant) {
        let Some((sent, gap)) = self.sent.take() else { return };
        let took = now.saturating_duration_since(sent);
        // The quickest one fades, so that a network that has become slower is not taken for markers for ever.
        let quickest = self.quickest.map_or(took, |quickest| took.min(quickest + quickest / 64));
        self.quickest = Some(quickest);
        self.rest = self.rest.saturating_sub(1);
        match took > quickest + LATE {
            true if self.rest == 0 && gap < LONGEST => self.lengthen(gap),
            true => {}
            false => self.shorten(),
        }
    }

    fn lengthen(&mut self, gap: Duration) {
        let longer = self.hold.max(gap).max(SHORTEST) * 3 / 2;
        (self.hold, self.rest) = if longer > LONGEST { (Duration::ZERO, REST) } else { (longer, 0) };
    }

    fn shorten(&mut self) {
        self.hold -= self.hold / 64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Transactions back to back on a broker that needs `markers` to complete one and `trip` to answer: how long their
    /// first batches took in all, from the end of the last transaction on.
    fn run(settling: &mut Settling, transactions: u32, markers: u64, trip: u64) -> Duration {
        let (markers, trip, step) =
            (Duration::from_millis(markers), Duration::from_millis(trip), Duration::from_millis(20));
        let (mut now, start) = (Instant::now(), Instant::now());
        for _ in 0..transactions {
            let ended = now;
            settling.ended(ended);
            now = now.max(settling.until().unwrap_or(now));
            settling.sent(now);
            let mut looked = now;
            while looked < ended + markers {
                looked += step;
            }
            now = looked + trip;
            settling.answered(now);
        }
        now - start
    }

    #[test]
    fn batches_come_when_the_markers_are_written() {
        for (markers, most) in [(0, 200), (1, 500), (3, 900), (5, 1_100), (7, 1_500)] {
            let mut settling = Settling::default();
            // Quick once, so that late is known from quick.
            run(&mut settling, 1, 0, 2);
            let took = run(&mut settling, 100, markers, 2);
            assert!(took <= Duration::from_millis(most), "{took:?} for markers of {markers} ms");
        }
    }

    #[test]
    fn who_is_late_for_another_reason_is_not_held_back() {
        let mut settling = Settling::default();
        run(&mut settling, 1, 0, 2);
        let took = run(&mut settling, 300, 0, 30);
        assert!(took <= Duration::from_millis(300 * 30 + 100), "{took:?}");
    }

    #[test]
    fn a_hold_ends_when_nothing_is_gained_by_it() {
        let mut settling = Settling::default();
        run(&mut settling, 1, 0, 2);
        run(&mut settling, 100, 8, 2);
        let took = run(&mut settling, 400, 0, 2);
        assert!(took <= Duration::from_millis(400 * 2 + 800), "{took:?}");
        assert!(settling.until().is_none_or(|until| until <= settling.ended.unwrap() + Duration::from_millis(1)));
    }
}
