//! One request, from its head to its line in the log.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::{Method, Request, Response, StatusCode, Uri, Version, header};
use axum::response::IntoResponse;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::error::{ApiError, last_page};
use crate::negotiate::refuse_content_type;
use crate::path::{BadPath, screen};

/// The logger that Apache writes its request log to.
const REQUEST_LOG: &str = "org.apache.kafka.connect.runtime.rest.RestServer";

/// What the open port serves: nothing, until resources are registered.
#[derive(Default)]
pub(crate) struct Site {
    resources: OnceLock<TowerToHyperService<Router>>,
}

impl Site {
    /// From now on requests reach the routes. Only the first call counts.
    pub(crate) fn register(&self, router: Router) {
        self.resources.get_or_init(|| TowerToHyperService::new(router));
    }

    pub(crate) async fn answer<B>(&self, peer: SocketAddr, request: Request<B>) -> Response<Body>
    where
        B: HttpBody<Data = axum::body::Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let began = Instant::now();
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.dispatch(request.map(Body::new)).await;
        let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
        // Neither query nor body: they may hold secrets.
        tracing::info!(target: REQUEST_LOG, "{} \"{method} {}\" {status} {ms} ms", peer.ip().to_canonical(), path.escape_debug());
        response
    }

    async fn dispatch(&self, mut request: Request<Body>) -> Response<Body> {
        let Some(resources) = self.resources.get() else {
            return ApiError::routing(StatusCode::NOT_FOUND).into_response();
        };
        if !has_host(&request) {
            return last_page(StatusCode::BAD_REQUEST);
        }
        if !request.uri().path().starts_with('/') || request.method() == Method::CONNECT {
            return ApiError::routing(StatusCode::NOT_FOUND).into_response();
        }
        match screened(request.uri()) {
            Ok(uri) => *request.uri_mut() = uri,
            Err(BadPath) => return last_page(StatusCode::BAD_REQUEST),
        }
        if let Some(refusal) = refuse_content_type(&request) {
            return refusal;
        }
        let Ok(mut response) = resources.call(request).await;
        if response.status() == StatusCode::METHOD_NOT_ALLOWED {
            // The router adds it; Apache's does not.
            response.headers_mut().remove(header::ALLOW);
        }
        response
    }
}

/// HTTP/1.1 wants exactly one `Host`.
fn has_host(request: &Request<Body>) -> bool {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    hosts == 1 || hosts == 0 && request.version() < Version::HTTP_11
}

fn screened(uri: &Uri) -> Result<Uri, BadPath> {
    let mut path = screen(uri.path())?;
    if let Some(query) = uri.query() {
        path.push('?');
        path.push_str(query);
    }
    Uri::try_from(path).map_err(|_| BadPath)
}
