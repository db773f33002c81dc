use connect_api::{Map, Value};
use connect_core::herder::TargetState;

use super::*;

fn message(error: ApiError) -> String {
    let text = format!("{error:?}");
    assert!(text.contains("status: 400"), "{text}");
    error.message().to_owned()
}

#[test]
fn values_become_the_text_that_was_written() {
    let body =
        br#"{"a":1.50,"b":1e3,"c":12345678901234567890123,"d":-0,"e":true,"f":null,"g":"x\u00fc","a":"last"} tail"#;
    let want = [("a", Some("last")), ("b", Some("1e3")), ("c", Some("12345678901234567890123")), ("d", Some("-0"))];
    let want = want.into_iter().chain([("e", Some("true")), ("f", None), ("g", Some("x\u{fc}"))]);
    let got = parse_config(body).unwrap();
    assert_eq!(got.iter().collect::<Vec<_>>(), want.collect::<Vec<_>>());
}

#[test]
fn create_requests() {
    for (body, name, keys, state) in [
        (r#"{"name":" a\u0001 ","config":{"b":1}}"#, "a", vec!["b"], TargetState::Started),
        (r#"{"config":{},"initial_state":"pausEd"}"#, "", vec![], TargetState::Paused),
        (r#"{"name":5.10,"config":{},"initial_state":null}"#, "5.10", vec![], TargetState::Started),
        (r#"{"name":null,"config":{},"initial_state":"STOPPED"}"#, "", vec![], TargetState::Stopped),
        (r#"{"config":{"a":1},"name":"p","config":{"c":1},"name":"q"}"#, "q", vec!["c"], TargetState::Started),
        ("\u{feff}{\"name\":\"\u{a0}\",\"config\":{}}", "\u{a0}", vec![], TargetState::Started), // no-break space stays
    ] {
        let got = CreateConnector::parse(body.as_bytes()).unwrap();
        assert_eq!((got.name.as_str(), got.config.keys().collect(), got.initial_state), (name, keys, state), "{body}");
    }
}

#[test]
fn refusals_name_field_and_place() {
    for (body, want) in [
        ("", "The request body is empty: it has to be a JSON object"),
        ("null", "The request body must be a JSON object, but is null (line 1, column 1)"),
        ("[]", "The request body must be a JSON object, but is an array (line 1, column 1)"),
        ("{not json", "The request body is not valid JSON: key must be a string at line 1 column 2"),
        (r#"{"name":"a"}"#, "The field \"config\" is missing: it holds the connector's configuration"),
        (r#"{"config":null}"#, "The field \"config\" is missing: it holds the connector's configuration"),
        (r#"{"config":""}"#, "The field \"config\" must be a JSON object, but is a string (line 1, column 11)"),
        (
            "{\"config\":\n {\"a\":[1]}}",
            "The field \"config.a\" must be a string, number, boolean or null, but is an array (line 2, column 7)",
        ),
        (
            r#"{"name":{},"config":{}}"#,
            "The field \"name\" must be a string, number, boolean or null, but is an object (line 1, column 9)",
        ),
        (
            r#"{"name":"z","config":{},"extra":1}"#,
            "Unrecognized field \"extra\": known are \"name\", \"config\" and \"initial_state\" (line 1, column 33)",
        ),
        (
            r#"{"config":{},"initial_state":" RUNNING"}"#,
            "The field \"initial_state\" must be one of RUNNING, PAUSED, STOPPED (line 1, column 30)",
        ),
        (r#"{"config":{"a":"\ud800"}}"#, "The field \"config.a\" is not valid JSON text (line 1, column 16)"),
    ] {
        assert_eq!(message(CreateConnector::parse(body.as_bytes()).unwrap_err()), want, "{body}");
    }
}

#[test]
fn hostile_bodies_are_refused() {
    let nested = format!("{{\"config\":{{\"a\":{}", "[".repeat(1 << 20));
    for body in
        [nested.as_bytes(), b"{\"\xff\":1}", b"{\"a\":\"\xff\"}", b"{\"a\":01}", b"\xff\xfe{", b"{\"a\":\"\t\"}"]
    {
        message(CreateConnector::parse(body).unwrap_err());
        message(parse_config(body).unwrap_err());
        message(parse_offsets(body).unwrap_err());
        message(check_task_configs(body).unwrap_err());
    }
}

fn map(entries: &[(&str, Value)]) -> Map {
    entries.iter().map(|(key, value)| (Value::string(*key), value.clone())).collect()
}

#[test]
fn offsets_are_json_without_a_schema() {
    for (body, want) in [
        (r#"{"offsets":[{}]} tail"#, vec![(None, None)]),
        (r#"{"offsets":[{"partition":null,"offset":null}]}"#, vec![(None, None)]),
        (
            r#"{"offsets":[{"partition":{"f":"\u00fc","n":1},"offset":{"p":4}},{"partition":{}}]}"#,
            vec![
                (
                    Some(map(&[("f", Value::string("\u{fc}")), ("n", Value::Int64(1))])),
                    Some(map(&[("p", Value::Int64(4))])),
                ),
                (Some(Map::new()), None),
            ],
        ),
        (
            r#"{"offsets":[{"offset":{"a":[1,1.0,true,null,{"b":-0}],"a2":1e3,"i":-9223372036854775808}}]}"#,
            vec![(
                None,
                Some(map(&[
                    (
                        "a",
                        Value::array(vec![
                            Value::Int64(1),
                            Value::Float64(1.0),
                            Value::Boolean(true),
                            Value::Null,
                            Value::map(map(&[("b", Value::Int64(0))])),
                        ]),
                    ),
                    ("a2", Value::Float64(1000.0)),
                    ("i", Value::Int64(i64::MIN)),
                ])),
            )],
        ),
    ] {
        assert_eq!(parse_offsets(body.as_bytes()).unwrap(), want, "{body}");
    }
    let large = parse_offsets(br#"{"offsets":[{"offset":{"p":99999999999999999999}}]}"#).unwrap();
    let (_, offset) = &large[0];
    assert_eq!(offset.as_ref().unwrap().to_string(), "{p=99999999999999999999}", "not rounded, not cut");
}

#[test]
fn offsets_that_are_refused() {
    let missing = "Partitions / offsets need to be provided for an alter offsets request";
    let nested = format!(r#"{{"offsets":[{{"offset":{{"p":{}1{}}}}}]}}"#, "[".repeat(16), "]".repeat(16));
    let too_deep =
        format!("The field \"offsets[0].offset.p{}\" is nested too deeply (line 1, column 44)", "[0]".repeat(16));
    for (body, want) in [
        ("", "The request body is empty: it has to be a JSON object"),
        ("null", "The request body must be a JSON object, but is null (line 1, column 1)"),
        ("{}", missing),
        (r#"{"offsets":null}"#, missing),
        (r#"{"offsets":[]}"#, missing),
        (r#"{"offsets":{}}"#, "The field \"offsets\" must be a JSON array, but is an object (line 1, column 12)"),
        (r#"{"offsets":[1]}"#, "The field \"offsets[0]\" must be a JSON object, but is a number (line 1, column 13)"),
        (r#"{"offsets":[null]}"#, "The field \"offsets[0]\" must be a JSON object, but is null (line 1, column 13)"),
        (r#"{"offsets":[],"x":1}"#, "Unrecognized field \"x\": known is \"offsets\" (line 1, column 19)"),
        (
            r#"{"offsets":[{},{"ofset":{}}]}"#,
            "Unrecognized field \"ofset\": known are \"partition\" and \"offset\" (line 1, column 25)",
        ),
        (
            r#"{"offsets":[{"partition":"x"}]}"#,
            "The field \"offsets[0].partition\" must be a JSON object, but is a string (line 1, column 26)",
        ),
        (
            r#"{"offsets":[{"offset":{"p":1e400}}]}"#,
            "The field \"offsets[0].offset.p\" holds a number that is too large for an offset (line 1, column 28)",
        ),
        (&nested, &too_deep),
    ] {
        assert_eq!(message(parse_offsets(body.as_bytes()).unwrap_err()), want, "{body}");
    }
    let long = format!(r#"{{"offsets":[{{"offset":{{"p":{}}}}}]}}"#, "9".repeat(1 << 20));
    message(parse_offsets(long.as_bytes()).unwrap_err());
}

#[test]
fn task_configurations() {
    for (body, want) in [
        ("[]", None),
        (r#"[{"a":"b","c":1,"d":null},null]"#, None),
        ("", Some("The request body is empty: it has to be a JSON array")),
        ("{}", Some("The request body must be a JSON array, but is an object (line 1, column 1)")),
        ("[{},1]", Some("The task configuration [1] must be a JSON object, but is a number (line 1, column 5)")),
        (
            r#"[{"a":[]}]"#,
            Some("The field \"[0].a\" must be a string, number, boolean or null, but is an array (line 1, column 7)"),
        ),
    ] {
        assert_eq!(check_task_configs(body.as_bytes()).err().map(message).as_deref(), want, "{body}");
    }
}
