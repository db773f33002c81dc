//! Patterns and texts that would take Java minutes, or all of its stack.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use java_text::{MatchError, Regex, SimpleDateFormat};

#[test]
fn work_is_bounded() {
    let many = "a".repeat(5_000);
    let some = &many[..200];
    for (pattern, text) in [
        ("(.*)(.*)(.*)(.*)(.*)x", some),
        ("(a|aa){1,500}b", some),
        ("(?:(a|aa){2,9}){2,9}(a*)*?b", some),
        ("(?:(a|aa)+)*\\1b", some),
    ] {
        let start = Instant::now();
        let regex = Regex::new(pattern).unwrap();
        assert_eq!(regex.matches(text), Err(MatchError::TooComplex), "{pattern}");
        assert!(start.elapsed() < Duration::from_secs(20), "{pattern} took {:?}", start.elapsed());
    }
}

#[test]
fn a_repetition_inside_of_a_repetition_does_not_explode() {
    let text = format!("{}!", "ab-cd.".repeat(100));
    for pattern in [
        "([a-z]+[.-]?)+",
        "(\\w+\\W?)*x",
        "(a+)+b",
        "(?:.*?,?)+?y",
        "((a|b|ab)*-?(c|d|cd)*\\.?)*x",
        "(?:(?:\\w*)*\\W)*y",
        "(?=(a|b|ab|.)*x)?.*z",
    ] {
        assert_eq!(Regex::new(pattern).unwrap().matches(&text), Ok(false), "{pattern}");
    }
}

#[test]
fn long_texts_need_no_stack() {
    let text = "ab".repeat(50_000);
    for (pattern, want) in
        [("(a|b)*", true), ("(?:(a)(b))*", true), ("(?:a|b)*?", true), ("(a|b)*c", false), (".*?b", true)]
    {
        assert_eq!(Regex::new(pattern).unwrap().matches(&text), Ok(want), "{pattern}");
    }
    let long = "a".repeat(100_000);
    assert_eq!(Regex::new(&long).unwrap().matches(&long), Ok(true));
}

#[test]
fn nesting_is_bounded() {
    for piece in ["(", "(?:", "[", "[a&&", "[^", "(?=", "(?<!", "(?i:", "[&x&&[y]", "a|(", "[a&&[b]&&[c]&x"] {
        assert!(Regex::new(&piece.repeat(50_000)).is_err(), "{piece}");
    }
    assert!(Regex::new(&format!("[a{}]", "&&[b]".repeat(50_000))).is_err());
    let deep = format!("{}a{}", "(".repeat(150), ")*".repeat(150));
    assert_eq!(Regex::new(&deep).unwrap().matches("a"), Ok(true));
    assert_eq!(Regex::new("((a{1000}){1000}){1000}").unwrap().matches("aaa"), Ok(false));
    assert_eq!(Regex::new("(?:a{0,2147483647}){2147483647}").unwrap().matches("aaa"), Ok(true));
}

#[test]
fn what_is_not_supported_is_named() {
    for (pattern, want) in [
        ("\\X", "\\X"),
        ("\\b{g}a", "\\b{g}"),
        ("\\N{DIGIT ONE}", "\\N"),
        ("(?c)a", "flag c"),
        ("\\uD800", "surrogate"),
    ] {
        let error = Regex::new(pattern).unwrap_err().to_string();
        assert!(error.contains(want) && error.contains("not supported"), "{pattern}: {error}");
    }
}

#[test]
fn years_of_two_digits() {
    let now = 1_718_452_800_000; // 2024-06-15T12:00:00Z
    let format = SimpleDateFormat::at("yy-MM-dd HH", now).unwrap();
    let full = SimpleDateFormat::at("yyyy-MM-dd HH", now).unwrap();
    for (text, want) in [
        ("24-01-01 00", "2024-01-01 00"),
        ("43-12-31 00", "2043-12-31 00"),
        ("44-06-15 11", "2044-06-15 11"), // an hour before 80 years ago
        ("44-06-15 12", "1944-06-15 12"),
        ("45-01-01 00", "1945-01-01 00"),
        ("2-01-01 00", "0002-01-01 00"), // one digit is the year itself
    ] {
        assert_eq!(full.format(format.parse(text).unwrap()), want, "{text}");
    }
    for extreme in [i64::MIN, i64::MAX] {
        assert!(SimpleDateFormat::at("yy", extreme).unwrap().parse("24").is_ok());
    }
}

#[test]
fn wide_fields_stay_small() {
    let format = SimpleDateFormat::new(&"y".repeat(100_000)).unwrap();
    assert_eq!(format.format(0).len(), 309);
}
