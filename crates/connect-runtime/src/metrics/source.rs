//! `source-task-metrics`: what a source task polls and what of it gets to Kafka.

use std::time::{Duration, Instant};

use connect_core::TaskId;

use super::figures::Figures;
use super::registry::{Group, Reading, Tags, Told};
use super::sample::Windows;
use super::stat::{Meter, Spread};
use super::task::tags;

pub(crate) struct SourceTaskMetrics {
    tags: Tags,
    figures: Figures<Records>,
}

struct Records {
    polled: Meter,
    written: Meter,
    poll_time: Spread,
    active: f64,
    active_spread: Spread,
}

impl SourceTaskMetrics {
    pub(crate) fn new(id: &TaskId, windows: Windows) -> Self {
        let figures = Records {
            polled: Meter::new(windows),
            written: Meter::new(windows),
            poll_time: Spread::new(windows),
            active: 0.0,
            active_spread: Spread::new(windows),
        };
        Self { tags: tags(id), figures: Figures::new(figures) }
    }

    /// A poll has brought so many records.
    pub(crate) fn polled(&self, records: usize, took: Duration) {
        self.figures.with(|figures, now| {
            figures.polled.add(records as f64, now);
            figures.poll_time.add_millis(took, now);
            figures.change_active(records as f64, now);
        });
    }

    /// So many records are done with, of which so many are in Kafka.
    pub(crate) fn settled(&self, records: u64, written: u64) {
        if records == 0 {
            return;
        }
        self.figures.with(|figures, now| {
            figures.written.add(written as f64, now);
            figures.change_active(-(records as f64), now);
        });
    }

    /// Records polled, written, and active.
    #[cfg(test)]
    pub(crate) fn counted(&self) -> [f64; 3] {
        self.figures.with(|figures, _| [figures.polled.total, figures.written.total, figures.active])
    }
}

impl Records {
    fn change_active(&mut self, by: f64, now: Instant) {
        self.active = (self.active + by).max(0.0);
        self.active_spread.add(self.active, now);
    }
}

impl Group for SourceTaskMetrics {
    fn name(&self) -> &'static str {
        "source-task-metrics"
    }

    fn tell(&self, now: Instant) -> Vec<(Tags, Told)> {
        let told = self.figures.with(|figures, _| {
            vec![
                ("source-record-poll-total", Reading::Count(figures.polled.total)),
                ("source-record-poll-rate", Reading::Gauge(figures.polled.rate(now))),
                ("source-record-write-total", Reading::Count(figures.written.total)),
                ("source-record-write-rate", Reading::Gauge(figures.written.rate(now))),
                ("poll-batch-max-time-ms", Reading::Gauge(figures.poll_time.max(now))),
                ("poll-batch-avg-time-ms", Reading::Gauge(figures.poll_time.avg(now))),
                ("source-record-active-count", Reading::Gauge(figures.active)),
                ("source-record-active-count-max", Reading::Gauge(figures.active_spread.max(now))),
                ("source-record-active-count-avg", Reading::Gauge(figures.active_spread.avg(now))),
            ]
        });
        vec![(self.tags.clone(), told)]
    }
}
