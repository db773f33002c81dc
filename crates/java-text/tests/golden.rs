//! What the JDK answered, line by line; `parity/java/README.md` tells how the lines are recorded.

#![allow(clippy::unwrap_used)]

use std::fs;

use java_text::{MatchError, Regex, Replacement, SimpleDateFormat};
use serde_json::Value as Json;

/// The now of the recorded years of two digits: 2024-06-15T12:00:00Z.
const NOW_MS: i64 = 1_718_452_800_000;

/// Reads a recorded file and checks that all cases are as wanted, but for those that `deviates` names.
fn check(file: &str, answer: impl Fn(&[Json]) -> Option<Json>, deviates: impl Fn(&[Json]) -> bool) {
    let recorded = format!("{}/../../parity/golden-java", env!("CARGO_MANIFEST_DIR"));
    let path = format!("{}/{file}", std::env::var("JAVA_TEXT_GOLDEN").unwrap_or(recorded));
    let mut wrong = Vec::new();
    let mut cases = 0;
    for line in fs::read_to_string(&path).unwrap().lines() {
        let case: Vec<Json> = serde_json::from_str(line).unwrap();
        let Some(got) = answer(&case) else { continue };
        cases += 1;
        if got != case[case.len() - 1] && !deviates(&case) {
            wrong.push(format!("{line}\n  got {got}"));
        }
    }
    assert!(cases > 1000, "{file} has {cases} cases only");
    assert!(wrong.is_empty(), "{} of {cases} differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap()
}

fn date(case: &[Json]) -> Option<Json> {
    let format = SimpleDateFormat::at(text(&case[1]), NOW_MS);
    Some(match text(&case[0]) {
        "new" => format.map_or_else(|e| format!("java.lang.IllegalArgumentException: {e}").into(), |_| case[1].clone()),
        "format" => format.unwrap().format(case[2].as_i64().unwrap()).into(),
        _ => format.unwrap().parse(text(&case[2])).map_or_else(|e| e.to_string().into(), Json::from),
    })
}

#[test]
fn zones_are_those_of_the_jdk() {
    let recorded = include_str!("../../../parity/golden-java/zones.tsv");
    assert_eq!(include_str!("../src/date/zones.tsv"), recorded);
}

#[test]
fn dates() {
    // A zone's name stands for its offset of today: these had another one at the date they were read with.
    let deviations = [
        ("yyyy-MM-dd HH:mm z", "2024-01-15 12:00 QOST"),
        ("yyyy-MM-dd HH:mm z", "2024-01-15 12:00 PYT"),
        ("z", "BST"),
        ("Z", "BST "),
    ];
    check("dates.jsonl", date, |case| deviations.iter().any(|(pattern, text)| case[1] == *pattern && case[2] == *text));
}

fn regex(subjects: &[Json], case: &[Json]) -> Option<Json> {
    let regex = Regex::new(text(&case[1]));
    Some(match text(&case[0]) {
        "subjects" => return None,
        "new" => regex.map_or_else(|e| e.to_string().into(), |_| "compiles".into()),
        _ if regex.is_err() => regex.unwrap_err().to_string().into(),
        "matches" => {
            let regex = regex.unwrap();
            subjects
                .iter()
                .map(|subject| match regex.matches(text(subject)) {
                    Ok(true) => '1',
                    Ok(false) => '0',
                    Err(_) => '!',
                })
                .collect::<String>()
                .into()
        }
        _ => match regex.unwrap().replace_first(text(&case[3]), &Replacement::new(text(&case[2]))) {
            Ok(None) => Json::Null,
            Ok(Some(text)) => text.into(),
            Err(e @ MatchError::IndexOutOfBounds(_)) => format!("java.lang.IndexOutOfBoundsException: {e}").into(),
            Err(e) => format!("java.lang.IllegalArgumentException: {e}").into(),
        },
    })
}

#[test]
fn regexes() {
    let recorded = include_str!("../../../parity/golden-java/regex.jsonl");
    let subjects: Vec<Json> = serde_json::from_str(recorded.lines().next().unwrap()).unwrap();
    // The tables have no ideographs.
    check("regex.jsonl", |case| regex(&subjects[1..], case), |case| case[1] == "\\p{IsIdeographic}+");
}
