//! `GET /metrics`, beside the API and alone.

use std::sync::atomic::Ordering;

use super::*;
use crate::MetricsServer;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

#[tokio::test]
async fn the_page_is_there_even_if_the_herder_is_stuck() {
    let server = start_with(fast()).await;
    server.herder.stuck.store(true, Ordering::Relaxed);
    for accept in ["X: y", "Accept: text/plain;version=0.0.4", "Accept: application/openmetrics-text"] {
        let answer = server.client.send("GET", "/metrics", &[accept], "").await;
        let got = (answer.status, answer.body.as_str(), answer.header("Content-Type"));
        assert_eq!(got, (200, PAGE, Some(CONTENT_TYPE)), "{accept}");
    }
    let head = server.client.send("HEAD", "/metrics", &[], "").await;
    assert_eq!((head.status, head.body.as_str(), head.header("Content-Type")), (200, "", Some(CONTENT_TYPE)));
    let options = server.client.send("OPTIONS", "/metrics", &[], "").await;
    assert_eq!((options.status, options.header("Allow")), (200, Some("HEAD,GET,OPTIONS")));
    assert_eq!(server.client.send("POST", "/metrics", &[], "").await.status, 405);
    assert_eq!(server.get("/metrics/x").await.status, 404);
}

#[tokio::test]
async fn without_a_page_there_is_no_resource() {
    let (bound, client) = bind(fast()).await;
    let herder = Arc::new(FakeHerder::new(bound.worker_id()));
    let serving = bound.serve(herder, None, CancellationToken::new());
    assert_eq!(client.send("GET", "/metrics", &[], "").await.status, 404);
    drop(serving);
}

#[tokio::test]
async fn a_listener_of_its_own_shows_nothing_else() {
    let any = Listener::parse("http://127.0.0.1:0").unwrap();
    let server = MetricsServer::bind(any, "k").await.unwrap();
    let client = Client { port: server.addresses()[0].port() };
    assert_eq!(client.send("GET", "/metrics", &[], "").await.status, 404, "not yet");
    let stop = CancellationToken::new();
    let serving = tokio::spawn(server.serve(Arc::new(|| PAGE.to_owned()), stop.clone()));
    for (method, path, want) in [
        ("GET", "/metrics", 200),
        ("POST", "/metrics", 405),
        ("GET", "/", 404),
        ("GET", "/connectors", 404),
        ("GET", "/health", 404),
    ] {
        assert_eq!(client.send(method, path, &[], "").await.status, want, "{method} {path}");
    }
    let taken = Listener::parse(&format!("http://127.0.0.1:{}", client.port)).unwrap();
    let error = MetricsServer::bind(taken, "a.key").await.err().unwrap().to_string();
    assert!(error.contains("another program uses this port") && error.contains("`a.key`"), "{error}");
    stop.cancel();
    serving.await.unwrap();
}
