//! A small HTTP client: one request a connection.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::PATIENCE;

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// The status line and the headers, as they came.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// # Panics
    /// The body is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Sends a request with an optional JSON body.
pub fn request(address: &str, method: &str, path: &str, body: Option<&str>) -> Answer {
    let length = body.map_or(0, str::len);
    let content = body.map(|_| format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"));
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    raw(address, &format!("{head}{}\r\n{}", content.unwrap_or_default(), body.unwrap_or_default()))
}

/// Sends exactly these characters and reads until the server closes.
pub fn raw(address: &str, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.unwrap(), head: head.to_owned(), body: body.to_owned() }
}
