//! What a task is told while it runs, and what it says of itself.
//! ```text
//! Worker ─▶ TaskControl: stop, target state ─▶ TaskLife ─▶ loops        TaskLife: status ─▶ SupervisedTask ─▶ herder
//! ```

use std::future::pending;
use std::sync::{Arc, OnceLock};

use connect_api::StopToken;
use connect_core::herder::{Status, TargetState};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::metrics::TaskGroups;

/// The worker's end: tells the task what to do.
pub(crate) struct TaskControl {
    stop: StopToken,
    stopped_at: Arc<OnceLock<Instant>>,
    target: watch::Sender<TargetState>,
}

/// The last state that the task has told; none before it runs.
pub(crate) type ToldStatus = watch::Receiver<Option<Status>>;

/// The task's end.
pub(crate) struct TaskLife {
    pub(crate) stop: StopToken,
    stopped_at: Arc<OnceLock<Instant>>,
    target: watch::Receiver<TargetState>,
    status: watch::Sender<Option<Status>>,
    /// Where the task counts what it does.
    pub(crate) metrics: TaskGroups,
}

/// The ends of one new task.
pub(crate) fn begin(target: TargetState, metrics: TaskGroups) -> (TaskControl, TaskLife, ToldStatus) {
    let stop = StopToken::new();
    let (told, target) = watch::channel(target);
    let (status, told_status) = watch::channel(None);
    let stopped_at = Arc::default();
    let control = TaskControl { stop: stop.clone(), stopped_at: Arc::clone(&stopped_at), target: told };
    (control, TaskLife { stop, stopped_at, target, status, metrics }, told_status)
}

impl TaskControl {
    pub(crate) fn stop_token(&self) -> &StopToken {
        &self.stop
    }

    /// Tells the task to end; its grace counts from now.
    pub(crate) fn stop(&self) {
        self.stopped_at.get_or_init(Instant::now);
        self.stop.cancel();
    }

    /// The task follows as soon as it comes to it.
    pub(crate) fn set_target(&self, target: TargetState) {
        self.target.send_replace(target);
    }
}

impl TaskLife {
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// When the task was told to end; none if it was not.
    pub(crate) fn stopped_at(&self) -> Option<Instant> {
        self.stopped_at.get().copied()
    }

    pub(crate) fn is_paused(&self) -> bool {
        *self.target.borrow() == TargetState::Paused
    }

    /// Ends when the task should be paused, or should not be. Cancel-safe.
    pub(crate) async fn until_paused_is(&mut self, paused: bool) {
        if self.target.wait_for(|target| (*target == TargetState::Paused) == paused).await.is_err() {
            // Nobody is left to change it.
            pending().await
        }
    }

    pub(crate) fn tell(&self, status: Status) {
        self.metrics.task.status(status);
        self.status.send_replace(Some(status));
    }

    /// A task that is paused from the beginning waits before it starts. Says whether it is to start at all.
    pub(crate) async fn may_start(&mut self) -> bool {
        if self.is_paused() {
            self.tell(Status::Paused);
            let stop = self.stop.clone();
            stop.run_until_cancelled(self.until_paused_is(false)).await;
        }
        *self.target.borrow() != TargetState::Stopped && !self.is_stopping()
    }
}
