//! Resources that change what a connector does: which command each becomes, and what the herder's answer looks like.

use connect_api::{Map, Value};
use connect_core::ConnectorName;
use connect_core::herder::{ConnectorInfo, ConnectorStatus, ConnectorType, HerderError, Reply, Status, TaskStatus};

use super::*;

const JSON: &[&str] = &["Content-Type: application/json"];

fn map(entries: &[(&str, Value)]) -> Option<Map> {
    Some(entries.iter().map(|(key, value)| (Value::string(*key), value.clone())).collect())
}

fn status() -> Reply {
    let task = TaskStatus {
        index: 1,
        status: Status::Restarting,
        worker_id: "w:1".into(),
        version: Some("1".into()),
        trace: None,
    };
    Reply::Status(ConnectorStatus {
        name: ConnectorName::new("a"),
        status: Status::Running,
        worker_id: "w:1".into(),
        version: Some("1".into()),
        trace: None,
        tasks: vec![task],
        connector_type: ConnectorType::Sink,
    })
}

const STATUS: &str = r#"{"name":"a","connector":{"state":"RUNNING","worker_id":"w:1","version":"1"},"tasks":[{"id":1,"state":"RESTARTING","worker_id":"w:1","version":"1"}],"type":"sink"}"#;

#[tokio::test]
async fn requests_without_a_body() {
    let server = start().await;
    let plan = |tasks, failed| {
        format!(r#"Restart {{ name: ConnectorName("a"), include_tasks: {tasks}, only_failed: {failed} }}"#)
    };
    let alone = r#"RestartConnector(ConnectorName("a"))"#;
    for (request, reply, command, code, body) in [
        ("PUT /a/pause", Reply::Done, r#"SetTargetState(ConnectorName("a"), Paused)"#, 202, ""),
        ("PUT /a/resume", Reply::Done, r#"SetTargetState(ConnectorName("a"), Started)"#, 202, ""),
        ("PUT /a/stop?forward=x", Reply::Done, r#"SetTargetState(ConnectorName("a"), Stopped)"#, 204, ""),
        ("PUT /%C3%BC%20b/stop", Reply::Done, r#"SetTargetState(ConnectorName("ü b"), Stopped)"#, 204, ""),
        ("POST /a/restart", Reply::Done, alone, 204, ""),
        ("POST /a/restart?includeTasks=yes", Reply::Done, alone, 204, ""),
        ("POST /a/restart?includeTasks&onlyFailed=", Reply::Done, alone, 204, ""),
        ("POST /a/restart?includeTasks=false&includeTasks=true", Reply::Done, alone, 204, ""),
        ("POST /a/restart?includeTasks=TRUE", status(), &plan(true, false), 202, STATUS),
        ("POST /a/restart?onlyFailed=true", status(), &plan(false, true), 202, STATUS),
        ("POST /a/restart?onlyFailed=true&includeTasks=true", status(), &plan(true, true), 202, STATUS),
        (
            "POST /a/tasks/+7/restart",
            Reply::Done,
            r#"RestartTask(TaskId { connector: ConnectorName("a"), index: 7 })"#,
            204,
            "",
        ),
        ("PUT /a/topics/reset", Reply::Done, r#"ResetTopics(ConnectorName("a"))"#, 202, ""),
        (
            "GET /a/topics",
            Reply::Topics(vec!["t".into(), "u".into()]),
            r#"Topics(ConnectorName("a"))"#,
            200,
            r#"{"a":{"topics":["t","u"]}}"#,
        ),
        ("GET /a%22/topics", Reply::Topics(vec![]), r#"Topics(ConnectorName("a\""))"#, 200, r#"{"a\"":{"topics":[]}}"#),
        (
            "GET /a/tasks/%30/status",
            Reply::TaskStatus(TaskStatus {
                index: 0,
                status: Status::Failed,
                worker_id: "w:1".into(),
                version: None,
                trace: Some("x".into()),
            }),
            r#"TaskStatus(TaskId { connector: ConnectorName("a"), index: 0 })"#,
            200,
            r#"{"id":0,"state":"FAILED","worker_id":"w:1","version":null,"trace":"x"}"#,
        ),
        ("GET /a/offsets", Reply::Offsets(vec![]), r#"Offsets(ConnectorName("a"))"#, 200, r#"{"offsets":[]}"#),
        (
            "GET /a/offsets",
            Reply::Offsets(vec![
                (
                    map(&[("kafka_partition", Value::Int32(0)), ("kafka_topic", Value::string("t"))]),
                    map(&[("kafka_offset", Value::Int64(4))]),
                ),
                (None, None),
            ]),
            r#"Offsets(ConnectorName("a"))"#,
            200,
            r#"{"offsets":[{"partition":{"kafka_partition":0,"kafka_topic":"t"},"offset":{"kafka_offset":4}},{"partition":null,"offset":null}]}"#,
        ),
        (
            "DELETE /a/offsets",
            Reply::Message("gone".into()),
            r#"ResetOffsets(ConnectorName("a"))"#,
            200,
            r#"{"message":"gone"}"#,
        ),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        server.herder.answer(Ok(reply));
        let answer = server.client.send(method, &format!("/connectors{path}"), &[], "").await;
        assert_eq!((answer.status, answer.body.as_str()), (code, body), "{request}");
        let asked = server.herder.asked().map(|command| format!("{command:?}"));
        assert_eq!(asked.as_deref(), Some(command), "{request}");
        assert_eq!(answer.header("Content-Length").is_some(), code != 204, "{request}");
    }
}

#[tokio::test]
async fn requests_with_a_body() {
    let server = start().await;
    let info = ConnectorInfo {
        name: ConnectorName::new("a"),
        config: [("name", "a")].into(),
        tasks: vec![],
        connector_type: ConnectorType::Source,
    };
    let put = Reply::Put { created: false, info };
    for (path, body, reply, commands, want) in [
        (
            "config",
            r#"{"b":1,"c":null}"#,
            put,
            &["PatchConfig", r#"ConnectorName("a")"#, "\"b\"", "\"c\""][..],
            r#"{"name":"a","config":{"name":"a"},"tasks":[],"type":"source"}"#,
        ),
        (
            "offsets",
            r#"{"offsets":[{"partition":{"f":"x"},"offset":null}]}"#,
            Reply::Message("set".into()),
            &["AlterOffsets", r#"ConnectorName("a")"#, "\"f\"", "None"],
            r#"{"message":"set"}"#,
        ),
    ] {
        server.herder.answer(Ok(reply));
        let answer = server.json("PATCH", &format!("/connectors/a/{path}"), body).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, want), "{path}");
        assert_eq!(answer.header("Location"), None, "{path}");
        let asked = format!("{:?}", server.herder.asked());
        assert!(commands.iter().all(|part| asked.contains(part)), "{asked}");
    }
}

#[tokio::test]
async fn refusals_of_the_herder() {
    let server = start().await;
    for (request, error, code) in [
        ("PUT /a/pause", HerderError::NotFound("no".into()), 404),
        ("PUT /a/stop", HerderError::Failed("no".into()), 500),
        ("POST /a/restart", HerderError::NotFound("no".into()), 404),
        ("POST /a/restart?onlyFailed=true", HerderError::NotFound("no".into()), 404),
        ("POST /a/tasks/0/restart", HerderError::NotFound("no".into()), 404),
        ("GET /a/topics", HerderError::Forbidden("no".into()), 403),
        ("PUT /a/topics/reset", HerderError::Forbidden("no".into()), 403),
        ("DELETE /a/offsets", HerderError::BadRequest("no".into()), 400),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        server.herder.answer(Err(error));
        let answer = server.client.send(method, &format!("/connectors{path}"), &[], "").await;
        let want = format!(r#"{{"error_code":{code},"message":"no"}}"#);
        assert_eq!((answer.status, answer.body), (code, want), "{request}");
    }
}

#[tokio::test]
async fn refusals_before_the_herder() {
    let server = start().await;
    let plain = |code: u16, reason: &str| format!("HTTP {code} {reason}");
    let no_task_configs = "Kafka Connect in standalone mode does not support externally setting task configurations.";
    let no_fencing = "Kafka Connect in standalone mode does not support exactly-once source connectors.";
    let empty = "The request body is empty: it has to be a JSON";
    for (request, headers, body, code, message) in [
        ("GET /a/tasks/abc/status", &[][..], "", 404, plain(404, "Not Found")),
        ("GET /a/tasks/2147483648/status", &[], "", 404, plain(404, "Not Found")),
        ("POST /a/tasks/1.0/restart", &[], "", 404, plain(404, "Not Found")),
        ("GET /a/tasks/-1/status", &[], "", 404, "No status found for task a--1".to_owned()),
        ("POST /a/tasks/-01/restart", &[], "", 404, "Task a--1 not found".to_owned()),
        ("PATCH /a/config", JSON, "", 400, format!("{empty} object")),
        ("PATCH /a/config", &[], "{}", 415, plain(415, "Unsupported Media Type")),
        ("PATCH /a/offsets", &["Content-Type: */*"], "{}", 415, plain(415, "Unsupported Media Type")),
        ("PATCH /a/offsets", &[], "", 400, format!("{empty} object")),
        ("POST /a/tasks", JSON, "[]", 500, no_task_configs.to_owned()),
        ("POST /a/tasks", &[], "", 400, format!("{empty} array")),
        ("PUT /a/fence", &[], "", 500, no_fencing.to_owned()),
        ("PUT /a/fence", JSON, "{", 500, no_fencing.to_owned()),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        let answer = server.client.send(method, &format!("/connectors{path}"), headers, body).await;
        let want = format!(r#"{{"error_code":{code},"message":"{message}"}}"#);
        assert_eq!((answer.status, answer.body.as_str()), (code, want.as_str()), "{request}");
        assert_eq!(answer.header("Content-Type"), Some("application/json"), "{request}");
    }
}

#[tokio::test]
async fn a_body_that_nobody_reads() {
    let server = start().await;
    for (headers, body, code) in [
        (&[][..], "x", 202), // of no said type
        (JSON, "{bad", 202),
        (&["Content-Type: application/*"], "x", 202),
        (&["Content-Type: text/plain"], "x", 415),
        (&["Content-Type: application/x-www-form-urlencoded"], "", 415),
        (&["Accept: text/plain"], "", 406),
    ] {
        server.herder.answer(Ok(Reply::Done));
        let answer = server.client.send("PUT", "/connectors/a/pause", headers, body).await;
        assert_eq!(answer.status, code, "{headers:?} {body}");
    }
}
