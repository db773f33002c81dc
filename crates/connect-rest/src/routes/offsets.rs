//! How far a connector has come, and setting it elsewhere.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use connect_core::ConnectorName;
use connect_core::herder::{Command, Reply};

use super::{Answer, Shared};
use crate::body::{JsonBody, parse_offsets};
use crate::error::ApiError;
use crate::wire;

pub(super) async fn list(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::Offsets(ConnectorName::new(name))).await? {
        Reply::Offsets(offsets) => Ok(wire::json(StatusCode::OK, &wire::ConnectorOffsets::from(&offsets))),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn alter(State(resources): Shared, Path(name): Path<String>, body: JsonBody) -> Answer {
    let offsets = body.read(parse_offsets).await?;
    told(resources.call(Command::AlterOffsets { name: ConnectorName::new(name), offsets }).await?)
}

pub(super) async fn reset(State(resources): Shared, Path(name): Path<String>) -> Answer {
    told(resources.call(Command::ResetOffsets(ConnectorName::new(name))).await?)
}

fn told(reply: Reply) -> Answer {
    match reply {
        Reply::Message(message) => Ok(wire::json(StatusCode::OK, &wire::Message { message: &message })),
        other => Err(ApiError::unexpected(&other)),
    }
}
