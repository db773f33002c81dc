//! Errors: which status and body a client sees, and why the server could not start.
//!
//! The one place that knows which [`HerderError`] is which status.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use connect_core::config::Listener;
use connect_core::herder::{HerderError, Reply};

use crate::wire::{self, ErrorMessage};

/// Why the server did not open its port.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    #[error("no listener to open: set `listeners` to at least one address, for instance http://:8083")]
    NoListener,
    #[error(
        "cannot open listener {listener}: TLS listeners come later; use an http:// listener in `{key}` (on an address that \
         only a TLS proxy can reach, if clients need TLS)"
    )]
    Https { listener: Listener, key: &'static str },
    #[error("cannot open listener {listener}: {advice}")]
    Bind { listener: Listener, advice: String, source: io::Error },
}

impl RestError {
    pub(crate) fn bind(listener: &Listener, key: &str, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "another program uses this port; stop it, or set another port in `{key}` (0 takes any free one)"
                )
            }
            io::ErrorKind::AddrNotAvailable => {
                format!(
                    "this machine has no such address; set the host in `{key}` to one of its own, or leave it empty"
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("this user may not open the port; set one above 1023 in `{key}`, or give the user the right")
            }
            _ => format!("check its host and port in `{key}`"),
        };
        Self::Bind { listener: listener.clone(), advice, source }
    }
}

/// An answer that is not a success: `{"error_code":404,"message":"…"}`.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    message: String,
    /// Errors from routing have a JSON body but no `Content-Type`, as at Apache's.
    typed: bool,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), typed: true }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// What the routing itself refuses; the message is only the status: `HTTP 404 Not Found`.
    pub(crate) fn routing(status: StatusCode) -> Self {
        Self { typed: false, ..Self::plain(status) }
    }

    /// As [`routing`](Self::routing), found after a resource was chosen: with a `Content-Type`.
    pub(crate) fn plain(status: StatusCode) -> Self {
        Self::new(status, format!("HTTP {} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()))
    }

    pub(crate) fn timed_out(stage: Option<String>) -> Self {
        let message = stage.map_or("Request timed out".to_owned(), |stage| format!("Request timed out. {stage}"));
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// The herder has answered another question than was asked.
    pub(crate) fn unexpected(reply: &Reply) -> Self {
        // By its kind alone: a reply may hold a configuration with secrets.
        let kind = std::mem::discriminant(reply);
        tracing::error!(?kind, "the herder's answer does not fit the request");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The worker's answer does not fit the request; see its log")
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }
}

impl From<HerderError> for ApiError {
    fn from(error: HerderError) -> Self {
        let status = match &error {
            HerderError::NotFound(_) => StatusCode::NOT_FOUND,
            HerderError::AlreadyExists(_) => StatusCode::CONFLICT,
            HerderError::BadRequest(_) => StatusCode::BAD_REQUEST,
            HerderError::Forbidden(_) => StatusCode::FORBIDDEN,
            HerderError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            HerderError::Busy | HerderError::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response<Body> {
        let body = ErrorMessage { error_code: self.status.as_u16(), message: &self.message };
        let mut response = wire::json(self.status, &body);
        if !self.typed {
            response.headers_mut().remove(header::CONTENT_TYPE);
        }
        response
    }
}

/// A page for people, as Jetty gives it where a request is malformed.
pub(crate) fn page(status: StatusCode) -> Response<Body> {
    let (code, reason) = (status.as_u16(), status.canonical_reason().unwrap_or_default());
    let html = format!(
        "<html>\n<head><title>Error {code} {reason}</title></head>\n<body><h2>HTTP ERROR {code} {reason}</h2></body>\n</html>\n"
    );
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html;charset=iso-8859-1"));
    response
}

/// As [`page`]; the connection ends, because what the client says next cannot be trusted either.
pub(crate) fn last_page(status: StatusCode) -> Response<Body> {
    let mut response = page(status);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
