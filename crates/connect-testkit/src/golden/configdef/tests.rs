use super::*;

fn case(op: &str, config: Json, input: Json, expect: Json) -> Case {
    let line =
        json!({ "id": "t", "subject": "configdef", "op": op, "config": config, "input": input, "expect": expect });
    serde_json::from_value(line).expect("a case")
}

#[test]
fn right_and_wrong_answers_are_told_apart() {
    let subject = ConfigDefSubject::new(|_| None);
    let sink = |message: &str| {
        let error = json!({ "error": { "class": ConfigException::JAVA_CLASS, "message": message } });
        let config = json!({ "name": "c", "connector.class": "x", "topics": null });
        subject.run(&case("construct", config, json!({ "def": "SinkConnectorConfig" }), error))
    };
    let want = "Invalid value null for configuration topics: Must configure one of topics or topics.regex";
    assert_eq!(sink(want), Outcome::Passed);
    assert!(matches!(sink("another text"), Outcome::Failed(_)));
    let unknown = case("parse", json!({}), json!({ "def": "Cast$Value" }), json!({}));
    assert!(matches!(subject.run(&unknown), Outcome::Skipped(_)));
}

#[test]
fn objects_are_told_as_java_does() {
    let subject = ConfigDefSubject::new(|_| None);
    let map = json!({ "map": [[{ "string": "a" }, { "int32": 1 }]] });
    let message =
        "Invalid value {a=1} for configuration n: Expected value to be a string, but it was a java.util.LinkedHashMap";
    let expect = json!({ "error": { "class": ConfigException::JAVA_CLASS, "message": message } });
    let input = json!({ "name": "n", "type": "STRING", "value": map });
    assert_eq!(subject.run(&case("parseType", json!({}), input, expect)), Outcome::Passed);
}
