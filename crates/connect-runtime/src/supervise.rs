//! One running task: watched until it ends, by itself, by a panic, or because it was told to.

use std::time::Duration;

use connect_api::{ConnectError, StopToken};
use connect_core::TaskId;
use connect_core::herder::{Event, Status};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};

/// How long an aborted task has to reach its next `await`.
const ABORT_PATIENCE: Duration = Duration::from_millis(500);

/// A task on the data runtime.
pub(crate) struct SupervisedTask {
    pub(crate) id: TaskId,
    pub(crate) version: Option<String>,
    pub(crate) running: JoinHandle<Result<(), ConnectError>>,
    /// Fires when the task has started; dropped without, it never will.
    pub(crate) started: oneshot::Receiver<()>,
    pub(crate) stop: StopToken,
    /// How long the task may take to end after `stop`.
    pub(crate) grace: Duration,
    pub(crate) events: mpsc::Sender<Event>,
}

type Ended = Result<Result<(), ConnectError>, JoinError>;

impl SupervisedTask {
    /// Reports that the task runs, waits for its end, and reports its last state.
    pub(crate) async fn watch(mut self) {
        let (status, trace) = match self.ended().await {
            Some(ended) => self.last_state(ended),
            None => (Status::Unassigned, None),
        };
        self.report(status, trace).await;
    }

    /// None if it did not end in time and was left to itself.
    async fn ended(&mut self) -> Option<Ended> {
        let (stop, grace) = (self.stop.clone(), self.grace);
        let late = async move {
            stop.cancelled().await;
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            ended = self.start_and_end() => Some(ended),
            () = late => self.abort().await,
        }
    }

    async fn start_and_end(&mut self) -> Ended {
        if (&mut self.started).await.is_ok() {
            self.report(Status::Running, None).await;
        }
        (&mut self.running).await
    }

    /// A task that blocks its thread does not notice; nobody waits for it longer.
    async fn abort(&mut self) -> Option<Ended> {
        let (id, grace) = (&self.id, self.grace.as_millis());
        tracing::error!("Graceful stop of task {id} failed: it did not end within {grace} ms");
        self.running.abort();
        tokio::time::timeout(ABORT_PATIENCE, &mut self.running).await.ok()
    }

    fn last_state(&self, ended: Ended) -> (Status, Option<String>) {
        match ended {
            Ok(Ok(())) => (Status::Unassigned, None),
            Ok(Err(error)) if self.stop.is_cancelled() => {
                tracing::warn!("Task {} failed while it was stopping: {}", self.id, error.trace());
                (Status::Unassigned, None)
            }
            Ok(Err(error)) => failed(&error),
            Err(error) if error.is_panic() => failed(&panicked(&*error.into_panic())),
            Err(_) => (Status::Unassigned, None),
        }
    }

    async fn report(&self, status: Status, trace: Option<String>) {
        let (id, version) = (self.id.clone(), self.version.clone());
        // The herder has gone: nobody is left to ask.
        drop(self.events.send(Event::TaskChanged { id, status, version, trace }).await);
    }
}

fn failed(error: &ConnectError) -> (Status, Option<String>) {
    let trace = error.trace();
    tracing::error!(
        "Task threw an uncaught and unrecoverable exception. Task is being killed and will not recover until manually restarted: {trace}"
    );
    (Status::Failed, Some(trace))
}

fn panicked(payload: &(dyn std::any::Any + Send)) -> ConnectError {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    ConnectError::connect(format!("The task panicked: {}", text.unwrap_or_default()))
}
