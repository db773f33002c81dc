//! Which path and method ask the herder what.
//!
//! A new resource is one line in [`router`] and one function in a file beside this one.

mod connectors;
mod expand;
mod internal;
mod lifecycle;
mod offsets;
mod root;
mod tasks;
mod topics;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post, put};

use crate::MetricsPage;
use crate::body::BODY_BYTES_MAX;
use crate::error::ApiError;
use crate::herder::Resources;
use crate::negotiate::{gives_json, options, takes_json};

type Answer = Result<Response<Body>, ApiError>;
type Shared = State<Arc<Resources>>;
type Methods = MethodRouter<Arc<Resources>>;

/// The methods of what can only be looked at.
pub(crate) const READ_ONLY: &str = "HEAD,GET,OPTIONS";

/// With `GET /metrics` if there is a page for it.
pub(crate) fn router(resources: Arc<Resources>, metrics: Option<MetricsPage>) -> Router {
    Router::new()
        .merge(metrics.map(crate::metrics::route).unwrap_or_default())
        .route("/", resource(READ_ONLY, giving(get(root::server_info))))
        .route("/health", resource(READ_ONLY, giving(get(root::health))))
        .nest("/connectors", connectors())
        .fallback(async || ApiError::routing(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || ApiError::routing(StatusCode::METHOD_NOT_ALLOWED))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(resources)
}

fn connectors() -> Router<Arc<Resources>> {
    use connectors as c;
    Router::new()
        .route("/", resource("HEAD,POST,GET,OPTIONS", json(get(c::list).post(c::create))))
        .route("/{name}", resource("HEAD,DELETE,GET,OPTIONS", json(get(c::info).delete(c::delete))))
        .route(
            "/{name}/config",
            resource("HEAD,GET,OPTIONS,PUT,PATCH", json(get(c::config).put(c::put_config).patch(c::patch_config))),
        )
        .route("/{name}/status", resource(READ_ONLY, json(get(c::status))))
        .route("/{name}/restart", resource("POST,OPTIONS", json(post(lifecycle::restart))))
        .route("/{name}/pause", resource("OPTIONS,PUT", json(put(lifecycle::pause))))
        .route("/{name}/resume", resource("OPTIONS,PUT", json(put(lifecycle::resume))))
        .route("/{name}/stop", resource("OPTIONS,PUT", json(put(lifecycle::stop))))
        .route(
            "/{name}/tasks",
            resource("HEAD,POST,GET,OPTIONS", json(get(tasks::list)).merge(giving(post(internal::put_task_configs)))),
        )
        .route("/{name}/tasks/{task}/status", resource(READ_ONLY, json(get(tasks::status))))
        .route("/{name}/tasks/{task}/restart", resource("POST,OPTIONS", json(post(tasks::restart))))
        .route("/{name}/topics", resource(READ_ONLY, json(get(topics::list))))
        .route("/{name}/topics/reset", resource("OPTIONS,PUT", json(put(topics::reset))))
        .route(
            "/{name}/offsets",
            resource(
                "HEAD,DELETE,GET,OPTIONS,PATCH",
                json(get(offsets::list).patch(offsets::alter).delete(offsets::reset)),
            ),
        )
        .route("/{name}/fence", resource("OPTIONS,PUT", giving(put(internal::fence))))
}

/// One path. `allow` lists its methods in the order of Java's hash set: HEAD, POST, DELETE, GET, OPTIONS, PUT, PATCH.
/// OPTIONS is answered whatever the client accepts.
fn resource(allow: &'static str, methods: Methods) -> Methods {
    methods.options(async move |headers: HeaderMap| options(allow, &headers))
}

/// Methods that give JSON, and take anything.
fn giving(methods: Methods) -> Methods {
    methods.route_layer(from_fn(gives_json))
}

/// Methods that give and take JSON.
fn json(methods: Methods) -> Methods {
    giving(methods).route_layer(from_fn(takes_json))
}
