//! Which path and method ask the herder what.
//!
//! A new resource is one line in [`router`] and one function in a file beside this one.

mod connectors;
mod expand;
mod root;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get};

use crate::body::BODY_BYTES_MAX;
use crate::error::ApiError;
use crate::herder::Resources;
use crate::negotiate::{negotiate, options};

type Methods = MethodRouter<Arc<Resources>>;

pub(crate) fn router(resources: Arc<Resources>) -> Router {
    use connectors as c;
    Router::new()
        .route("/", resource("HEAD,GET,OPTIONS", get(root::server_info)))
        .route("/health", resource("HEAD,GET,OPTIONS", get(root::health)))
        .route("/connectors", resource("HEAD,POST,GET,OPTIONS", get(c::list).post(c::create)))
        .route("/connectors/{name}", resource("HEAD,DELETE,GET,OPTIONS", get(c::info).delete(c::delete)))
        .route("/connectors/{name}/config", resource("HEAD,GET,OPTIONS,PUT", get(c::config).put(c::put_config)))
        .route("/connectors/{name}/status", resource("HEAD,GET,OPTIONS", get(c::status)))
        .route("/connectors/{name}/tasks", resource("HEAD,GET,OPTIONS", get(c::tasks)))
        .fallback(async || ApiError::routing(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || ApiError::routing(StatusCode::METHOD_NOT_ALLOWED))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(resources)
}

/// The methods of one path. `allow` lists them in the order of Java's hash set: HEAD, POST, DELETE, GET, OPTIONS, PUT,
/// PATCH. OPTIONS is answered whatever the client accepts.
fn resource(allow: &'static str, methods: Methods) -> Methods {
    methods.route_layer(from_fn(negotiate)).options(async move |headers: HeaderMap| options(allow, &headers))
}
