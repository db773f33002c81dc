//! What the connector resources say, byte for byte.

use super::*;

#[tokio::test]
async fn create_look_change_delete() {
    let server = start().await;
    let worker = format!("127.0.0.1:{}", server.client.port);
    let info = |extra: &str| {
        format!(
            r#"{{"name":"a","config":{{"connector.class":"FakeSource","tasks.max":"1"{extra},"name":"a"}},"tasks":[{{"connector":"a","task":0}}],"type":"source"}}"#
        )
    };
    let state = format!(
        r#"{{"name":"a","connector":{{"state":"RUNNING","worker_id":"{worker}","version":"4.3.1"}},"tasks":[{{"id":0,"state":"RUNNING","worker_id":"{worker}","version":"4.3.1"}}],"type":"source"}}"#
    );
    let create = r#"{"name":" a ","config":{"connector.class":"FakeSource","tasks.max":1}}"#;
    let change = r#"{"connector.class":"FakeSource","tasks.max":"1","x":true,"y":null}"#;
    let config = r#"{"connector.class":"FakeSource","tasks.max":"1","x":"true","y":null,"name":"a"}"#;
    let missing = r#"{"error_code":404,"message":"Connector a not found"}"#;
    let no_status = r#"{"error_code":404,"message":"No status found for connector a"}"#;
    for (method, path, body, status, want) in [
        ("GET", "/connectors", "", 200, "[]"),
        ("GET", "/connectors?expand=info", "", 200, "{}"),
        ("POST", "/connectors", create, 201, &info("")),
        ("POST", "/connectors", create, 409, r#"{"error_code":409,"message":"Connector a already exists"}"#),
        ("GET", "/connectors", "", 200, r#"["a"]"#),
        ("GET", "/connectors/", "", 200, r#"["a"]"#),
        ("GET", "/connectors/a", "", 200, &info("")),
        ("GET", "/connectors/a;v=1/", "", 200, &info("")),
        ("GET", "/connectors/%61", "", 200, &info("")),
        ("GET", "/connectors/a/status", "", 200, &state),
        (
            "GET",
            "/connectors/a/tasks",
            "",
            200,
            r#"[{"id":{"connector":"a","task":0},"config":{"task.class":"FakeTask"}}]"#,
        ),
        (
            "GET",
            "/connectors?expand=status&expand=info",
            "",
            200,
            &format!(r#"{{"a":{{"info":{},"status":{state}}}}}"#, info("")),
        ),
        ("GET", "/connectors?expand=status", "", 200, &format!(r#"{{"a":{{"status":{state}}}}}"#)),
        ("GET", "/connectors?expand=status,info", "", 200, r#"{"a":{}}"#),
        ("GET", "/connectors?expand", "", 200, r#"{"a":{}}"#),
        ("GET", "/connectors?expand=%FF&%zz", "", 200, r#"{"a":{}}"#),
        ("PUT", "/connectors/a/config", change, 200, &info(r#","x":"true","y":null"#)),
        ("GET", "/connectors/a/config", "", 200, config),
        ("DELETE", "/connectors/a", "", 204, ""),
        ("DELETE", "/connectors/a", "", 404, missing),
        ("GET", "/connectors/a", "", 404, missing),
        ("GET", "/connectors/a/config", "", 404, missing),
        ("GET", "/connectors/a/tasks", "", 404, missing),
        ("GET", "/connectors/a/status", "", 404, no_status),
    ] {
        let answer = server.json(method, path, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, want), "{method} {path}");
        let typed = (status != 204).then_some("application/json");
        assert_eq!(answer.header("Content-Type"), typed, "{method} {path}");
    }
}

#[tokio::test]
async fn location_of_what_was_created() {
    let server = start().await;
    let config = r#"{"connector.class":"FakeSource"}"#;
    for (path, want) in [
        ("/connectors/a/config", Some("http://worker:8083/connectors/a")),
        ("/connectors/n%C3%BC%20w/config", Some("http://worker:8083/connectors/n%C3%BC%20w")),
        ("/connectors/%20sp%20/config", Some("http://worker:8083/connectors/%20sp%20")), // only POST trims
        ("/connectors/a/config", None),
    ] {
        let answer = server.json("PUT", path, config).await;
        assert_eq!(answer.status, if want.is_some() { 201 } else { 200 }, "{path}");
        assert_eq!(answer.header("Location"), want, "{path}");
    }
    let body = r#"{"name":"b c/%\u00fc+\"x","config":{"connector.class":"FakeSource"}}"#;
    let answer = server.json("POST", "/connectors", body).await;
    assert_eq!(answer.header("Location"), Some("http://worker:8083/connectors/b%20c/%25%C3%BC+%22x"));
    let request = format!(
        "PUT /connectors/old/config HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{config}",
        config.len()
    );
    let answer = server.client.raw(request.as_bytes()).await; // HTTP/1.0 names no host
    let want = format!("http://127.0.0.1:{}/connectors/old", server.client.port);
    assert_eq!(answer.header("Location"), Some(want.as_str()));
}

#[tokio::test]
async fn names_in_body_and_path() {
    let server = start().await;
    for (method, path, body, message) in [
        (
            "PUT",
            "/connectors/a/config",
            r#"{"name":"b"}"#,
            "Connector name configuration (b) doesn't match connector name in the URL (a)",
        ),
        (
            "POST",
            "/connectors",
            r#"{"name":" a ","config":{"name":" a "}}"#,
            "Connector name configuration ( a ) doesn't match connector name in the URL (a)",
        ),
        (
            "POST",
            "/connectors",
            r#"{"config":{"name":"x"}}"#,
            "Connector name configuration (x) doesn't match connector name in the URL ()",
        ),
        ("POST", "/connectors", r#"{"config":{"connector.class":"No"}}"#, "Failed to find any class that is No"),
        ("POST", "/connectors", r#"{"config":{}}"#, "Connector config {} contains no connector type"),
        ("PUT", "/connectors/a/config", "", "The request body is empty: it has to be a JSON object"),
    ] {
        let answer = server.json(method, path, body).await;
        let want = format!(r#"{{"error_code":400,"message":"{message}"}}"#);
        assert_eq!((answer.status, answer.body), (400, want), "{method} {path} {body}");
    }
    let answer = server.json("PUT", "/connectors/a/config", r#"{"name":null,"connector.class":"FakeSource"}"#).await;
    assert!(answer.body.contains(r#""config":{"name":"a","connector.class":"FakeSource"}"#), "{}", answer.body);
}

#[tokio::test]
async fn initial_states_and_versions() {
    let server = start().await;
    for (state, class, want) in [
        (
            "stopped",
            "FakeSource",
            r#""connector":{"state":"STOPPED","worker_id":"w","version":"4.3.1"},"tasks":[],"type":"source""#,
        ),
        (
            "PAUSED",
            "FakeSource",
            r#""connector":{"state":"PAUSED","worker_id":"w","version":"4.3.1"},"tasks":[],"type":"source""#,
        ),
        ("Stopped", "FakeSink", r#""connector":{"state":"STOPPED","worker_id":"w"},"tasks":[],"type":"sink""#),
    ] {
        let body =
            format!(r#"{{"name":"{state}","initial_state":"{state}","config":{{"connector.class":"{class}"}}}}"#);
        assert_eq!(server.json("POST", "/connectors", &body).await.status, 201, "{state}");
        let answer = server.get(&format!("/connectors/{state}/status")).await;
        let got = answer.body.replace(&format!("127.0.0.1:{}", server.client.port), "w");
        assert_eq!(got, format!(r#"{{"name":"{state}",{want}}}"#));
    }
}
