//! One running task: watched until it ends, by itself, by a panic, or because it was told to.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, StopToken};
use connect_core::TaskId;
use connect_core::herder::{Event, Status};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::life::ToldStatus;
use crate::metrics::TaskMetrics;

/// How long an aborted task has to reach its next `await`.
const ABORT_PATIENCE: Duration = Duration::from_millis(500);

/// A task on the data runtime.
pub(crate) struct SupervisedTask {
    pub(crate) id: TaskId,
    pub(crate) version: Option<String>,
    pub(crate) running: JoinHandle<Result<(), ConnectError>>,
    /// What the task says of itself while it runs.
    pub(crate) told: ToldStatus,
    pub(crate) stop: StopToken,
    /// How long the task may take to end after `stop`.
    pub(crate) grace: Duration,
    pub(crate) events: mpsc::Sender<Event>,
    pub(crate) metrics: Arc<TaskMetrics>,
}

type Ended = Result<Result<(), ConnectError>, JoinError>;

impl SupervisedTask {
    /// Reports what the task says of itself, waits for its end, and reports its last state; of one that had to be
    /// cancelled nothing more.
    pub(crate) async fn watch(mut self) {
        if let Some(ended) = self.ended().await {
            let (status, trace) = self.last_state(ended);
            self.metrics.status(status);
            self.report(status, trace).await;
        }
    }

    /// None if it did not end in time.
    async fn ended(&mut self) -> Option<Ended> {
        let (stop, grace) = (self.stop.clone(), self.grace);
        let late = async move {
            stop.cancelled().await;
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            ended = self.report_until_end() => Some(ended),
            () = late => {
                self.cancel().await;
                None
            }
        }
    }

    async fn report_until_end(&mut self) -> Ended {
        // Only the last state counts: those that came and went meanwhile are passed over.
        while self.told.changed().await.is_ok() {
            let status = *self.told.borrow_and_update();
            if let Some(status) = status {
                self.report(status, None).await;
            }
        }
        (&mut self.running).await
    }

    /// A task that blocks its thread does not notice; nobody waits for it longer.
    async fn cancel(&mut self) {
        let (id, grace) = (&self.id, self.grace.as_millis());
        tracing::error!("Graceful stop of task {id} failed: it did not end within {grace} ms");
        self.running.abort();
        drop(tokio::time::timeout(ABORT_PATIENCE, &mut self.running).await);
    }

    fn last_state(&self, ended: Ended) -> (Status, Option<String>) {
        match ended {
            Ok(Ok(())) => (Status::Unassigned, None),
            Ok(Err(error)) if self.stop.is_cancelled() => {
                tracing::warn!("Task {} failed while it was stopping: {}", self.id, error.trace());
                (Status::Unassigned, None)
            }
            Ok(Err(error)) => self.failed(&error),
            Err(error) if error.is_panic() && self.stop.is_cancelled() => {
                tracing::warn!("Task {} panicked while it was stopping", self.id);
                (Status::Unassigned, None)
            }
            Err(error) if error.is_panic() => self.failed(&panicked(&*error.into_panic())),
            Err(_) => (Status::Unassigned, None),
        }
    }

    fn failed(&self, error: &ConnectError) -> (Status, Option<String>) {
        let (id, trace) = (&self.id, error.trace());
        tracing::error!(
            "{id} Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted: {trace}"
        );
        (Status::Failed, Some(trace))
    }

    async fn report(&self, status: Status, trace: Option<String>) {
        let (id, version) = (self.id.clone(), self.version.clone());
        // The herder has gone: nobody is left to ask.
        drop(self.events.send(Event::TaskChanged { id, status, version, trace }).await);
    }
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> ConnectError {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    ConnectError::connect(format!("The task panicked: {}", text.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use connect_core::herder::TargetState;

    use super::*;
    use crate::fakes::task_id;
    use crate::life::{self, TaskLife};
    use crate::metrics::{TaskGroups, Windows};

    const GRACE: Duration = Duration::from_millis(50);

    /// What is reported of a task; it is told to stop when `stop`.
    async fn reports<T>(stop: bool, task: impl FnOnce(TaskLife) -> T) -> Vec<(Status, String)>
    where
        T: Future<Output = Result<(), ConnectError>> + Send + 'static,
    {
        let (events, mut heard) = mpsc::channel(8);
        let groups = TaskGroups::new(&task_id(), Windows::default());
        let metrics = Arc::clone(&groups.task);
        let (control, life, told) = life::begin(TargetState::Started, groups);
        let token = control.stop_token().clone();
        let running = tokio::spawn(task(life));
        if stop {
            token.cancel();
        }
        SupervisedTask { id: task_id(), version: None, running, told, stop: token, grace: GRACE, events, metrics }
            .watch()
            .await;
        let mut reports = Vec::new();
        while let Some(Event::TaskChanged { status, trace, .. }) = heard.recv().await {
            reports.push((status, trace.unwrap_or_default().lines().next().unwrap_or_default().to_owned()));
        }
        reports
    }

    fn report(status: Status, trace: &str) -> (Status, String) {
        (status, trace.to_owned())
    }

    #[tokio::test]
    async fn it_runs_and_ends() {
        let running = report(Status::Running, "");
        let ended = reports(false, |life| async move {
            life.tell(Status::Running);
            Ok(())
        })
        .await;
        assert_eq!(ended, [running.clone(), report(Status::Unassigned, "")]);
        let failed = reports(false, |life| async move {
            life.tell(Status::Running);
            Err(ConnectError::connect("why"))
        });
        let trace = "org.apache.kafka.connect.errors.ConnectException: why";
        assert_eq!(failed.await, [running.clone(), report(Status::Failed, trace)]);
        let stopped = reports(true, |life| async move {
            life.tell(Status::Running);
            life.stop.cancelled().await;
            Err(ConnectError::connect("while it stops"))
        });
        assert_eq!(stopped.await, [running, report(Status::Unassigned, "")]);
    }

    #[tokio::test]
    async fn it_never_runs() {
        let failed = reports(false, |_| async { Err(ConnectError::config("wrong")) }).await;
        assert_eq!(failed, [report(Status::Failed, "org.apache.kafka.common.config.ConfigException: wrong")]);
        let panicked = reports(false, |_| async { panic!("at once") }).await;
        assert_eq!(
            panicked,
            [report(Status::Failed, "org.apache.kafka.connect.errors.ConnectException: The task panicked: at once")]
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn it_does_not_stop() {
        let waits = reports(true, |life| async move {
            life.tell(Status::Running);
            std::future::pending().await
        });
        assert_eq!(waits.await, [report(Status::Running, "")]);
        let (unblock, blocked) = std::sync::mpsc::channel::<()>();
        let blocks = reports(true, |life| async move {
            life.tell(Status::Running);
            blocked.recv().map_err(|gone| ConnectError::connect(gone.to_string()))
        });
        assert_eq!(blocks.await, [report(Status::Running, "")]);
        drop(unblock);
    }
}
