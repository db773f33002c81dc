//! What the broker does not accept ends a call at once, with Java's words.

use std::time::{Duration, Instant};

use kafka_client::admin::Admin;
use kafka_client::{ErrorKind, KafkaError};

use super::broker::broker;
use super::common::{fresh, producer};
use super::mechanisms::{consumer, login};
use super::{PLAIN, SCRAM};

/// Far less than the timeouts of the calls.
const SOON: Duration = Duration::from_secs(10);

fn check(error: &KafkaError, class: &str, text: &str) {
    assert_eq!(error.to_string(), text);
    assert_eq!((error.kind(), error.is_retriable()), (ErrorKind::Authentication, false));
    assert_eq!(error.java_class(), format!("org.apache.kafka.common.errors.{class}"));
}

#[tokio::test]
async fn a_wrong_password_ends_every_call() {
    let Some(broker) = broker() else { return };
    let plain = format!("{PLAIN} required username=alice password=wrong;");
    let scram = format!("{SCRAM} required username=carol password=wrong;");
    let scram_text =
        "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256";
    for (props, text) in [
        (login("PLAIN", &plain), "Authentication failed: Invalid username or password"),
        (login("SCRAM-SHA-256", &scram), scram_text),
    ] {
        let begun = Instant::now();
        let (cluster, producer, _acks) = producer(&broker.sasl(), &props);
        let error = producer.prepare(&fresh("sasl")).await.unwrap_err();
        check(&error, "SaslAuthenticationException", text);
        let error = Admin::new(cluster).list_topics(false).await.unwrap_err();
        check(&error, "SaslAuthenticationException", text);
        let mut consumer = consumer(&broker.sasl(), &props, "any");
        let error = consumer.poll(SOON).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.is_retriable()), (text, false));
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_mechanism_that_the_listener_lacks_is_named() {
    let Some(broker) = broker() else { return };
    let jaas = format!("{SCRAM} required username=carol password=\"carol-secret\";");
    let (_, producer, _acks) = producer(&broker.brief(), &login("SCRAM-SHA-256", &jaas));
    let error = producer.prepare(&fresh("sasl")).await.unwrap_err();
    let text = "Client SASL mechanism 'SCRAM-SHA-256' not enabled in the server, enabled mechanisms are [PLAIN, \
                OAUTHBEARER]";
    check(&error, "UnsupportedSaslMechanismException", text);
}
