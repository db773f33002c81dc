//! The rules of the comparison as tables, and a replay against a server that only knows its lines.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::compare::compare;
use super::json::{at, ignore, same, shape};
use super::replay::Replay;
use super::suite::judge;
use super::uniform::{lines, uniform};
use super::{Mode, Scenario};
use crate::golden::{Outcome, Tally};
use crate::http::WorkerUrl;

#[test]
fn alike_or_better() {
    let answer = |status: u16, body: Json| json!({"do": "x", "status": status, "body": body});
    let error = |code: u16, message: &str| json!({"error_code": code, "message": message});
    for (want, got, passes) in [
        (answer(200, json!({"a": 1, "b": [2]})), answer(200, json!({"b": [2.0], "a": 1})), true),
        (answer(200, json!([1, 2])), answer(200, json!([2, 1])), false),
        (answer(200, Json::Null), answer(202, Json::Null), false),
        (answer(404, error(404, "no")), answer(404, error(404, "nope")), false),
        (answer(500, error(500, "NPE")), answer(500, error(500, "else")), false),
        (answer(500, error(500, "NPE")), answer(404, error(404, "no such thing")), true),
        (answer(500, json!("<html or text>")), answer(400, error(400, "why")), true),
        (answer(500, error(500, "NPE")), answer(400, error(400, "")), false), // explains nothing
        (answer(500, error(500, "NPE")), answer(400, error(404, "x")), false), // contradicts itself
        (answer(500, error(500, "NPE")), answer(400, json!("why")), false),
        (answer(500, error(500, "NPE")), answer(200, error(200, "x")), false),
        (answer(501, error(501, "no")), answer(400, error(400, "why")), false),
        (json!({"do": "read f", "body": ["a"]}), json!({"do": "read f", "body": ["a"]}), true),
        (json!({"do": "read f", "body": ["a"]}), json!({"do": "read g", "body": ["a"]}), false),
    ] {
        assert_eq!(compare(&want, &got) == Outcome::Passed, passes, "{want} / {got}");
    }
}

#[test]
fn missing_answers_are_a_failure() {
    let step = json!({"do": "GET /", "status": 200, "body": null});
    let mut tally = Tally::new("s");
    judge(&mut tally, &[step.clone(), step.clone()], &[step]);
    assert_eq!((tally.passed, tally.failed.len()), (1, 1));
    assert_eq!(tally.to_string(), "s: 1 passed, 1 failed, 0 skipped");
}

#[test]
fn numbers_are_compared_by_value() {
    for (left, right, want) in [
        (json!(4), json!(4.0), true),
        (json!(4), json!(5), false),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false), // the same double
        (json!(1), json!(true), false),
        (json!("1"), json!(1), false),
        (json!({"a": null}), json!({}), false),
    ] {
        assert_eq!(same(&left, &right), want, "{left} {right}");
    }
}

#[test]
fn what_differs_from_run_to_run() {
    let texts = [("/tmp/x".to_owned(), "{tmp}".to_owned()), ("c12".to_owned(), "{id}".to_owned())];
    for (given, want) in [
        (
            json!({"worker_id": "h:1", "version": "4", "commit": "a"}),
            json!({"worker_id": "<worker>", "version": "<version>", "commit": "<commit>"}),
        ),
        (json!({"version": null, "worker_id": null}), json!({"version": null, "worker_id": "<worker>"})),
        (
            json!({"kafka_cluster_id": "x", "documentation": null}),
            json!({"kafka_cluster_id": "<kafka_cluster_id>", "documentation": "<text>"}),
        ),
        (json!({"trace": "a c12\nb"}), json!({"trace": "a {id}"})),
        (json!({"trace": ""}), json!({"trace": ""})),
        (json!({"last_modified": 5}), json!({"last_modified": "<ms>"})),
        (json!({"last_modified": null}), json!({"last_modified": null})),
        (json!({"n-c12": "/tmp/x/f"}), json!({"n-{id}": "{tmp}/f"})),
        (json!(["b", "a", "c12"]), json!(["a", "b", "{id}"])),
        (json!(["b", 1, "a"]), json!(["b", 1, "a"])),
        (
            json!([{"class": "b", "type": "t"}, {"class": "a", "type": "t"}, {"class": "z", "type": "s"}]),
            json!([{"class": "z", "type": "s"}, {"class": "a", "type": "t"}, {"class": "b", "type": "t"}]),
        ),
        (json!("at 127.0.0.1:80 or (localhost:81)"), json!("at <host> or (<host>)")),
        (json!("x127.0.0.1:80 localhost: 1127.0.0.1:8"), json!("x127.0.0.1:80 localhost: 1127.0.0.1:8")),
        (json!("ü127.0.0.1:1 http://localhost:1/x"), json!("ü127.0.0.1:1 http://<host>/x")),
    ] {
        assert_eq!(uniform(&given, &texts), want, "{given}");
    }
}

#[test]
fn lines_as_python_splits_them() {
    for (text, want) in [
        ("", &[][..]),
        ("a", &["a"]),
        ("a\n", &["a"]),
        ("a\r\nb\rc\n\nd", &["a", "b", "c", "", "d"]),
        ("a\u{2028}b\u{b}c", &["a", "b", "c"]),
        ("\n", &[""]),
    ] {
        assert_eq!(lines(text), want, "{text:?}");
    }
}

#[test]
fn pointers() {
    let doc = json!({"a": [{"b": 1}, {"b": 2}], "c": "x"});
    for (pointer, value, ignored) in [
        ("/a/1/b", json!(2), json!({"a": [{"b": 1}, {"b": "<ignored>"}], "c": "x"})),
        ("/a/*/b", Json::Null, json!({"a": [{"b": "<ignored>"}, {"b": "<ignored>"}], "c": "x"})),
        ("/a/*", Json::Null, doc.clone()), // a star at the end stands for nothing
        ("/*/0", Json::Null, json!({"a": ["<ignored>", {"b": 2}], "c": "x"})),
        ("/c", json!("x"), json!({"a": [{"b": 1}, {"b": 2}], "c": "<ignored>"})),
        ("/a/9/b", Json::Null, doc.clone()),
        ("/c/d", Json::Null, doc.clone()),
        ("", doc.clone(), doc.clone()),
    ] {
        assert_eq!(at(&doc, pointer), &value, "{pointer}");
        let mut changed = doc.clone();
        ignore(&mut changed, pointer);
        assert_eq!(changed, ignored, "{pointer}");
    }
}

#[test]
fn shapes() {
    for (doc, want) in [
        (json!({"a": [1, 2.5, "x", null, true, "y"]}), json!({"a": ["list of", "bool", "null", "number", "string"]})),
        (json!([]), json!(["list of"])),
        // Ordered by their text as Python writes it: quote, bracket, brace.
        (
            json!([{"b": 1}, [], {"a": 1, "b": 2}, "x"]),
            json!(["list of", "string", ["list of"], {"a": "number", "b": "number"}, {"b": "number"}]),
        ),
        (json!([{"x": 1, "a": 2}, {"a": 3, "x": 4}]), json!(["list of", {"a": "number", "x": "number"}])),
    ] {
        assert_eq!(shape(&doc), want, "{doc}");
    }
}

/// Answers each connection with the next of `answers` and gives back what it was asked.
fn server(answers: &'static [(&'static str, &'static str)]) -> (WorkerUrl, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let serving = std::thread::spawn(move || {
        let answer = |(head, body): &(&str, &str)| {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).unwrap();
            let head = head.replace("{host}", &listener.local_addr().unwrap().to_string());
            let answer = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        };
        answers.iter().map(answer).collect()
    });
    (url, serving)
}

fn scenario(steps: Json) -> Scenario {
    serde_json::from_value(json!({"about": "a test", "steps": steps})).unwrap()
}

#[test]
fn a_replay() {
    let (url, serving) = server(&[
        ("200 OK", r#"{"state":"NEW","tasks":[]}"#),
        ("200 OK", r#"{"state":"RUNNING","tasks":[{"id":0}]}"#),
        ("201 Created\r\nLOCATION: http://{host}/connectors/a", "[]"),
        ("404 Not Found", "<HTML>gone"),
        ("200 OK", "plain 127.0.0.1:1"),
        ("204 No Content", ""),
    ]);
    let replay = Replay::new(&url, Mode::Standalone).unwrap();
    let scenario = scenario(json!([
        {"write": "{tmp}/f", "text_to_write": "b\n{id}\n"},
        {"do": "GET /a-{id}", "until": [["/state", "RUNNING"], ["/tasks/0/id", 0]], "ignore": ["/tasks/0/id"]},
        {"do": "POST /b?x={tmp}", "body": {"{id}": ["{tmp}"]}, "keys": ["Location", "X"], "headers": {"accept": "a/b"}},
        {"do": "PUT /c", "raw": "{bad", "modes": ["distributed"]},
        {"sleep": 0.01},
        {"do": "PUT /c", "raw": "{bad"},
        {"do": "GET /d", "text": true},
        {"do": "PUT /e"},
        {"write": "{tmp}/f", "text_to_write": "a"},
        {"lines": ["{tmp}/f", 3]},
    ]));
    let got = replay.run(&scenario).unwrap();
    let want = [
        json!({"do": "GET /a-{id}", "status": 200, "body": {"state": "RUNNING", "tasks": [{"id": "<ignored>"}]}}),
        json!({"do": "POST /b?x={tmp}", "status": 201, "headers": {"Location": "<url>/connectors/a", "X": null}, "body": []}),
        json!({"do": "PUT /c", "status": 404, "body": "<html or text>"}),
        json!({"do": "GET /d", "status": 200, "body": "plain <host>"}),
        json!({"do": "PUT /e", "status": 204, "body": null}),
        json!({"do": "read {tmp}/f", "body": ["a", "b", "{id}"]}), // what is written is not filled in
    ];
    assert_eq!(got, want);
    let asked = serving.join().unwrap();
    assert!(asked[0].starts_with(&format!("GET /a-{} HTTP/1.1\r\n", replay.token())), "{}", asked[0]);
    assert!(!asked[0].contains("Content-Length"), "{}", asked[0]);
    let (head, body) = asked[2].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("\r\naccept: a/b") && !head.contains("Accept: application/json"), "{head}");
    assert!(head.contains("Content-Type: application/json") && !head.contains("{tmp}"), "{head}");
    assert!(body.starts_with(&format!("{{\"{}\":[\"/", replay.token())), "{body}");
    assert!(asked[3].ends_with("\r\n\r\n{bad"), "{}", asked[3]);
    assert!(asked[5].contains("Content-Length: 0\r\n"), "{}", asked[5]);
}

#[test]
fn only_what_this_run_has_made() {
    let (url, serving) = server(&[("200 OK", r#"{"other":1}"#)]);
    let replay = Replay::new(&url, Mode::Standalone).unwrap();
    let got = replay.run(&scenario(json!([{"do": "GET /connectors?expand=info", "mine": true}]))).unwrap();
    assert_eq!(got[0]["body"], json!({}));
    serving.join().unwrap();
}

#[test]
fn a_condition_that_never_comes_true() {
    let (url, serving) = server(&[("200 OK", r#"{"a":1}"#), ("200 OK", r#"{"a":2}"#)]);
    let replay = Replay::new(&url, Mode::Standalone).unwrap().with_patience(Duration::from_millis(50));
    let got =
        replay.run(&scenario(json!([{"do": "GET /x", "until": ["/a", 3]}, {"lines": ["{tmp}/none", 1]}]))).unwrap();
    assert_eq!((&got[0]["body"], &got[1]["body"]), (&json!({"a": 2}), &json!([])), "the last answer counts");
    serving.join().unwrap();
    let error = replay.run(&scenario(json!([{"do": "GET /x"}]))).unwrap_err();
    assert!(error.to_string().starts_with("GET /x: "), "{error}");
}

#[test]
fn modes() {
    for (text, standalone) in [
        (r#"{"steps":[]}"#, true),
        (r#"{"modes":["distributed"],"steps":[]}"#, false),
        (r#"{"modes":["standalone","distributed"],"steps":[]}"#, true),
    ] {
        let scenario: Scenario = serde_json::from_str(text).unwrap();
        assert_eq!(scenario.applies_to(Mode::Standalone), standalone, "{text}");
    }
}
