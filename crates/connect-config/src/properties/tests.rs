use super::*;

#[test]
fn entries() {
    for (text, want) in [
        ("a=1\nb:2\nc 3\nd", &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "")][..]),
        ("  a \t= \t1 \r\n\r\n\x0c b==2", &[("a", "1 "), ("b", "=2")]),
        ("# c\n  ! c\\\na=1", &[("a", "1")]), // a comment is never continued
        ("a=1,\\\n   2,\\\r\n\t3", &[("a", "1,2,3")]),
        ("a=1\\\\\nb=2", &[("a", "1\\"), ("b", "2")]),
        ("a=1\\\n#2", &[("a", "1#2")]), // a comment sign inside a line is text
        ("\\\n#a\nb=1", &[("b", "1")]), // but not if the line so far is empty
        ("a=1\\\n\nb=2", &[("a", "1"), ("b", "2")]),
        ("a=1\\", &[("a", "1")]),
        ("\\", &[("", "")]),
        ("\\\r\n", &[]),
        ("= 44!", &[("", "44!")]),
        ("a\\=b\\:c\\ d=e", &[("a=b:c d", "e")]),
        ("a=\\t\\n\\r\\f\\q\\u00e9", &[("a", "\t\n\r\x0cq\u{e9}")]),
        ("a=\\uD83D\\uDE00", &[("a", "\u{1f600}")]),
        ("a=\\uD83D", &[("a", "\u{fffd}")]),
        ("b=0\na=1\na=2\nb=3", &[("b", "3"), ("a", "2")]), // the last value counts, at the first one's place
        ("!uu", &[]),
        ("", &[]),
    ] {
        let props = parse(text.as_bytes()).expect(text);
        let ours: Vec<_> = props.iter().map(|(key, value)| (key, value.unwrap_or("null"))).collect();
        assert_eq!(ours, want, "{text:?}");
    }
    let latin1 = parse(b"k=\xe9").expect("latin-1");
    assert_eq!(latin1.get("k"), Some("\u{e9}"));
}

#[test]
fn malformed() {
    for (text, line) in [("a=\\u12", 1), ("a=1\n# c\nb=\\\n x\\u00g1", 3), ("\n\\u+123=1", 2)] {
        assert_eq!(parse(text.as_bytes()).err(), Some(PropertiesError::MalformedUnicode { line }), "{text:?}");
    }
}

#[test]
fn load_names_the_file() {
    let error = load("/nonexistent/worker.properties").expect_err("no such file");
    assert!(error.to_string().contains("/nonexistent/worker.properties"), "{error}");
}
