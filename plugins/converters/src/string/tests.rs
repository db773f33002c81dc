use bytes::Bytes;
use connect_api::Value;
use connect_config::Props;

use super::*;

fn converter(name: &str) -> Result<StringText, ConnectError> {
    let mut converter = StringText::default();
    converter.configure(&Props::from([("converter.type", "value"), ("converter.encoding", name)]))?;
    Ok(converter)
}

#[test]
fn encodes_as_java() {
    for (charset, text, want) in [
        ("UTF-8", "é", &[0xC3, 0xA9][..]),
        ("latin1", "é世", &[0xE9, b'?']),
        ("US-ASCII", "aé\u{1F600}", b"a??"), // one question mark for a surrogate pair
        ("UTF-16", "a", &[0xFE, 0xFF, 0, b'a']),
        ("UTF-16", "", &[]), // no mark without text
        ("UTF-16LE", "a", &[b'a', 0]),
        ("UTF-32", "a", &[0, 0, 0, b'a']),
        ("Cp1252", "€\u{81}", &[0x80, b'?']),
        ("Shift_JIS", "あ\u{1F600}", &[0x82, 0xA0, b'?']),
    ] {
        let mut out = Vec::new();
        assert!(converter(charset).unwrap().write(None, &Value::string(text), &mut out).unwrap());
        assert_eq!(out, want, "{text} in {charset}");
    }
}

#[test]
fn decodes_as_java() {
    for (charset, bytes, want) in [
        ("UTF-8", &b"a\xED\xA0\x80b"[..], "a\u{FFFD}b"), // Rust would give three
        ("UTF-8", b"\xF0\x9F\x98", "\u{FFFD}"),
        ("UTF-8", b"\xE4\xB8", "\u{FFFD}"),
        ("UTF-8", b"\xC0\x80", "\u{FFFD}\u{FFFD}"),
        ("UTF-8", b"\xF5\x80\x80\x80", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("UTF-16", b"\xFF\xFEa\0", "a"),
        ("UTF-16", b"\0a\0", "a\u{FFFD}"),
        ("ASCII", b"a\x80", "a\u{FFFD}"),
        ("windows-1252", b"\x80\x81", "€\u{FFFD}"),
        ("GB18030", b"\xFE\xFF\0A", "\u{FFFD}\0A"),
    ] {
        let (_, value) = converter(charset).unwrap().read(Some(&Bytes::copy_from_slice(bytes))).unwrap();
        assert_eq!(value.as_str(), Some(want), "{bytes:?} in {charset}");
    }
}

#[test]
fn unknown_character_sets_are_refused() {
    for (name, cause) in [("bogus", "UnsupportedCharsetException"), ("", "IllegalCharsetNameException")] {
        let error = converter(name).unwrap_err();
        assert_eq!(error.message(), Some(format!("Unsupported encoding {name}").as_str()));
        assert_eq!(error.cause().unwrap().class(), format!("java.nio.charset.{cause}"));
    }
}
