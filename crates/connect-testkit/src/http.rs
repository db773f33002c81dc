//! A small HTTP client: one request a connection, no redirects, no proxies.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// A worker gives up on a request after 90 s and says so.
const PATIENCE: Duration = Duration::from_secs(100);

/// No answer of a worker is larger.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Where a worker is: `http://host:port`, with a path if there is one before the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerUrl {
    authority: String,
    prefix: String,
}

impl FromStr for WorkerUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("http://").ok_or_else(|| format!("{text} does not begin with http://"))?;
        let rest = rest.trim_end_matches('/');
        let (authority, prefix) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let port = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let authority = port.map_or_else(|| format!("{authority}:80"), |_| authority.to_owned());
        Ok(Self { authority, prefix: prefix.to_owned() })
    }
}

impl std::fmt::Display for WorkerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "http://{}{}", self.authority, self.prefix)
    }
}

/// What the worker answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// # Panics
    /// The body is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl WorkerUrl {
    /// Sends a request and reads its answer whole.
    /// # Errors
    /// The worker cannot be reached, does not answer in time, or what it says is not HTTP.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<&str>,
    ) -> io::Result<Answer> {
        let mut request =
            format!("{method} {}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.prefix, self.authority);
        for (key, value) in headers {
            request.push_str(&format!("{key}: {value}\r\n"));
        }
        if body.is_some() || matches!(method, "POST" | "PUT" | "PATCH") {
            request.push_str(&format!("Content-Length: {}\r\n", body.map_or(0, str::len)));
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        let mut stream = self.connect()?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        parse(&read_to_end(stream)?, method == "HEAD")
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let addresses = self.authority.to_socket_addrs()?;
        let mut failure = io::Error::new(io::ErrorKind::NotFound, format!("{} has no address", self.authority));
        for address in addresses {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

/// Until the worker closes. A reset after an answer ends it too.
fn read_to_end(mut stream: TcpStream) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + PATIENCE;
    let (mut answer, mut part) = (Vec::new(), [0; 16 << 10]);
    while (answer.len() as u64) < ANSWER_BYTES_MAX {
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part) {
            Ok(0) => return Ok(answer),
            Ok(read) => answer.extend_from_slice(part.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset && !answer.is_empty() => return Ok(answer),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(invalid("the answer is too large"))
}

fn parse(bytes: &[u8], is_head: bool) -> io::Result<Answer> {
    let (head, body) = split(bytes, b"\r\n\r\n").ok_or_else(|| invalid("the answer has no end of its head"))?;
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status: u16 = status.ok_or_else(|| invalid("the answer has no status"))?;
    if status < 200 {
        return parse(body, is_head); // 100 Continue: the answer comes after it
    }
    let pair = |line: &str| line.split_once(':').map(|(key, value)| (key.to_owned(), value.trim().to_owned()));
    let mut answer = Answer { status, headers: lines.filter_map(pair).collect(), body: String::new() };
    let body = match answer.header("Transfer-Encoding") {
        _ if is_head => Vec::new(),
        Some(coding) if coding.eq_ignore_ascii_case("chunked") => dechunked(body)?,
        _ => whole(&answer, body)?.to_vec(),
    };
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

/// As many bytes as the answer has promised.
fn whole<'a>(answer: &Answer, body: &'a [u8]) -> io::Result<&'a [u8]> {
    match answer.header("Content-Length").and_then(|length| length.parse().ok()) {
        Some(length) => body.get(..length).ok_or_else(|| invalid("the answer is cut off")),
        None => Ok(body),
    }
}

fn dechunked(mut rest: &[u8]) -> io::Result<Vec<u8>> {
    let cut_off = || invalid("the answer is cut off");
    let mut body = Vec::new();
    loop {
        let (size, after) = split(rest, b"\r\n").ok_or_else(cut_off)?;
        let size = String::from_utf8_lossy(size);
        let digits = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(digits, 16).map_err(|_| invalid("the answer has a chunk without a size"))?;
        if size == 0 {
            return Ok(body);
        }
        let chunk = after.get(..size).ok_or_else(cut_off)?;
        body.extend_from_slice(chunk);
        rest = after.get(size..).and_then(|after| after.strip_prefix(b"\r\n")).ok_or_else(cut_off)?;
    }
}

fn split<'a>(bytes: &'a [u8], at: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let found = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..found)?, bytes.get(found + at.len()..)?))
}

fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for (text, want) in [
            ("http://127.0.0.1:8083", Ok("http://127.0.0.1:8083")),
            ("http://127.0.0.1:8083//", Ok("http://127.0.0.1:8083")),
            ("http://h/a/b/", Ok("http://h:80/a/b")),
            ("http://[::1]:1", Ok("http://[::1]:1")),
            ("https://h", Err("https://h does not begin with http://")),
        ] {
            let got = text.parse::<WorkerUrl>().map(|url| url.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), want, "{text}");
        }
    }

    #[test]
    fn answers() {
        for (text, want) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", Some((200, "ab"))),
            ("HTTP/1.1 204 No Content\r\n\r\n", Some((204, ""))),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\nx", Some((201, "x"))),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;e\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n",
                Some((200, "a0123456789")),
            ),
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", None),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab", None),
            ("HTTP/1.1 OK", None),
            ("", None),
        ] {
            let got = parse(text.as_bytes(), false).ok();
            assert_eq!(got.as_ref().map(|answer| (answer.status, answer.body.as_str())), want, "{text}");
        }
    }
}
