//! Request paths: which are refused, what is cut off, and how a connector's name is written into one.

use std::fmt::Write;

/// The path is ambiguous or malformed; the answer is a bare 400.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadPath;

/// The path as the routes know it: without path parameters (`;…`) and without a slash at the end, still
/// percent-encoded. What could be read in two ways is refused: empty segments, and escapes that stand for `/`, `\`,
/// `%`, control characters or dot segments, or that are not UTF-8.
/// Source: Apache Kafka's Jetty 12, which refuses these before any resource sees them.
pub(crate) fn screen(path: &str) -> Result<String, BadPath> {
    if path == "/" {
        return Ok(path.to_owned());
    }
    let segments = path.strip_prefix('/').ok_or(BadPath)?;
    let segments = segments.strip_suffix('/').unwrap_or(segments);
    let mut screened = String::with_capacity(path.len());
    for segment in segments.split('/') {
        let segment = segment.split_once(';').map_or(segment, |(segment, _)| segment);
        check(segment)?;
        screened.push('/');
        screened.push_str(segment);
    }
    Ok(screened)
}

fn check(segment: &str) -> Result<(), BadPath> {
    if segment.is_empty() || !segment.is_ascii() || segment.contains('\\') {
        return Err(BadPath);
    }
    let decoded = decode(segment)?;
    let hidden_dots = decoded.len() < segment.len() && (decoded == "." || decoded == "..");
    let suspicious = |c: char| matches!(c, '/' | '\\' | '%') || c.is_ascii_control();
    if hidden_dots || decoded.contains(suspicious) { Err(BadPath) } else { Ok(()) }
}

fn decode(segment: &str) -> Result<String, BadPath> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next())? << 4 | hex(rest.next())?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| BadPath)
}

fn hex(digit: Option<u8>) -> Result<u8, BadPath> {
    let value = char::from(digit.ok_or(BadPath)?).to_digit(16).ok_or(BadPath)?;
    u8::try_from(value).map_err(|_| BadPath)
}

/// A connector's name as the `Location` header writes it. Slashes and escapes that are there already stay.
/// Source: Jersey's `UriBuilder.path`.
pub(crate) fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let bytes = name.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let is_escape = byte == b'%' && bytes.get(at + 1..at + 3).is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit));
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) || is_escape {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_as_jetty() {
        for (path, want) in [
            ("/", Ok("/")),
            ("/connectors", Ok("/connectors")),
            ("/connectors/", Ok("/connectors")),
            ("/connectors/a;v=1/config", Ok("/connectors/a/config")),
            ("/connectors/a%3Bb", Ok("/connectors/a%3Bb")),
            ("/connectors/%C3%BC+x", Ok("/connectors/%C3%BC+x")),
            ("/connectors/.", Ok("/connectors/.")),
            ("/connectors/../x", Ok("/connectors/../x")),
            ("//", Err(BadPath)),
            ("//connectors", Err(BadPath)),
            ("/connectors//status", Err(BadPath)),
            ("/connectors/;x/status", Err(BadPath)),
            ("/connectors/a%2Fb", Err(BadPath)),
            ("/connectors/a%2fb", Err(BadPath)),
            ("/connectors/a%5Cb", Err(BadPath)),
            ("/connectors/a%25b", Err(BadPath)),
            ("/connectors/a%00b", Err(BadPath)),
            ("/connectors/a%0Ab", Err(BadPath)),
            ("/connectors/%2e%2e", Err(BadPath)),
            ("/connectors/%2E", Err(BadPath)),
            ("/connectors/%FF", Err(BadPath)),
            ("/connectors/%zz", Err(BadPath)),
            ("/connectors/%+1", Err(BadPath)),
            ("/connectors/%4", Err(BadPath)),
            ("/connectors/\u{fc}", Err(BadPath)),
            ("*", Err(BadPath)),
            ("", Err(BadPath)),
        ] {
            assert_eq!(screen(path), want.map(str::to_owned), "{path}");
        }
    }

    #[test]
    fn encodes_as_jersey() {
        for (name, want) in [
            ("a", "a"),
            ("b c/%\u{fc}+\"x", "b%20c/%25%C3%BC+%22x"),
            ("a%20b%2", "a%20b%252"),
            (" sp ", "%20sp%20"),
            ("a\r\nb?c#d", "a%0D%0Ab%3Fc%23d"),
        ] {
            assert_eq!(encode(name), want);
        }
    }
}
