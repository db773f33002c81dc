//! Start, slow clients, a herder that does not answer, and the end.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::RestError;

#[tokio::test]
async fn the_port_opens_before_there_is_a_herder() {
    let (bound, client) = bind(Timeouts::default()).await;
    assert_eq!(bound.advertised_url(), format!("http://127.0.0.1:{}/", client.port));
    assert_eq!(bound.worker_id(), format!("127.0.0.1:{}", client.port));
    assert_eq!(client.send("GET", "/", &[], "").await.status, 404);
    drop(bound);
    let refused = tokio::net::TcpStream::connect(("127.0.0.1", client.port)).await;
    // The accept loop ends when the runtime gets to it.
    assert!(refused.is_err() || client.send("GET", "/", &[], "").await.status == 0);
}

#[tokio::test]
async fn the_api_is_there_as_soon_as_serve_was_called() {
    let (bound, client) = bind(fast()).await;
    let herder = Arc::new(FakeHerder::new(bound.worker_id()));
    let serving = bound.serve(herder, None, CancellationToken::new());
    assert_eq!(client.send("GET", "/", &[], "").await.status, 200, "before the future is polled");
    drop(serving);
}

#[tokio::test]
async fn the_advertised_address() {
    for (listener, host, port, want) in [
        ("http://127.0.0.1:0", None, None, "127.0.0.1:{port}"),
        ("http://127.0.0.1:0", Some("worker.example"), Some(80), "worker.example:80"),
        ("http://localhost:0", None, Some(443), "localhost:443"),
        ("http://127.0.0.1:0", Some("::1"), Some(80), "[::1]:80"),
        ("http://:0", Some("h"), None, "h:{port}"),
    ] {
        let listeners = vec![Listener::parse(listener).unwrap()];
        let advertised_host = host.map(str::to_owned);
        let config = RestConfig { listeners, advertised_host, advertised_port: port, ..config(fast()) };
        let bound = RestServer::bind(config).await.unwrap();
        assert_eq!(bound.worker_id(), want.replace("{port}", &bound.addresses()[0].port().to_string()), "{listener}");
    }
    let config = RestConfig { advertised_scheme: ListenerScheme::Https, advertised_port: Some(443), ..config(fast()) };
    let bound = RestServer::bind(config).await.unwrap();
    assert_eq!((bound.advertised_url().as_str(), bound.worker_id()), ("https://127.0.0.1:443/", "127.0.0.1:443"));
}

#[tokio::test]
async fn what_cannot_be_bound_is_named() {
    let (_bound, client) = bind(fast()).await;
    let taken = format!("http://127.0.0.1:{}", client.port);
    for (listeners, want) in [
        (vec![], "no listener to open: set `listeners`".to_owned()),
        (vec!["http://127.0.0.1:0", &taken], format!("cannot open listener {taken}: another program uses this port")),
        (vec!["https://:8443"], "cannot open listener https://:8443: TLS listeners come later".to_owned()),
        (
            vec!["http://192.0.2.1:0"],
            "cannot open listener http://192.0.2.1:0: this machine has no such address".to_owned(),
        ),
    ] {
        let listeners = listeners.into_iter().map(|text| Listener::parse(text).unwrap()).collect();
        let error: RestError = RestServer::bind(RestConfig { listeners, ..config(fast()) }).await.err().unwrap();
        assert!(error.to_string().starts_with(&want), "{error}");
    }
}

#[tokio::test]
async fn a_herder_that_does_not_answer() {
    let server = start_with(fast()).await;
    server.herder.stuck.store(true, Ordering::Relaxed);
    let answer = server.get("/connectors").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, r#"{"error_code":500,"message":"Request timed out"}"#));
    server.startup.begin("reading");
    let answer = server.get("/health").await;
    let text = "Worker was unable to handle this request and may be unable to handle other requests. The worker is currently reading, which began at 2";
    let unhealthy = format!(r#"{{"status":"unhealthy","message":"{text}"#);
    assert_eq!(answer.status, 500);
    assert!(answer.body.starts_with(&unhealthy), "{}", answer.body);
    let answer = server.get("/connectors").await;
    assert!(
        answer.body.contains(r#""message":"Request timed out. The worker is currently reading, which"#),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_worker_that_starts_is_not_healthy() {
    let server = starting_with(fast()).await;
    assert_eq!(server.get("/connectors").await.status, 200);
    let answer = server.get("/health").await;
    let starting = r#"{"status":"starting","message":"Worker is still starting up."}"#;
    assert_eq!((answer.status, answer.body.as_str()), (503, starting));
}

#[tokio::test]
async fn a_start_is_waited_for() {
    let server = starting_with(Timeouts::default()).await;
    let client = server.client;
    let asked = tokio::spawn(async move { client.send("GET", "/health", &[], "").await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!asked.is_finished());
    server.startup.ready();
    assert_eq!(asked.await.unwrap().status, 200);
}

#[tokio::test]
async fn slow_clients_are_cut() {
    let server = start_with(fast()).await;
    for (sent, status) in [
        (&b""[..], 0),     // nothing at all
        (b"GET / HTT", 0), // half a head
        (b"POST /connectors HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{", 408),
    ] {
        assert_eq!(server.client.raw(sent).await.status, status, "{}", String::from_utf8_lossy(sent));
    }
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let server = start().await;
    let mut stream = server.client.connect().await;
    for _ in 0..3 {
        stream.write_all(b"GET /connectors HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"[]") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0);
        }
    }
}

#[tokio::test]
async fn a_request_under_way_ends_before_the_server() {
    let mut server = start().await;
    server.herder.stuck.store(true, Ordering::Relaxed);
    let client = server.client;
    let asked = tokio::spawn(async move { client.send("GET", "/connectors", &[], "").await });
    let idle = client.connect().await; // does not hold the server up
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.cancel();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!server.serving.is_finished());
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", client.port)).await.is_err());
    server.herder.stuck.store(false, Ordering::Relaxed);
    assert_eq!(asked.await.unwrap().body, "[]");
    tokio::time::timeout(Duration::from_secs(5), &mut server.serving).await.unwrap().unwrap();
    drop(idle);
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut() {
    let mut server = start_with(Timeouts { request: Duration::from_secs(60), ..fast() }).await;
    server.herder.stuck.store(true, Ordering::Relaxed);
    let client = server.client;
    let asked = tokio::spawn(async move { client.send("GET", "/connectors", &[], "").await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), &mut server.serving).await.unwrap().unwrap();
    assert_eq!(asked.await.unwrap().status, 0);
}
