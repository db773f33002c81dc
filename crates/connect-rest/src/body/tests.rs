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
    }
}
