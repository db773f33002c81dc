//! Media types: the API takes and gives `application/json`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;

use crate::error::{ApiError, bare};

const JSON: &str = "application/json";

/// Lets a request through to its resource if it brings JSON (or does not say what) and accepts JSON.
pub(crate) async fn negotiate(request: Request, next: Next) -> Response<Body> {
    let takes_body = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    if takes_body && let Some(refusal) = refuse_content(request.headers()) {
        return refusal;
    }
    if !accepts(request.headers(), JSON) {
        return ApiError::routing(StatusCode::NOT_ACCEPTABLE).into_response();
    }
    next.run(request).await
}

fn refuse_content(headers: &HeaderMap) -> Option<Response<Body>> {
    match headers.get(header::CONTENT_TYPE)?.to_str().map(essence).as_deref() {
        // A wildcard fits the resource; whether anything can be read by it is asked when it is read.
        Ok(JSON | "*/*" | "application/*") => None,
        Ok(other) if other.contains('/') => Some(ApiError::routing(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response()),
        _ => Some(bare(StatusCode::BAD_REQUEST)),
    }
}

/// Whether a body is said to be JSON and nothing else.
pub(crate) fn names_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| essence(value) == JSON)
}

/// Whether the client takes `media_type`. Weights do not matter, not even 0; no header takes everything.
pub(crate) fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let kind = media_type.split('/').next().unwrap_or_default();
    let fits = |range: &str| {
        let range = essence(range);
        range == media_type || range == "*/*" || range.strip_suffix("/*") == Some(kind)
    };
    let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut ranges =
        values.by_ref().flat_map(|value| value.split(',')).filter(|range| !range.trim().is_empty()).peekable();
    ranges.peek().is_none() || ranges.any(fits)
}

/// The media type without its parameters.
fn essence(value: &str) -> String {
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The answer to OPTIONS: `allow` is the header's value, `GET,OPTIONS`.
pub(crate) fn options(allow: &'static str, headers: &HeaderMap) -> Response<Body> {
    let as_text = accepts(headers, "text/plain");
    let (media_type, body) = if as_text { ("text/plain", allow.replace(',', ", ")) } else { (JSON, String::new()) };
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
