//! The URLs at which the REST server listens.

use std::fmt;
use std::str::FromStr;

use connect_config::{ConfigException, Props};

/// One URL of `listeners` or `admin.listeners`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    pub scheme: ListenerScheme,
    /// Without brackets; empty for all interfaces.
    pub host: String,
    /// 0 for any free port.
    pub port: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenerScheme {
    Http,
    Https,
}

impl FromStr for ListenerScheme {
    type Err = ConfigException;

    /// In any case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_lowercase().as_str() {
            "http" => Ok(Self::Http),
            "https" => Ok(Self::Https),
            _ => Err(ConfigException::new("Listener protocol must be either \"http\" or \"https\".")),
        }
    }
}

impl fmt::Display for ListenerScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

impl Listener {
    /// Reads `http://host:port`. What stands behind the port is ignored, as the reference does.
    /// # Errors
    /// It has another form, or the scheme is neither `http` nor `https`.
    pub fn parse(url: &str) -> Result<Self, ConfigException> {
        let format = || ConfigException::new("Listener doesn't have the right format (protocol://hostname:port).");
        let (scheme, authority) = url.rsplit_once("://").ok_or_else(format)?;
        let (host, port) = split_authority(authority).ok_or_else(format)?;
        let scheme = scheme.parse()?;
        let port = port.parse().map_err(|_| {
            ConfigException::new(format!("Listener {url} has the port {port}: it must be a number from 0 to 65535"))
        })?;
        Ok(Self { scheme, host: host.to_owned(), port })
    }

    /// Reads each URL of a key in order.
    /// # Errors
    /// The first that is wrong.
    pub fn parse_all(key: &str, urls: &[String]) -> Result<Vec<Self>, ConfigException> {
        let parse = |url: &String| Self::parse(url).map_err(|error| ConfigException::invalid(key, url, error));
        urls.iter().map(parse).collect()
    }

    /// `host:port` as a URL writes it: an IPv6 address in brackets.
    pub fn authority(host: &str, port: u16) -> String {
        if host.contains(':') && !host.starts_with('[') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }
}

/// Host and port. The host may stand in brackets, and reaches to the last colon before digits.
fn split_authority(authority: &str) -> Option<(&str, &str)> {
    let of_host = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
    let body = authority.strip_prefix('[').unwrap_or(authority);
    let host_end = body.find(|c| !of_host(c)).unwrap_or(body.len());
    let (run, rest) = body.split_at(host_end);
    if let Some(port) = rest.strip_prefix("]:") {
        return Some((run, port_of(port)?));
    }
    // Without a bracket the run of host characters holds the port too.
    run.rmatch_indices(':').find_map(|(at, _)| Some((&run[..at], port_of(&run[at + 1..])?)))
}

/// The number at the beginning.
fn port_of(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    (end > 0).then(|| &text[..text.len() - digits.len() + end])
}

/// Turns `rest.host.name` and `rest.port` into `listeners` where that is absent. The reference dropped these two keys;
/// here they work on.
pub(super) fn with_legacy_keys(props: &Props) -> Props {
    let (host, port) = (props.get("rest.host.name"), props.get("rest.port"));
    let mut props = props.clone();
    if !props.contains_key("listeners") && (host.is_some() || port.is_some()) {
        let host = host.unwrap_or_default().trim();
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        props.insert("listeners", format!("http://{host}:{}", port.unwrap_or("8083").trim()));
    }
    props
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, Self::authority(&self.host, self.port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let format = "Listener doesn't have the right format (protocol://hostname:port).";
        for (url, want) in [
            ("http://:8083", Ok("http://:8083")),
            ("HTTPS://host.name:0", Ok("https://host.name:0")),
            ("http://[::1]:80", Ok("http://[::1]:80")),
            ("http://::1:80", Ok("http://[::1]:80")),
            ("http://h:80/path", Ok("http://h:80")),
            ("h:8083", Err(format)),
            ("http://h", Err(format)),
            ("http://h:", Err(format)),
            ("http://h h:80", Err(format)),
            ("ftp://h:80", Err("Listener protocol must be either \"http\" or \"https\".")),
            ("http://h:-1", Err("Listener http://h:-1 has the port -1: it must be a number from 0 to 65535")),
        ] {
            let ours = Listener::parse(url).map(|listener| listener.to_string()).map_err(|e| e.message().to_owned());
            assert_eq!(ours, want.map(str::to_owned).map_err(str::to_owned), "{url}");
        }
    }

    #[test]
    fn legacy_keys_work_where_listeners_is_absent() {
        for (given, want) in [
            (&[("rest.port", "9")][..], Some("http://:9")),
            (&[("rest.host.name", "h")], Some("http://h:8083")),
            (&[("rest.host.name", "::1"), ("rest.port", "9")], Some("http://[::1]:9")),
            (&[("rest.port", "9"), ("listeners", "http://:1")], Some("http://:1")),
            (&[], None),
        ] {
            let props: Props = given.iter().copied().collect();
            assert_eq!(with_legacy_keys(&props).get("listeners"), want, "{given:?}");
        }
    }
}
