//! When and how a sink task's offsets are committed.

use std::time::Duration;

use connect_api::{ConnectError, TopicOffsets, TopicPartition};
use tokio::time::Instant;

use super::positions::Positions;
use super::{SinkLoop, exiting};
use crate::dead_letters::DeadLetters;

/// The periods of commits, and the one under way.
pub(crate) struct CommitSchedule {
    interval: Duration,
    timeout: Duration,
    closing_timeout: Duration,
    next: Instant,
    under_way: Option<UnderWay>,
    /// The last one that took too long: its answer still counts until another one begins.
    late: Option<UnderWay>,
}

struct UnderWay {
    number: u64,
    offsets: TopicOffsets,
    started: Instant,
}

impl CommitSchedule {
    /// `interval` is `offset.flush.interval.ms`, `timeout` is `offset.flush.timeout.ms`; `closing_timeout` is for the last
    /// commit of a task that stops, and leaves it time to do so.
    pub(crate) fn new(interval: Duration, timeout: Duration, closing_timeout: Duration) -> Self {
        Self { interval, timeout, closing_timeout, next: Instant::now() + interval, under_way: None, late: None }
    }

    /// Nothing is left to hear of the commit under way: its partitions are given up.
    pub(super) fn forget(&mut self) {
        (self.under_way, self.late) = (None, None);
    }

    fn begin(&mut self, number: u64, offsets: TopicOffsets, started: Instant) {
        (self.under_way, self.late) = (Some(UnderWay { number, offsets, started }), None);
    }

    /// The next chance is taken to commit.
    pub(super) fn request(&mut self) {
        self.next = Instant::now();
    }

    /// How long nothing is to be done: until the next commit, or until the one under way has had its time.
    pub(super) fn until_due(&self, now: Instant) -> Duration {
        let due = self.under_way.as_ref().map_or(self.next, |commit| commit.started + self.timeout);
        due.saturating_duration_since(now)
    }

    fn is_due(&mut self, now: Instant) -> bool {
        if self.under_way.as_ref().is_some_and(|commit| now >= commit.started + self.timeout) {
            tracing::warn!("Commit of offsets timed out");
            self.late = self.under_way.take();
        }
        self.under_way.is_none() && now >= self.next
    }

    /// How long the commit took and whether it succeeded. The answer to one that another has overtaken changes nothing.
    pub(super) fn on_committed(
        &mut self,
        number: u64,
        result: Result<(), ConnectError>,
        positions: &mut Positions,
    ) -> Option<(Duration, bool)> {
        let is_it = |commit: &mut UnderWay| commit.number == number;
        let Some(commit) = self.under_way.take_if(is_it).or_else(|| self.late.take_if(is_it)) else {
            tracing::debug!("Received out of order commit callback for sequence number {number}");
            return None;
        };
        let ended = (commit.started.elapsed(), result.is_ok());
        match result {
            Ok(()) => positions.committed(&commit.offsets),
            Err(error) => tracing::error!("Commit of offsets threw an unexpected exception: {error}"),
        }
        Some(ended)
    }
}

impl SinkLoop {
    /// Begins a commit if it is time and none is under way.
    pub(super) async fn commit_if_due(&mut self) -> Result<(), ConnectError> {
        let now = Instant::now();
        let was_under_way = self.commits.under_way.is_some();
        let is_due = self.commits.is_due(now);
        if was_under_way && self.commits.under_way.is_none() {
            self.life.metrics.task.commit(self.commits.timeout, false);
        }
        if !is_due {
            return Ok(());
        }
        self.commits.next = now + self.commits.interval;
        let all = self.positions.partitions();
        let current = self.positions.committable(&all);
        if current.is_empty() {
            return Ok(());
        }
        let answer = self.task.pre_commit(&current).await;
        if let Some(error) = self.swallowed() {
            return Err(exiting(error));
        }
        // Behind `pre_commit`, in which the task may have reported more.
        if !self.letters_settled().await? {
            return Ok(());
        }
        match answer {
            Ok(offsets) => {
                let changes = self.positions.changes(&offsets, &current);
                if !changes.is_empty() {
                    let number = self.consumer.commit_async(&changes)?;
                    self.life.metrics.sink.committing(number);
                    self.commits.begin(number, changes, now);
                }
            }
            Err(error) => {
                self.life.metrics.task.commit(now.elapsed(), false);
                self.go_back(&error);
            }
        }
        Ok(())
    }

    /// None: the answer came too late to count.
    pub(super) fn count_commit(&self, ended: Option<(Duration, bool)>) {
        let metrics = &self.life.metrics;
        match ended {
            None => metrics.sink.commit_skipped(),
            Some((took, success)) => {
                metrics.task.commit(took, success);
                if success {
                    metrics.sink.committed(self.positions.active());
                }
            }
        }
    }

    /// Whether the records that are to be committed are in the dead letter queue, those of them that belong there.
    /// Otherwise the next commit asks again.
    /// # Errors
    /// One of them cannot be written.
    async fn letters_settled(&mut self) -> Result<bool, ConnectError> {
        let Some(letters) = self.conversion.errors.dead_letters() else { return Ok(true) };
        let settled = self.life.stop.run_until_cancelled(letters.settled(self.commits.timeout)).await.transpose()?;
        if settled == Some(false) {
            tracing::warn!("The dead letter queue was not written in time; offsets will be committed later");
        }
        Ok(settled == Some(true))
    }

    /// # Errors
    /// A record is neither delivered nor in the dead letter queue, and never will be.
    pub(super) fn check_letters(&self) -> Result<(), ConnectError> {
        self.conversion.errors.dead_letters().map_or(Ok(()), DeadLetters::check)
    }

    fn go_back(&mut self, error: &ConnectError) {
        tracing::error!("Offset commit failed, rewinding to last committed offsets: {}", error.trace());
        self.retry = None;
        for (partition, offset) in self.positions.rewind_to_committed() {
            self.consumer.seek(&partition, offset);
        }
        if self.positions.is_holding() {
            let flowing = self.positions.release();
            self.consumer.resume(&flowing);
        }
    }

    /// Commits `partitions` before they are given up. Failures are logged: the records will be delivered again.
    /// # Errors
    /// The task has reported a record that is not tolerated, or a dead letter cannot be written; nothing is committed.
    pub(super) async fn commit_now(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let begun = Instant::now();
        let deadline = begun + self.commits.closing_timeout;
        let current = self.positions.committable(partitions);
        let answer = self.task.pre_commit(&current).await;
        if let Some(error) = self.swallowed() {
            return Err(exiting(error));
        }
        if let Some(letters) = self.conversion.errors.dead_letters()
            && !letters.settled(deadline.saturating_duration_since(Instant::now())).await?
        {
            tracing::error!("The dead letter queue was not written in time; no offsets are committed");
            return Ok(());
        }
        let changes = match answer {
            Ok(offsets) => self.positions.changes(&offsets, &current),
            Err(error) => {
                tracing::error!("Offset commit failed during close: {}", error.trace());
                return Ok(());
            }
        };
        if changes.is_empty() {
            return Ok(());
        }
        let committed = tokio::time::timeout_at(deadline, self.consumer.commit(&changes)).await;
        let success = matches!(committed, Ok(Ok(())));
        match committed {
            Ok(Ok(())) => self.positions.committed(&changes),
            Ok(Err(error)) => tracing::error!("Commit of offsets threw an unexpected exception during close: {error}"),
            Err(_) => tracing::error!("Commit of offsets timed out during close"),
        }
        self.count_commit(Some((begun.elapsed(), success)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::at;

    #[tokio::test(start_paused = true)]
    async fn a_late_answer_counts_until_another_commit_begins() {
        let second = Duration::from_secs(1);
        for (overtaken, want) in [(false, 5), (true, 0)] {
            let mut positions = Positions::default();
            positions.assign(at("t", 0), 0);
            let mut schedule = CommitSchedule::new(second * 3, second, second);
            let offsets = TopicOffsets::from([(at("t", 0), 5)]);
            schedule.begin(1, offsets.clone(), Instant::now());
            tokio::time::sleep(second * 2).await;
            assert!(!schedule.is_due(Instant::now()), "it has timed out, but the next one is not due");
            if overtaken {
                schedule.begin(2, offsets, Instant::now());
            }
            let ended = schedule.on_committed(1, Ok(()), &mut positions);
            assert_eq!(ended, (!overtaken).then_some((second * 2, true)));
            assert_eq!(positions.rewind_to_committed(), TopicOffsets::from([(at("t", 0), want)]), "{overtaken}");
            assert_eq!(schedule.under_way.is_some(), overtaken);
        }
    }
}
