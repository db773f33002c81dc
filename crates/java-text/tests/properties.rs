//! What holds for every pattern and every text.

#![allow(clippy::unwrap_used)]

use java_text::{MatchError, Regex, Replacement, SimpleDateFormat};
use proptest::prelude::*;

/// Patterns that often compile.
fn pattern() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "a", "b", "é", "😀", ".", "*", "+", "?", "|", "(", ")", "(?:", "(?<n>", "(?=", "(?!", "(?<=", "(?<!", "(?>",
        "[", "]", "^", "-", "&&", "$", "{2}", "{1,}", "{0,3}", "{", "}", "\\", "\\1", "\\k<n>", "\\b", "\\R", "\\Q",
        "\\E", "\\p{L}", "\\x", "\\u", "0", "9", "(?i)", "(?x)", "#", " ", "*+", "+?", "\n", "\\G", "\\Z", "(?m)",
        "(?-i:", "{99999}",
    ]);
    proptest::collection::vec(pieces, 0..14).prop_map(|pieces| pieces.concat())
}

fn format() -> impl Strategy<Value = String> {
    proptest::string::string_regex("([GyYMLwWDdFEuaHkKhmsSzZX]{1,5}|[-:., 'T]){0,8}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_pattern_answers_any_text(pattern in pattern(), text in "[ab\\-é😀\n\r1 ]{0,40}", replacement in "[$\\\\{}n019é]{0,8}") {
        if let Ok(regex) = Regex::new(&pattern) {
            let replaced = regex.replace_first(&text, &Replacement::new(&replacement));
            match regex.matches(&text) {
                Ok(matches) => prop_assert!(replaced.is_err() || replaced.is_ok_and(|text| text.is_some()) == matches),
                Err(error) => prop_assert_eq!(error, MatchError::TooComplex),
            }
        }
    }

    #[test]
    fn any_pattern_is_compiled_or_refused(pattern in any::<String>(), text in any::<String>()) {
        if let Ok(regex) = Regex::new(&pattern) {
            let _ = regex.matches(&text);
        }
        if let Ok(format) = SimpleDateFormat::new(&pattern) {
            let _ = format.parse(&text);
        }
    }

    #[test]
    fn a_quoted_text_matches_itself(text in "[^\\\\]{0,30}") {
        let regex = Regex::new(&format!("\\Q{text}\\E")).unwrap();
        prop_assert_eq!(regex.replace_first(&text, &Replacement::new("$0")), Ok(Some(text)));
    }

    #[test]
    fn any_moment_has_a_text(format in format(), millis in any::<i64>(), now in any::<i64>()) {
        if let Ok(format) = SimpleDateFormat::at(&format, now) {
            let text = format.format(millis);
            let _ = format.parse(&text);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(format in format(), text in "([-+]?[0-9]{1,22}|[-: .E∞]|GMT|PM|Mon|[a-z]){0,12}", now in any::<i64>()) {
        if let Ok(format) = SimpleDateFormat::at(&format, now) {
            let _ = format.parse(&text);
        }
    }

    #[test]
    fn full_formats_give_back_the_moment(millis in any::<i64>(), near in -4_000_000_000_000i64..4_000_000_000_000) {
        for pattern in ["G y-MM-dd HH:mm:ss.SSS", "GGGG d MMMM yyyy hh:mm:ss a S zzzz", "G yyyy DDD kk mm ss SSS X", "yyyyy G MMM d E K:m:s.S a Z"] {
            let format = SimpleDateFormat::new(pattern).unwrap();
            for millis in [millis, near] {
                prop_assert_eq!(format.parse(&format.format(millis)), Ok(millis), "{}", pattern);
            }
        }
        let weeks = SimpleDateFormat::new("YYYY-'W'ww-u HH:mm:ss.SSS").unwrap();
        prop_assert_eq!(weeks.parse(&weeks.format(near)), Ok(near));
    }
}
