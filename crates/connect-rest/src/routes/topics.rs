//! The topics that a connector has used.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use connect_core::ConnectorName;
use connect_core::herder::{Command, Reply};

use super::{Answer, Shared};
use crate::error::ApiError;
use crate::wire;

pub(super) async fn list(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::Topics(ConnectorName::new(name.as_str()))).await? {
        Reply::Topics(topics) => Ok(wire::json(StatusCode::OK, &wire::ActiveTopics { name: &name, topics: &topics })),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn reset(State(resources): Shared, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    resources.done(Command::ResetTopics(ConnectorName::new(name))).await?;
    Ok(StatusCode::ACCEPTED)
}
