//! Tasks: their configurations, the status of one, its restart.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use connect_core::herder::{Command, Reply};
use connect_core::{ConnectorName, TaskId};

use super::{Answer, Shared};
use crate::error::ApiError;
use crate::wire;

pub(super) async fn list(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::Tasks(ConnectorName::new(name))).await? {
        Reply::Tasks(tasks) => {
            let tasks: Vec<_> = tasks.iter().map(wire::TaskInfo::from).collect();
            Ok(wire::json(StatusCode::OK, &tasks))
        }
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn status(State(resources): Shared, Path((name, task)): Path<(String, String)>) -> Answer {
    let id = task_id(&name, &task, |id| format!("No status found for task {id}"))?;
    match resources.call(Command::TaskStatus(id)).await? {
        Reply::TaskStatus(status) => Ok(wire::json(StatusCode::OK, &wire::TaskState::from(&status))),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn restart(
    State(resources): Shared,
    Path((name, task)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let id = task_id(&name, &task, |id| format!("Task {id} not found"))?;
    resources.done(Command::RestartTask(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Only what Java's `Integer.valueOf` reads is a task's path; a negative number is one, but of no task.
fn task_id(name: &str, task: &str, missing: impl FnOnce(String) -> String) -> Result<TaskId, ApiError> {
    let number: i32 = task.parse().map_err(|_| ApiError::plain(StatusCode::NOT_FOUND))?;
    match u32::try_from(number) {
        Ok(index) => Ok(TaskId { connector: ConnectorName::new(name), index }),
        Err(_) => Err(ApiError::new(StatusCode::NOT_FOUND, missing(format!("{name}-{number}")))),
    }
}
