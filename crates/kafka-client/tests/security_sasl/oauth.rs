//! What `KAFKA_OPTS` says: the login configuration file, and where tokens may be fetched. A process reads it at its start,
//! so the client of these tests runs in a process of its own.

use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::process::Command;

use super::broker::broker;
use super::common::{fresh, producer};
use super::mechanisms::{login, round_trip};
use super::{OAUTH, PLAIN, endpoint};

const HANDLER: (&str, &str) = (
    "sasl.login.callback.handler.class",
    "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
);
const URL: &str = "sasl.oauthbearer.token.endpoint.url";

#[tokio::test]
async fn tokens_and_logins_come_from_where_kafka_opts_says() {
    let Some(broker) = broker() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/token?tenant=1", listener.local_addr().unwrap());
    let token = broker.path("token.jwt");
    fs::write(&token, broker.signer.token("frank") + "\n").unwrap();
    let jaas = broker.path("jaas.conf");
    let entry = format!(
        "KafkaClient {{\n  {PLAIN} required // why not\n  username=\"alice\" password=\"alice-secret\";\n}};\n"
    );
    fs::write(&jaas, entry).unwrap();
    let (jaas, token) = (jaas.display(), format!("file:{}", token.display()));
    let options = format!(
        "-Djava.security.auth.login.config={jaas} -Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={endpoint},{token}"
    );
    let mut client = Command::new(std::env::current_exe().unwrap());
    client.args(["--exact", "oauth::client", "--nocapture"]).env("KAFKA_OPTS", options).kill_on_drop(true);
    client
        .env("LONGSHORE_TEST_SASL", broker.sasl())
        .env("LONGSHORE_TEST_SIGNED", broker.signed())
        .env("LONGSHORE_TEST_ENDPOINT", endpoint)
        .env("LONGSHORE_TEST_TOKEN", token);
    let client = client.stdin(Stdio::null()).output();
    let asked = AtomicUsize::new(0);
    let output = tokio::select! {
        output = tokio::time::timeout(Duration::from_secs(120), client) => output.unwrap().unwrap(),
        () = endpoint::serve(listener, &broker.signer, &asked) => unreachable!("it serves until it is dropped"),
    };
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{} {}", text(&output.stdout), text(&output.stderr));
    // One that failed, one each for producer and consumer, however many connections they have, and one refused.
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

/// The client; does nothing unless it is started by the test above.
#[tokio::test]
async fn client() {
    let [Ok(sasl), Ok(signed), Ok(url), Ok(token)] =
        ["LONGSHORE_TEST_SASL", "LONGSHORE_TEST_SIGNED", "LONGSHORE_TEST_ENDPOINT", "LONGSHORE_TEST_TOKEN"]
            .map(std::env::var)
    else {
        return;
    };
    round_trip(&sasl, &[("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", "PLAIN")]).await;
    let from_endpoint = |secret: &str| format!("{OAUTH} required clientId=erin clientSecret=\"{secret}\" scope=kafka;");
    let jaas = from_endpoint("erin-secret");
    let mut props = login("OAUTHBEARER", &jaas);
    props.extend([HANDLER, (URL, &url)]);
    round_trip(&signed, &props).await;
    let jaas = format!("{OAUTH} required extension_traceId=\"1 2\";");
    let mut props = login("OAUTHBEARER", &jaas);
    props.extend([HANDLER, (URL, &token)]);
    round_trip(&signed, &props).await;
    let jaas = from_endpoint("wrong");
    let mut props = login("OAUTHBEARER", &jaas);
    props.extend([HANDLER, (URL, &url)]);
    let (_, producer, _acks) = producer(&signed, &props);
    let error = producer.prepare(&fresh("sasl")).await.unwrap_err();
    let text = "The response code 401 and error response {invalid_client - who?} was encountered reading the token \
                endpoint response; will not attempt further retries";
    assert_eq!((error.to_string().as_str(), error.is_retriable()), (text, false));
}
