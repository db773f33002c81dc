//! Connectors as JSON describes them, in a request or in a file: values by the text that stands there.
//! ```text
//! bytes ─▶ first ─▶ RawValue ─▶ fields ─▶ props: numbers and booleans as they were written
//! ```
//! Of equal keys the last wins; what follows the first value is not read, nor does Jackson. What is wrong is only
//! classified here: whoever reads says where it stands.

use connect_config::Props;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::RawValue;

/// Each field's value as it was written, in the order of the first occurrence.
pub type Fields<'a> = IndexMap<String, &'a RawValue>;

/// Why a value is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoText {
    /// Its escapes are wrong, or half a surrogate pair.
    Invalid,
    /// It is an object or an array: [`kind`].
    Nested(&'static str),
}

/// The first value, after a byte order mark if there is one.
/// # Errors
/// It is not valid JSON.
pub fn first(bytes: &[u8]) -> serde_json::Result<&RawValue> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    <&RawValue>::deserialize(&mut serde_json::Deserializer::from_slice(bytes))
}

/// The fields of an object.
/// # Errors
/// It is none, or a key is no valid text.
pub fn fields(raw: &RawValue) -> serde_json::Result<Fields<'_>> {
    serde_json::from_str(raw.get())
}

/// A configuration; null values stay.
/// # Errors
/// The first field whose value is no text.
pub fn props<'a, 'f>(fields: &'f Fields<'a>) -> Result<Props, (&'f str, &'a RawValue, NoText)> {
    let mut props = Props::new();
    for (key, &raw) in fields {
        props.insert_nullable(key.as_str(), text(raw).map_err(|why| (key.as_str(), raw, why))?);
    }
    Ok(props)
}

/// Numbers and booleans become the text that was written (`1.50` stays `1.50`), null none.
/// # Errors
/// It is nested, or no valid text.
pub fn text(raw: &RawValue) -> Result<Option<String>, NoText> {
    match kind(raw) {
        "a string" => serde_json::from_str(raw.get()).map(Some).map_err(|_| NoText::Invalid),
        "null" => Ok(None),
        "a number" | "a boolean" => Ok(Some(raw.get().to_owned())),
        kind => Err(NoText::Nested(kind)),
    }
}

/// What a value is, for a message: `an object`, `an array`, `a string`, `a boolean`, `null` or `a number`.
pub fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_was_written() {
        let object = "\u{feff} {\"a\":1,\"b\":1.50,\"c\":true,\"d\":null,\"e\":\"\\u00e9\",\"a\":1e400} more";
        let fields = fields(first(object.as_bytes()).unwrap()).unwrap();
        let props = props(&fields).unwrap();
        let pairs: Vec<_> = props.iter().collect();
        let want = [("a", Some("1e400")), ("b", Some("1.50")), ("c", Some("true")), ("d", None), ("e", Some("\u{e9}"))];
        assert_eq!(pairs, want);
    }

    #[test]
    fn what_is_no_text() {
        for (value, want) in [
            (r#"{"a":1}"#, NoText::Nested("an object")),
            ("[]", NoText::Nested("an array")),
            (r#""\ud800""#, NoText::Invalid),
        ] {
            assert_eq!(text(first(value.as_bytes()).unwrap()), Err(want), "{value}");
        }
        assert!(first(b"{\"a\":").is_err());
        assert!(fields(first(b"[]").unwrap()).is_err());
    }
}
