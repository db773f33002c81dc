//! Pause, resume, stop and restart a connector.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use connect_core::ConnectorName;
use connect_core::herder::{Command, Reply, TargetState};

use super::{Answer, Shared};
use crate::error::ApiError;
use crate::wire;

/// Answered when the wish is noted, not when it has come true.
pub(super) async fn pause(State(resources): Shared, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    resources.done(Command::SetTargetState(ConnectorName::new(name), TargetState::Paused)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// As [`pause`].
pub(super) async fn resume(State(resources): Shared, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    resources.done(Command::SetTargetState(ConnectorName::new(name), TargetState::Started)).await?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn stop(State(resources): Shared, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    resources.done(Command::SetTargetState(ConnectorName::new(name), TargetState::Stopped)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The connector's instance alone, or with a parameter what the plan says.
pub(super) async fn restart(
    State(resources): Shared,
    Path(name): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Answer {
    let name = ConnectorName::new(name);
    let (include_tasks, only_failed) = (flag(&query, "includeTasks"), flag(&query, "onlyFailed"));
    if !include_tasks && !only_failed {
        resources.done(Command::RestartConnector(name)).await?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    match resources.call(Command::Restart { name, include_tasks, only_failed }).await? {
        Reply::Status(status) => Ok(wire::json(StatusCode::ACCEPTED, &wire::ConnectorState::from(&status))),
        other => Err(ApiError::unexpected(&other)),
    }
}

/// Java's `Boolean.valueOf` of the first value: whatever is not `true` is false.
fn flag(query: &[(String, String)], key: &str) -> bool {
    query.iter().find(|(name, _)| name == key).is_some_and(|(_, value)| value.eq_ignore_ascii_case("true"))
}
