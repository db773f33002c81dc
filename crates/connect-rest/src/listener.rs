//! One item of the worker key `listeners`: `http://host:port`.

use std::fmt;

/// An address to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub protocol: Protocol,
    /// Without the brackets of an IPv6 address; empty for all interfaces.
    pub host: String,
    /// 0 for any free port.
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Http,
    Https,
}

/// Why an item of `listeners` is refused; the first two texts are Apache's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    #[error("Listener doesn't have the right format (protocol://hostname:port).")]
    Format,
    #[error("Listener protocol must be either \"http\" or \"https\".")]
    Protocol,
    #[error("The port of listener {0} must be between 0 and 65535.")]
    Port(String),
}

impl Listener {
    /// Reads one item. The protocol may be in any case; an IPv6 address may stand in brackets.
    /// Source: Apache Kafka, `RestServer.LISTENER_PATTERN`.
    pub fn parse(text: &str) -> Result<Self, ListenerError> {
        let (protocol, address) = text.rsplit_once("://").ok_or(ListenerError::Format)?;
        let (host, port) = address.rsplit_once(':').ok_or(ListenerError::Format)?;
        let host = host.strip_prefix('[').unwrap_or(host);
        let host = host.strip_suffix(']').unwrap_or(host);
        let digits = port.strip_prefix('-').unwrap_or(port);
        if !host.chars().all(is_host_char) || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ListenerError::Format);
        }
        let protocol = Protocol::parse(protocol)?;
        let port = port.parse().map_err(|_| ListenerError::Port(text.to_owned()))?;
        Ok(Self { protocol, host: host.to_owned(), port })
    }

    /// `host:port` as a URL writes it.
    pub(crate) fn authority(host: &str, port: u16) -> String {
        if host.contains(':') && !host.starts_with('[') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

impl Protocol {
    fn parse(text: &str) -> Result<Self, ListenerError> {
        match text.to_ascii_lowercase().as_str() {
            "http" => Ok(Self::Http),
            "https" => Ok(Self::Https),
            _ => Err(ListenerError::Protocol),
        }
    }
}

fn is_host_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-%._:".contains(c)
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::Http => "http",
            Protocol::Https => "https",
        };
        write!(f, "{protocol}://{}", Self::authority(&self.host, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_as_apache() {
        let port = |text: &str| Err(ListenerError::Port(text.to_owned()));
        for (text, want) in [
            ("http://:8083", Ok("http://:8083")),
            ("HTTP://localhost:0", Ok("http://localhost:0")),
            ("https://a-b.c_d:1", Ok("https://a-b.c_d:1")),
            ("http://[::1]:8083", Ok("http://[::1]:8083")),
            ("http://::1:8083", Ok("http://[::1]:8083")), // the last colon is the port's
            ("http://host:-1", port("http://host:-1")),
            ("http://host:65536", port("http://host:65536")),
            ("http://host", Err(ListenerError::Format)),
            ("http://host:", Err(ListenerError::Format)),
            ("http://host:80/", Err(ListenerError::Format)),
            ("http://ho st:80", Err(ListenerError::Format)),
            ("host:80", Err(ListenerError::Format)),
            ("ftp://host:80", Err(ListenerError::Protocol)),
            ("", Err(ListenerError::Format)),
        ] {
            let got = Listener::parse(text).map(|listener| listener.to_string());
            assert_eq!(got, want.map(str::to_owned), "{text}");
        }
    }
}
