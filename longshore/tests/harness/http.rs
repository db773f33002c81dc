//! Asks a worker over HTTP: one request a connection.

use connect_testkit::http::WorkerUrl;

pub use connect_testkit::http::Answer;

/// Sends a request with an optional JSON body.
/// # Panics
/// There is no answer.
pub fn request(address: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
    let url: WorkerUrl = format!("http://{address}").parse().unwrap();
    let json = body.map(|_| ("Content-Type".to_owned(), "application/json".to_owned()));
    let answer = url.send(method, path, json.as_slice(), body);
    answer.unwrap_or_else(|error| panic!("{method} {path}: no answer: {error}"))
}
