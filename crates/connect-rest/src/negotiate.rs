//! Media types: the API takes and gives `application/json`.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::IntoResponse;

use crate::error::{ApiError, page};
use crate::media_type::content_type;

const JSON: &str = "application/json";

/// Lets a request through to its resource if it accepts JSON.
pub(crate) async fn gives_json(request: Request, next: Next) -> Response<Body> {
    match accepts(request.headers(), JSON) {
        true => next.run(request).await,
        false => ApiError::routing(StatusCode::NOT_ACCEPTABLE).into_response(),
    }
}

/// Lets a request through to its resource if it brings JSON or does not say what: with whatever method, with or without
/// a body.
pub(crate) async fn takes_json(request: Request, next: Next) -> Response<Body> {
    match content_type(request.headers()).ok().flatten().as_deref() {
        // A wildcard fits the resource; whether anything can be read by it is asked when it is read.
        None | Some(JSON | "*/*" | "*/json" | "application/*") => next.run(request).await,
        Some(_) => ApiError::routing(StatusCode::UNSUPPORTED_MEDIA_TYPE).into_response(),
    }
}

/// The answer to a request whose `Content-Type` cannot be read, which no resource sees; none if it can. Only some methods
/// get a page, as at Apache's.
pub(crate) fn refuse_content_type(request: &Request) -> Option<Response<Body>> {
    let headers = request.headers();
    content_type(headers).err()?;
    let shows_page = matches!(*request.method(), Method::GET | Method::HEAD | Method::POST);
    Some(match shows_page {
        true if accepts(headers, "text/html") => page(StatusCode::BAD_REQUEST),
        true if accepts(headers, JSON) => ApiError::plain(StatusCode::BAD_REQUEST).into_response(),
        _ => StatusCode::BAD_REQUEST.into_response(),
    })
}

/// Whether a body is said to be JSON and nothing else.
pub(crate) fn names_json(headers: &HeaderMap) -> bool {
    content_type(headers).ok().flatten().as_deref() == Some(JSON)
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
