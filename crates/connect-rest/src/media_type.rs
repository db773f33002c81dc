//! What `Content-Type` says: `application/json; charset=utf-8`.

use axum::http::{HeaderMap, header};

/// The header cannot be read, or is there twice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The media type of a request's body in lower case, without its parameters; none if it is not said.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<Option<String>, Malformed> {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Malformed);
    }
    value.to_str().map_err(|_| Malformed).and_then(parse).map(Some)
}

fn parse(value: &str) -> Result<String, Malformed> {
    let (range, parameters) = value.split_once(';').unwrap_or((value, ""));
    let range = range.trim();
    let (kind, subtype) = range.split_once('/').ok_or(Malformed)?;
    let is_well_formed = is_token(kind) && is_token(subtype) && parameters.split(';').all(is_parameter);
    if is_well_formed { Ok(range.to_ascii_lowercase()) } else { Err(Malformed) }
}

/// `name=value`; the value may be quoted. None at all is well-formed too.
fn is_parameter(text: &str) -> bool {
    let text = text.trim();
    let is_value = |value: &str| is_token(value) || value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    text.is_empty() || text.split_once('=').is_some_and(|(name, value)| is_token(name) && is_value(value))
}

fn is_token(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_jersey_reads_them() {
        for (value, want) in [
            ("application/json", Ok("application/json")),
            ("APPLICATION/JSON;charset=nonsense", Ok("application/json")),
            ("application/json;", Ok("application/json")),
            (" application/x.y-z+1 ; a=\"b c\"", Ok("application/x.y-z+1")),
            ("*/*", Ok("*/*")),
            ("application/json; charset", Err(Malformed)),
            ("application/json;charset=\"", Err(Malformed)),
            ("application/json, text/plain", Err(Malformed)),
            ("application / json", Err(Malformed)),
            ("a b/c", Err(Malformed)),
            ("a/b/c", Err(Malformed)),
            ("application/", Err(Malformed)),
            ("/json", Err(Malformed)),
            ("(x)/y", Err(Malformed)),
            ("*", Err(Malformed)),
            (";", Err(Malformed)),
            ("", Err(Malformed)),
        ] {
            assert_eq!(parse(value), want.map(str::to_owned), "{value:?}");
        }
    }
}
