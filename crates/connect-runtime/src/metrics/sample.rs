//! Values of the last minute, kept in a few windows of time.
//! Source: Apache Kafka, `SampledStat` and `Rate`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back sampled values reach: `metrics.num.samples` windows of `metrics.sample.window.ms` each.
#[derive(Debug, Clone, Copy)]
pub struct Windows {
    pub count: u32,
    pub length: Duration,
}

impl Default for Windows {
    fn default() -> Self {
        Self { count: 2, length: Duration::from_secs(30) }
    }
}

/// Beyond these limits windows would cost memory without end, or their length could not be computed.
const COUNT_MAX: u32 = 1000;
const LENGTH_MIN: Duration = Duration::from_millis(1);
const LENGTH_MAX: Duration = Duration::from_secs(366 * 24 * 3600);

/// What happened within one window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    start: Instant,
    pub count: u64,
    pub sum: f64,
    pub max: f64,
    pub min: f64,
}

/// The windows that still count, oldest first.
#[derive(Debug, Clone)]
pub(super) struct Samples {
    windows: Windows,
    kept: VecDeque<Window>,
}

impl Samples {
    pub(super) fn new(windows: Windows) -> Self {
        let length = windows.length.clamp(LENGTH_MIN, LENGTH_MAX);
        Self { windows: Windows { count: windows.count.clamp(1, COUNT_MAX), length }, kept: VecDeque::new() }
    }

    /// Notes `count` values whose sum and largest and smallest one are given.
    pub(super) fn record(&mut self, count: u64, sum: f64, (min, max): (f64, f64), now: Instant) {
        self.forget(now);
        if self.kept.back().is_none_or(|last| now.saturating_duration_since(last.start) >= self.windows.length) {
            let fresh = Window { start: now, count: 0, sum: 0.0, max: f64::NEG_INFINITY, min: f64::INFINITY };
            self.kept.push_back(fresh);
        }
        if let Some(window) = self.kept.back_mut() {
            window.count += count;
            window.sum += sum;
            (window.min, window.max) = (window.min.min(min), window.max.max(max));
        }
    }

    /// All that counts at `now`, as one window.
    pub(super) fn total(&mut self, now: Instant) -> Option<Window> {
        self.forget(now);
        self.kept.iter().copied().reduce(|all, window| Window {
            start: all.start,
            count: all.count + window.count,
            sum: all.sum + window.sum,
            max: all.max.max(window.max),
            min: all.min.min(window.min),
        })
    }

    /// The sum per second. Windows that are still to come before all but one are there count as full ones, so that a
    /// single early value is no spike.
    pub(super) fn per_second(&mut self, now: Instant) -> f64 {
        let Some(total) = self.total(now) else { return 0.0 };
        let elapsed = now.saturating_duration_since(total.start);
        let full = u32::try_from(elapsed.as_nanos() / self.windows.length.as_nanos()).unwrap_or(u32::MAX);
        let missing = (self.windows.count - 1).saturating_sub(full);
        let elapsed = (elapsed + self.windows.length.saturating_mul(missing)).max(self.windows.length);
        total.sum / elapsed.as_secs_f64()
    }

    fn forget(&mut self, now: Instant) {
        let age = self.windows.length * self.windows.count;
        while self.kept.front().is_some_and(|oldest| now.saturating_duration_since(oldest.start) >= age) {
            self.kept.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn samples() -> (Samples, Instant) {
        (Samples::new(Windows { count: 2, length: 30 * SECOND }), Instant::now())
    }

    #[test]
    fn old_values_are_forgotten() {
        let (mut samples, start) = samples();
        samples.record(1, 5.0, (5.0, 5.0), start);
        samples.record(1, 3.0, (3.0, 3.0), start + 31 * SECOND);
        let sums = [31, 59, 60, 90, 91].map(|at| samples.clone().total(start + at * SECOND).map(|total| total.sum));
        assert_eq!(sums, [Some(8.0), Some(8.0), Some(3.0), Some(3.0), None]);
        let total = samples.total(start + 40 * SECOND).unwrap();
        assert_eq!((total.count, total.min, total.max), (2, 3.0, 5.0));
    }

    #[test]
    fn any_configured_windows_will_do() {
        for (count, length) in [(0, Duration::ZERO), (u32::MAX, Duration::MAX), (u32::MAX, Duration::ZERO)] {
            let (mut samples, start) = (Samples::new(Windows { count, length }), Instant::now());
            for at in 0..5000 {
                samples.record(1, 1.0, (1.0, 1.0), start + at * Duration::from_millis(1));
            }
            assert!(samples.per_second(start + 5 * SECOND).is_finite() && samples.kept.len() <= 1000, "{count}");
        }
    }

    #[test]
    fn a_rate_is_over_whole_windows_at_first_and_over_what_has_passed_later() {
        let (mut samples, start) = samples();
        assert_eq!(samples.per_second(start), 0.0);
        samples.record(1, 300.0, (300.0, 300.0), start);
        assert_eq!(samples.per_second(start), 10.0);
        assert_eq!(samples.per_second(start + 20 * SECOND), 6.0);
        assert_eq!(samples.per_second(start + 30 * SECOND), 10.0);
        assert_eq!(samples.per_second(start + 50 * SECOND), 6.0);
        assert_eq!(samples.per_second(start + 60 * SECOND), 0.0);
    }
}
