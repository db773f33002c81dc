//! Metrics: a page of text beside the API, or alone on a listener of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::routing::get;
use connect_core::config::Listener;
use tokio_util::sync::CancellationToken;

use crate::error::{ApiError, RestError};
use crate::negotiate::options;
use crate::server::Ports;
use crate::{Timeouts, routes};

/// Makes the page: Prometheus' text format, version 0.0.4. Called for every request, on a thread that may be held up; never
/// asks the herder, so that there is an answer when nothing else gives one.
pub type MetricsPage = Arc<dyn Fn() -> String + Send + Sync>;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A port that shows metrics and nothing else. Dropped, it closes.
pub struct MetricsServer {
    ports: Ports,
}

impl MetricsServer {
    /// Opens the port; until [`serve`](Self::serve) everything there answers 404.
    /// # Errors
    /// Names the listener and says what to do.
    pub async fn bind(listener: Listener, key: &'static str) -> Result<Self, RestError> {
        Ok(Self { ports: Ports::open(&[listener], key, Timeouts::default()).await? })
    }

    /// As it was bound.
    pub fn addresses(&self) -> &[SocketAddr] {
        self.ports.addresses()
    }

    /// Shows the page at once; the returned future does so until `stop`.
    pub fn serve(self, page: MetricsPage, stop: CancellationToken) -> impl Future<Output = ()> + Send + 'static {
        let router = Router::new()
            .merge(route(page))
            .fallback(async || ApiError::routing(StatusCode::NOT_FOUND))
            .method_not_allowed_fallback(async || ApiError::routing(StatusCode::METHOD_NOT_ALLOWED));
        self.ports.serve(router, stop)
    }
}

/// `GET /metrics`. Scrapers get this format whatever else they would take, too.
pub(crate) fn route<S: Clone + Send + Sync + 'static>(page: MetricsPage) -> Router<S> {
    let show = get(async move || show(page.clone()).await);
    Router::new().route("/metrics", show.options(async |headers: HeaderMap| options(routes::READ_ONLY, &headers)))
}

async fn show(page: MetricsPage) -> Result<Response<Body>, ApiError> {
    let text = tokio::task::spawn_blocking(move || page()).await;
    let text = text.map_err(|_| ApiError::plain(StatusCode::INTERNAL_SERVER_ERROR))?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    Ok(response)
}
