//! Request bodies: JSON as Apache's Jackson reads it, to what a command holds.
//! ```text
//! bytes ─▶ JsonBody (limits, media type) ─▶ read ─▶ Body (objects, texts, places) ─▶ CreateConnector, Props, SourceOffsets
//! ```
//! Of equal keys the last wins; what follows the JSON value is not read. Values stay out of the messages: they may be
//! secrets.

mod connector;
mod json;
mod offsets;

use std::sync::Arc;

use axum::body::{Bytes, HttpBody};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;

pub(crate) use self::connector::{CreateConnector, check_task_configs, parse_config};
pub(crate) use self::offsets::parse_offsets;
use crate::error::ApiError;
use crate::herder::Resources;
use crate::negotiate;

/// The largest request body.
pub(crate) const BODY_BYTES_MAX: usize = 16 << 20;

/// A larger body is parsed where it holds up nobody else's answer.
const INLINE_BYTES_MAX: usize = 64 << 10;

/// A whole body that is said to be JSON.
pub(crate) struct JsonBody(AnyBody);

/// A whole body, whatever it is said to be; read within the idle timeout.
pub(crate) struct AnyBody(Bytes);

impl FromRequest<Arc<Resources>> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, resources: &Arc<Resources>) -> Result<Self, ApiError> {
        if !request.body().is_end_stream() && !negotiate::names_json(request.headers()) {
            return Err(ApiError::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        AnyBody::from_request(request, resources).await.map(Self)
    }
}

impl JsonBody {
    pub(crate) async fn read<T: Send + 'static>(self, parse: Parse<T>) -> Result<T, ApiError> {
        self.0.read(parse).await
    }
}

impl FromRequest<Arc<Resources>> for AnyBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, resources: &Arc<Resources>) -> Result<Self, ApiError> {
        if request.body().size_hint().lower() > BODY_BYTES_MAX as u64 {
            return Err(too_large());
        }
        let limit = resources.timeouts.idle;
        match tokio::time::timeout(limit, Bytes::from_request(request, &())).await {
            Ok(Ok(bytes)) => Ok(Self(bytes)),
            Ok(Err(rejection)) => Err(refused(rejection)),
            Err(_) => {
                let message = format!("The request body did not arrive within {} s", limit.as_secs());
                Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, message))
            }
        }
    }
}

/// From the bytes to what a command holds.
type Parse<T> = fn(&[u8]) -> Result<T, ApiError>;

impl AnyBody {
    pub(crate) async fn read<T: Send + 'static>(self, parse: Parse<T>) -> Result<T, ApiError> {
        if self.0.len() <= INLINE_BYTES_MAX {
            return parse(&self.0);
        }
        let parsed = tokio::task::spawn_blocking(move || parse(&self.0)).await;
        parsed.unwrap_or_else(|_| Err(ApiError::plain(StatusCode::INTERNAL_SERVER_ERROR)))
    }
}

fn refused(rejection: BytesRejection) -> ApiError {
    let text = rejection.body_text();
    match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ApiError::bad_request(format!("The request body could not be read: {text}")),
    }
}

fn too_large() -> ApiError {
    let message = format!("The request body is larger than {BODY_BYTES_MAX} bytes");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message)
}

#[cfg(test)]
mod tests;
