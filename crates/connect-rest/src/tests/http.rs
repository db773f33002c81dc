//! Status lines and headers: what is answered before a resource is asked.

use super::*;

const NOT_FOUND: &str = r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#;
const NOT_ALLOWED: &str = r#"{"error_code":405,"message":"HTTP 405 Method Not Allowed"}"#;
const NOT_ACCEPTABLE: &str = r#"{"error_code":406,"message":"HTTP 406 Not Acceptable"}"#;
const BAD_REQUEST: &str = "<html>\n<head><title>Error 400 Bad Request</title></head>\n<body><h2>HTTP ERROR 400 Bad Request</h2></body>\n</html>\n";
const BAD_REQUEST_JSON: &str = r#"{"error_code":400,"message":"HTTP 400 Bad Request"}"#;
const NOT_IMPLEMENTED: &str = "Kafka Connect in standalone mode does not support exactly-once source connectors.";
const UNSUPPORTED: &str = r#"{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}"#;

#[tokio::test]
async fn refusals() {
    let server = start().await;
    server.create("a").await;
    let (json, html) = (Some("application/json"), Some("text/html;charset=iso-8859-1"));
    let fence = format!(r#"{{"error_code":500,"message":"{NOT_IMPLEMENTED}"}}"#);
    for (method, path, headers, body, status, typed, want) in [
        ("GET", "/nope", &[][..], "", 404, None, NOT_FOUND),
        ("OPTIONS", "/nope", &[], "", 404, None, NOT_FOUND),
        ("GET", "/connectors/a/status/x", &[], "", 404, None, NOT_FOUND),
        ("GET", "/connectors/../connectors", &[], "", 404, None, NOT_FOUND),
        ("POST", "/", &[], "{}", 405, None, NOT_ALLOWED),
        ("DELETE", "/connectors", &[], "", 405, None, NOT_ALLOWED),
        ("POST", "/connectors/a", &["Accept: text/html"], "{}", 405, None, NOT_ALLOWED),
        ("TRACE", "/connectors", &[], "", 405, None, NOT_ALLOWED),
        ("FOO", "/connectors/a/config", &[], "", 405, None, NOT_ALLOWED),
        ("GET", "/", &["Accept: text/html"], "", 406, None, NOT_ACCEPTABLE),
        ("GET", "/connectors", &["Accept: garbage"], "", 406, None, NOT_ACCEPTABLE),
        ("DELETE", "/connectors/a", &["Accept: text/plain, image/*"], "", 406, None, NOT_ACCEPTABLE),
        ("POST", "/connectors", &["Content-Type: text/plain"], "{}", 415, None, UNSUPPORTED),
        ("PUT", "/connectors/a/config", &["Content-Type: application/vnd.x+json"], "{}", 415, None, UNSUPPORTED),
        ("POST", "/connectors", &[], "{}", 415, json, UNSUPPORTED),
        ("POST", "/connectors", &["Content-Type: application/*"], "{}", 415, json, UNSUPPORTED),
        ("GET", "/connectors", &["Content-Type: text/plain"], "", 415, None, UNSUPPORTED),
        ("DELETE", "/connectors/none", &["Content-Type: text/plain"], "", 415, None, UNSUPPORTED),
        ("GET", "/connectors", &["Accept: text/html", "Content-Type: text/plain"], "", 415, None, UNSUPPORTED),
        ("PUT", "/connectors/a/fence", &["Content-Type: text/plain"], "", 500, json, &fence),
        ("POST", "/connectors", &["Content-Type: bogus"], "{}", 400, html, BAD_REQUEST),
        ("GET", "/", &["Content-Type: bogus"], "", 400, html, BAD_REQUEST),
        ("GET", "/nope", &["Content-Type: a/b", "Content-Type: a/b"], "", 400, html, BAD_REQUEST),
        ("GET", "/", &["Content-Type: bogus", "Accept: application/json"], "", 400, json, BAD_REQUEST_JSON),
        ("PUT", "/connectors/a/config", &["Content-Type: bogus"], "{}", 400, None, ""),
        ("GET", "/connectors/a%2Fb", &["Accept: application/json"], "", 400, html, BAD_REQUEST),
        ("GET", "/connectors/%FF", &[], "", 400, html, BAD_REQUEST),
        ("GET", "/connectors//status", &[], "", 400, html, BAD_REQUEST),
        ("GET", "/", &["Host: second"], "", 400, html, BAD_REQUEST),
    ] {
        let answer = server.client.send(method, path, headers, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (status, want), "{method} {path} {headers:?}");
        assert_eq!(answer.header("Content-Type"), typed, "{method} {path} {headers:?}");
        assert_eq!(answer.header("Allow"), None, "{method} {path}");
    }
}

#[tokio::test]
async fn media_types_that_pass() {
    let server = start().await;
    for header in [
        "Accept: application/json",
        "Accept: application/*",
        "Accept: text/html, */*;q=0.1",
        "Accept: application/json;q=0",
        "Accept:",
        "Accept: Application/JSON; charset=utf-8",
        "Content-Type: text/plain",
    ] {
        assert_eq!(server.client.send("GET", "/", &[header], "").await.status, 200, "{header}");
    }
    for (header, name) in
        [("Content-Type: APPLICATION/JSON", "a"), ("Content-Type: application/json; charset=utf-8", "b")]
    {
        let body = format!(r#"{{"name":"{name}","config":{{"connector.class":"FakeSource"}}}}"#);
        assert_eq!(server.client.send("POST", "/connectors", &[header], &body).await.status, 201, "{header}");
    }
}

#[tokio::test]
async fn options() {
    let server = start().await;
    for (path, accept, allow, media_type, body) in [
        ("/", "Accept: */*", "HEAD,GET,OPTIONS", "text/plain", "HEAD, GET, OPTIONS"),
        ("/connectors", "Accept: text/*", "HEAD,POST,GET,OPTIONS", "text/plain", "HEAD, POST, GET, OPTIONS"),
        ("/connectors/a", "X: y", "HEAD,DELETE,GET,OPTIONS", "text/plain", "HEAD, DELETE, GET, OPTIONS"),
        ("/connectors/a/config", "X: y", "HEAD,GET,OPTIONS,PUT,PATCH", "text/plain", "HEAD, GET, OPTIONS, PUT, PATCH"),
        ("/connectors", "Accept: application/json", "HEAD,POST,GET,OPTIONS", "application/json", ""),
    ] {
        let answer = server.client.send("OPTIONS", path, &[accept], "").await;
        assert_eq!((answer.status, answer.body.as_str()), (200, body), "{path}");
        let got = (answer.header("Allow"), answer.header("Content-Type"));
        assert_eq!(got, (Some(allow), Some(media_type)), "{path}");
    }
}

#[tokio::test]
async fn methods_of_a_connectors_resources() {
    let server = start().await;
    for (path, allow) in [
        ("status", "HEAD,GET,OPTIONS"),
        ("restart", "POST,OPTIONS"),
        ("pause", "OPTIONS,PUT"),
        ("resume", "OPTIONS,PUT"),
        ("stop", "OPTIONS,PUT"),
        ("tasks", "HEAD,POST,GET,OPTIONS"),
        ("tasks/0/status", "HEAD,GET,OPTIONS"),
        ("tasks/x/restart", "POST,OPTIONS"),
        ("topics", "HEAD,GET,OPTIONS"),
        ("topics/reset", "OPTIONS,PUT"),
        ("offsets", "HEAD,DELETE,GET,OPTIONS,PATCH"),
        ("fence", "OPTIONS,PUT"),
    ] {
        let path = format!("/connectors/a/{path}");
        assert_eq!(server.client.send("OPTIONS", &path, &[], "").await.header("Allow"), Some(allow), "{path}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(|method| !allow.contains(method)) {
            let answer = server.client.send(method, &path, &[], "").await;
            assert_eq!((answer.status, answer.body.as_str()), (405, NOT_ALLOWED), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = start().await;
    for (path, status, length) in
        [("/", 200, "79"), ("/connectors", 200, "2"), ("/connectors/a", 404, "52"), ("/nope", 404, "49")]
    {
        let get = server.get(path).await;
        let head = server.client.send("HEAD", path, &[], "").await;
        assert_eq!(
            (head.status, head.body.as_str(), head.header("Content-Length")),
            (status, "", Some(length)),
            "{path}"
        );
        assert_eq!(get.header("Content-Length"), head.header("Content-Length"), "{path}");
        assert_eq!(get.header("Content-Type"), head.header("Content-Type"), "{path}");
    }
}

#[tokio::test]
async fn own_pages() {
    let server = start().await;
    let root = server.get("/").await;
    assert_eq!(root.body, r#"{"version":"4.3.1+longshore.0.1.0","commit":"abc","kafka_cluster_id":"cluster"}"#);
    let health = server.get("/health").await;
    let healthy = r#"{"status":"healthy","message":"Worker has completed startup and is ready to handle requests."}"#;
    assert_eq!((health.status, health.body.as_str()), (200, healthy));
}

#[tokio::test]
async fn bodies_have_a_limit() {
    let server = start().await;
    let too_large = crate::body::BODY_BYTES_MAX + 1;
    let head = "POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nConnection: close\r\n";
    let declared = format!("{head}Content-Length: {too_large}\r\n\r\n");
    let answer = server.client.raw(declared.as_bytes()).await;
    let want = r#"{"error_code":413,"message":"The request body is larger than 16777216 bytes"}"#;
    assert_eq!((answer.status, answer.body.as_str()), (413, want));
    let config =
        format!(r#"{{"name":"big","config":{{"connector.class":"FakeSource","x":"{}"}}}}"#, "y".repeat(4 << 20));
    assert_eq!(server.json("POST", "/connectors", &config).await.status, 201);
}
