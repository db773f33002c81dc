//! One running task: watched until it ends, by itself, by a panic, or because it was told to.

use std::time::Duration;

use connect_api::{ConnectError, StopToken};
use connect_core::TaskId;
use connect_core::herder::{Event, Status};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Waits for the end of a task and reports its last state. After `stop` it has `grace` to end by itself.
pub(crate) async fn supervise(
    id: TaskId,
    version: Option<String>,
    mut task: JoinHandle<Result<(), ConnectError>>,
    stop: StopToken,
    grace: Duration,
    events: mpsc::Sender<Event>,
) {
    let ended = tokio::select! {
        ended = &mut task => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(grace).await } => {
            tracing::error!("Graceful stop of task {id} failed: it did not end within {} ms", grace.as_millis());
            task.abort();
            task.await
        }
    };
    let (status, trace) = match ended {
        Ok(Ok(())) => (Status::Unassigned, None),
        Ok(Err(error)) if stop.is_cancelled() => {
            tracing::warn!("Task {id} failed while it was stopping: {}", error.trace());
            (Status::Unassigned, None)
        }
        Ok(Err(error)) => failed(&error),
        Err(error) if error.is_panic() => failed(&panicked(&error.into_panic())),
        Err(_) => (Status::Unassigned, None),
    };
    // The herder has gone: nobody is left to ask.
    drop(events.send(Event::TaskChanged { id, status, version, trace }).await);
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
