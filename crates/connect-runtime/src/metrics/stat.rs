//! The kinds of figures that metrics are made of.

use std::time::{Duration, Instant};

use super::sample::{Samples, Windows};

/// How much in all, and how much a second of late.
#[derive(Debug)]
pub(super) struct Meter {
    pub(super) total: f64,
    samples: Samples,
}

impl Meter {
    pub(super) fn new(windows: Windows) -> Self {
        Self { total: 0.0, samples: Samples::new(windows) }
    }

    pub(super) fn add(&mut self, amount: f64, now: Instant) {
        self.total += amount;
        self.samples.record(1, amount, (amount, amount), now);
    }

    pub(super) fn rate(&mut self, now: Instant) -> f64 {
        self.samples.per_second(now)
    }
}

/// The largest, smallest and average value of late; not a number while there is none.
#[derive(Debug)]
pub(super) struct Spread {
    samples: Samples,
}

impl Spread {
    pub(super) fn new(windows: Windows) -> Self {
        Self { samples: Samples::new(windows) }
    }

    pub(super) fn add(&mut self, value: f64, now: Instant) {
        self.samples.record(1, value, (value, value), now);
    }

    pub(super) fn add_millis(&mut self, took: Duration, now: Instant) {
        self.add(took.as_secs_f64() * 1e3, now);
    }

    pub(super) fn max(&mut self, now: Instant) -> f64 {
        self.samples.total(now).map_or(f64::NAN, |total| total.max)
    }

    pub(super) fn avg(&mut self, now: Instant) -> f64 {
        self.samples.total(now).map_or(f64::NAN, |total| total.sum / total.count as f64)
    }
}

/// Which share of the tries of late succeeded, and which failed: 0 to 1, both 0 while there was none.
#[derive(Debug)]
pub(super) struct Share {
    /// A success counts as 1, a failure as 0.
    samples: Samples,
}

impl Share {
    pub(super) fn new(windows: Windows) -> Self {
        Self { samples: Samples::new(windows) }
    }

    pub(super) fn add(&mut self, success: bool, now: Instant) {
        let value = f64::from(u8::from(success));
        self.samples.record(1, value, (value, value), now);
    }

    /// Of successes and failures.
    pub(super) fn shares(&mut self, now: Instant) -> (f64, f64) {
        let Some(total) = self.samples.total(now) else { return (0.0, 0.0) };
        let successes = total.sum / total.count as f64;
        (successes, 1.0 - successes)
    }
}

/// How long something has been in each of `N` states, one of them at a time.
#[derive(Debug)]
pub(super) struct Timeline<const N: usize> {
    spent: [Duration; N],
    state: usize,
    since: Instant,
}

impl<const N: usize> Timeline<N> {
    pub(super) fn new(state: usize, now: Instant) -> Self {
        Self { spent: [Duration::ZERO; N], state, since: now }
    }

    pub(super) fn change(&mut self, state: usize, now: Instant) {
        self.settle(now);
        self.state = state;
    }

    /// The share of its life that it has spent in `state`, 0 to 1.
    pub(super) fn ratio(&mut self, state: usize, now: Instant) -> f64 {
        self.settle(now);
        let life: Duration = self.spent.iter().sum();
        let spent = self.spent.get(state).copied().unwrap_or_default();
        if life.is_zero() { 0.0 } else { spent.as_secs_f64() / life.as_secs_f64() }
    }

    fn settle(&mut self, now: Instant) {
        if let Some(spent) = self.spent.get_mut(self.state) {
            *spent += now.saturating_duration_since(self.since);
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn meters_count_and_spreads_spread() {
        let start = Instant::now();
        let (mut meter, mut spread) = (Meter::new(Windows::default()), Spread::new(Windows::default()));
        assert!(spread.max(start).is_nan() && spread.avg(start).is_nan());
        for (value, at) in [(10.0, 0), (20.0, 1), (60.0, 90)] {
            meter.add(value, start + at * SECOND);
            spread.add(value, start + at * SECOND);
        }
        let now = start + 90 * SECOND;
        assert_eq!((meter.total, meter.rate(now)), (90.0, 2.0));
        assert_eq!((spread.max(now), spread.avg(now)), (60.0, 60.0));
    }

    #[test]
    fn shares_are_of_all_tries() {
        let now = Instant::now();
        let mut share = Share::new(Windows::default());
        assert_eq!(share.shares(now), (0.0, 0.0));
        [true, true, true, false].into_iter().for_each(|success| share.add(success, now));
        assert_eq!(share.shares(now), (0.75, 0.25));
        assert_eq!(share.shares(now + 60 * SECOND), (0.0, 0.0));
    }

    #[test]
    fn a_timeline_has_ratios() {
        let start = Instant::now();
        let mut line = Timeline::<3>::new(0, start);
        assert_eq!(line.ratio(0, start), 0.0);
        line.change(1, start + SECOND);
        line.change(2, start + 3 * SECOND);
        let ratios = [0, 1, 2, 7].map(|state| line.ratio(state, start + 4 * SECOND));
        assert_eq!(ratios, [0.25, 0.5, 0.25, 0.0]);
    }
}
