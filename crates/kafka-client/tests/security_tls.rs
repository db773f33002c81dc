//! TLS with a real broker, whose stores keytool makes.
//!
//! `LONGSHORE_TEST_APACHE` is the script that starts it (`scripts/apache.sh`); without it the test says so and passes,
//! except where `CI` is set.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

#[path = "tls/broker.rs"]
mod broker;
mod common;

use std::time::{Duration, Instant};

use broker::TlsBroker;
use common::{append, fresh, producer, read_all, receive, record};
use connect_config::Props;
use kafka_client::KafkaError;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use tokio::net::TcpListener;

type Entries = Vec<(&'static str, String)>;

#[tokio::test(flavor = "multi_thread")]
async fn speaks_tls_with_a_broker() {
    let Some(broker) = tokio::task::spawn_blocking(TlsBroker::start).await.unwrap() else { return };
    accepts_and_refuses(&broker).await;
    carries_records(&broker).await;
    sees_new_stores(&broker).await;
    tokio::task::spawn_blocking(move || drop(broker)).await.unwrap();
}

async fn carries_records(broker: &TlsBroker) {
    for (listener, extra) in [("ONEWAY", vec![]), ("MUTUAL", client(broker, "client.p12"))] {
        let props = [vec![("compression.type", "none".to_owned())], ssl(broker), extra].concat();
        let props: Vec<(&str, &str)> = props.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let (cluster, producer, mut acks) = producer(&broker.address(listener, "localhost"), &props);
        let name = fresh("tls");
        let topic = producer.prepare(&name).await.unwrap();
        let value = |number: u32| -> Vec<u8> { (0..100_000).map(|at: u32| (at * 7 + number) as u8).collect() };
        for number in 0..200 {
            append(&producer, record(&topic, None, &value(number))).await;
        }
        producer.flush().await;
        assert!(receive(&mut acks, 200).await.iter().all(|ack| ack.result.is_ok()), "{listener}");
        let read = read_all(&cluster, &name, 0).await;
        assert!(read.iter().map(|record| record.value.as_deref().unwrap()).eq((0..200).map(value)), "{listener}");
    }
}

async fn accepts_and_refuses(broker: &TlsBroker) {
    let with = |entries: &[(&'static str, &str)]| -> Entries {
        let own = entries.iter().map(|(key, value)| (*key, (*value).to_owned()));
        ssl(broker).into_iter().chain(own).collect()
    };
    let text = |name: &str| std::fs::read_to_string(broker.path(name)).unwrap();
    let fixture = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/fixtures/");
        std::fs::read_to_string(format!("{folder}{name}")).unwrap()
    };
    let pem_file = |name: &str| -> Entries {
        let location = broker.path(name).to_str().unwrap().to_owned();
        with(&[("ssl.keystore.type", "PEM"), ("ssl.keystore.location", &location), ("ssl.key.password", "secret3")])
    };
    let jks = [ssl(broker), client(broker, "client.jks"), vec![("ssl.keystore.type", "JKS".to_owned())]].concat();
    let p12 = [ssl(broker), client(broker, "client.p12"), vec![("ssl.keystore.type", "PKCS12".to_owned())]].concat();
    let inline = with(&[
        ("ssl.keystore.type", "PEM"),
        ("ssl.keystore.key", &fixture("key-aes.pem").replace('\n', " ")),
        ("ssl.keystore.certificate.chain", &fixture("chain.crt")),
        ("ssl.key.password", "secret3"),
    ]);
    let inline_trust = vec![
        ("security.protocol", "SSL".to_owned()),
        ("ssl.truststore.type", "PEM".to_owned()),
        ("ssl.truststore.certificates", text("root.pem")),
    ];
    let pem_trust = |name: &str| {
        vec![
            ("security.protocol", "SSL".to_owned()),
            ("ssl.truststore.type", "PEM".to_owned()),
            ("ssl.truststore.location", broker.path(name).to_str().unwrap().to_owned()),
        ]
    };
    let version1 = |protocol: &str| -> Entries {
        let trust =
            [("ssl.truststore.certificates", fixture("v1-ca.pem")), ("ssl.enabled.protocols", protocol.to_owned())];
        let rest = [("security.protocol", "SSL".to_owned()), ("ssl.truststore.type", "PEM".to_owned())];
        trust.into_iter().chain(rest).collect()
    };
    let stranger = with(&[("ssl.truststore.location", broker.path("stranger-trust.p12").to_str().unwrap())]);
    let any_host = [("ssl.endpoint.identification.algorithm", "")];
    let password = |password: &str| {
        let module = "org.apache.kafka.common.security.plain.PlainLoginModule required";
        let jaas = format!("{module} username=ann password={password};");
        with(&[("security.protocol", "SASL_SSL"), ("sasl.mechanism", "PLAIN"), ("sasl.jaas.config", &jaas)])
    };
    let no_client = "it wants a client certificate that it trusts";
    for (listener, host, props, want) in [
        ("ONEWAY", "localhost", with(&[]), Ok(())),
        ("ONEWAY", "127.0.0.1", with(&[]), Ok(())), // an address among the alternative names
        ("ONEWAY", "localhost", with(&[("ssl.enabled.protocols", "TLSv1.2")]), Ok(())),
        ("ONEWAY", "localhost", with(&[("ssl.cipher.suites", "TLS_AES_256_GCM_SHA384")]), Ok(())),
        ("ONEWAY", "localhost", inline_trust, Ok(())),
        ("ONEWAY", "localhost", pem_trust("root.pem"), Ok(())),
        ("ONEWAY", "localhost", stranger, Err("PKIX path building failed")),
        ("ONEWAY", "localhost", vec![("security.protocol", "SSL".to_owned())], Err("PKIX path building failed")),
        ("COMMONNAME", "localhost", with(&[]), Ok(())),
        ("COMMONNAME", "127.0.0.1", with(&[]), Err("No name matching 127.0.0.1 found")),
        ("WRONGHOST", "localhost", with(&[]), Err("the broker's certificate is for broker.example.com")),
        ("WRONGHOST", "localhost", with(&any_host), Ok(())),
        ("EXPIRED", "localhost", with(&[]), Err("has expired")),
        ("EXPIRED", "localhost", with(&any_host), Err("has expired")),
        ("VERSION1", "localhost", version1("TLSv1.3"), Ok(())),
        ("VERSION1", "localhost", version1("TLSv1.2"), Ok(())),
        ("MUTUAL", "localhost", jks.clone(), Ok(())),
        ("MUTUAL", "localhost", p12, Ok(())),
        ("MUTUAL", "localhost", pem_file("client.pem"), Ok(())),
        ("MUTUAL", "localhost", pem_file("client-encrypted.pem"), Ok(())),
        ("MUTUAL", "localhost", inline, Ok(())),
        ("MUTUAL", "localhost", with(&[]), Err(no_client)),
        ("MUTUAL12", "localhost", jks, Ok(())),
        ("MUTUAL12", "localhost", with(&[]), Err(no_client)),
        ("MUTUAL12", "localhost", with(&[("ssl.enabled.protocols", "TLSv1.3")]), Err("protocol")),
        ("PASSWORD", "localhost", password("pass"), Ok(())),
        ("PASSWORD", "localhost", password("other"), Err("Authentication failed")),
    ] {
        match (connect(&broker.address(listener, host), &props).await, want) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(want)) => {
                assert!(
                    matches!(error, KafkaError::Authentication { .. }) && !error.is_retriable(),
                    "{listener}: {error:?}"
                );
                assert!(error.to_string().contains(want), "{listener} as {host}: {error}");
            }
            (found, want) => panic!("{listener} as {host}: {found:?}, not {want:?}; {props:?}"),
        }
    }
    let wrong = with(&[("ssl.truststore.password", "other")]);
    let error = connect(&broker.address("ONEWAY", "localhost"), &wrong).await.unwrap_err();
    assert!(matches!(&error, KafkaError::Config(text) if text.contains("password was incorrect")), "{error}");
    let plaintext = connect(&broker.address("ONEWAY", "localhost"), &[]).await.unwrap_err();
    assert!(plaintext.to_string().contains("set security.protocol to SSL"), "{plaintext}");
    let tls = connect(&broker.address("PLAINTEXT", "localhost"), &with(&[])).await.unwrap_err();
    assert!(tls.to_string().contains("is this the broker's PLAINTEXT listener"), "{tls}");
}

async fn sees_new_stores(broker: &TlsBroker) {
    let store = broker.path("rotating.p12");
    let put = |name: &str| std::fs::copy(broker.path(name), &store).map(drop).unwrap();
    put("stranger-trust.p12");
    let mut props = ssl(broker);
    props.push(("ssl.truststore.location", store.to_str().unwrap().to_owned()));
    let config = parse(&broker.address("ONEWAY", "localhost"), &props).unwrap();
    let try_again = async || Cluster::new(config.clone()).any_broker().await;
    assert!(try_again().await.is_err());
    put("trust.p12");
    try_again().await.unwrap();
    std::fs::write(&store, "half written").unwrap();
    try_again().await.unwrap();
    put("stranger-trust.p12");
    assert!(try_again().await.is_err());
}

#[tokio::test]
async fn a_silent_peer_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let trust = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/fixtures/ca.pem");
    let props = [
        ("security.protocol", "SSL"),
        ("ssl.truststore.type", "PEM"),
        ("ssl.truststore.location", trust),
        ("socket.connection.setup.timeout.ms", "300"),
    ];
    let started = Instant::now();
    let error = connect(&address, &props.map(|(key, value)| (key, value.to_owned()))).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(error.to_string().contains("socket.connection.setup.timeout.ms"), "{error}");
    assert!(error.is_retriable());
}

/// What a client needs to believe the broker.
fn ssl(broker: &TlsBroker) -> Entries {
    let trust = broker.path("trust.jks").to_str().unwrap().to_owned();
    vec![
        ("security.protocol", "SSL".to_owned()),
        ("ssl.truststore.location", trust),
        ("ssl.truststore.password", "secret1".to_owned()),
    ]
}

/// What a client needs to be believed.
fn client(broker: &TlsBroker, store: &str) -> Entries {
    let location = broker.path(store).to_str().unwrap().to_owned();
    vec![("ssl.keystore.location", location), ("ssl.keystore.password", "secret1".to_owned())]
}

fn parse(address: &str, props: &[(&'static str, String)]) -> Result<ClientConfig, KafkaError> {
    let mut all = Props::from([("bootstrap.servers", address)]);
    props.iter().for_each(|(key, value)| all.insert(*key, value.as_str()));
    ClientConfig::parse(&all)
}

async fn connect(address: &str, props: &[(&'static str, String)]) -> Result<(), KafkaError> {
    Cluster::new(parse(address, props)?).any_broker().await.map(drop)
}
