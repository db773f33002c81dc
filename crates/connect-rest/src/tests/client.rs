//! An HTTP client that shows everything: one connection a request, nothing interpreted.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer may take longer.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy)]
pub(super) struct Client {
    pub(super) port: u16,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let of = |line: &'_ str| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)).is_some();
        self.head.lines().skip(1).find(|line| of(line)).and_then(|line| line.split_once(": ")).map(|(_, value)| value)
    }

    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }
}

impl Client {
    pub(super) async fn connect(self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// Sends a well-formed request. Without a body there is no `Content-Length`.
    pub(super) async fn send(self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: worker:8083\r\nConnection: close\r\n");
        for header in headers {
            request.push_str(&format!("{header}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        self.raw(format!("{request}\r\n{body}").as_bytes()).await
    }

    /// Sends bytes and reads until the server closes.
    pub(super) async fn raw(self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect().await;
        // The server may refuse and close before it has read everything.
        let _ = stream.write_all(bytes).await;
        Answer::parse(&read_to_end(&mut stream).await)
    }
}

pub(super) async fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = async {
        // A reset ends the answer too.
        while stream.read_buf(&mut bytes).await.is_ok_and(|read| read > 0) {}
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the server hangs");
    bytes
}
