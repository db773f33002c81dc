//! What the workers of a cluster ask of each other. A standalone worker has no others: it says so to whoever asks.

use axum::http::StatusCode;

use super::Answer;
use crate::body::{AnyBody, check_task_configs};
use crate::error::ApiError;

pub(super) async fn put_task_configs(body: AnyBody) -> Answer {
    body.read(check_task_configs).await?;
    Err(unsupported("externally setting task configurations"))
}

pub(super) async fn fence() -> Answer {
    Err(unsupported("exactly-once source connectors"))
}

fn unsupported(what: &str) -> ApiError {
    let message = format!("Kafka Connect in standalone mode does not support {what}.");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
