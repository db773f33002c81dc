//! The worker's own pages.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};
use connect_core::herder::Command;

use crate::error::ApiError;
use crate::herder::Resources;
use crate::wire::{self, ServerInfo, WorkerStatus};

pub(super) async fn server_info(State(resources): State<Arc<Resources>>) -> Response<Body> {
    let Resources { version, commit, kafka_cluster_id, .. } = &*resources;
    wire::json(StatusCode::OK, &ServerInfo { version, commit, kafka_cluster_id })
}

/// Healthy means that the worker has started and the herder answers. A worker that starts is waited for; if it has not
/// started by then, that is another answer than if the herder is late.
pub(super) async fn health(State(resources): State<Arc<Resources>>) -> Result<Response<Body>, ApiError> {
    let checked = async {
        resources.startup.until_ready().await;
        resources.herder.call(Command::Ping).await
    };
    if let Ok(answer) = tokio::time::timeout(resources.timeouts.health, checked).await {
        answer?;
        let message = "Worker has completed startup and is ready to handle requests.".to_owned();
        return Ok(wire::json(StatusCode::OK, &WorkerStatus { status: "healthy", message }));
    }
    let (code, status, message) = if resources.startup.is_ready() {
        let message = "Worker was unable to handle this request and may be unable to handle other requests.";
        (StatusCode::INTERNAL_SERVER_ERROR, "unhealthy", message)
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "starting", "Worker is still starting up.")
    };
    let message = resources.startup.summary().map_or(message.to_owned(), |stage| format!("{message} {stage}"));
    Ok(wire::json(code, &WorkerStatus { status, message }))
}
