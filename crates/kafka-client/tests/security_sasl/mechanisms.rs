//! Each mechanism lets the client produce and consume.

use std::time::Duration;

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{Consumer, ConsumerConfig, Event, Subscription};

use super::broker::broker;
use super::common::{append, fresh, producer, receive, record};
use super::{OAUTH, PLAIN, SCRAM};

const RECORDS: u64 = 20;

/// Properties for a mechanism and a login module with options.
pub(crate) fn login<'a>(mechanism: &'a str, jaas: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("security.protocol", "SASL_PLAINTEXT"), ("sasl.mechanism", mechanism), ("sasl.jaas.config", jaas)]
}

pub(crate) fn consumer(bootstrap: &str, extra: &[(&str, &str)], topic: &str) -> Consumer {
    let group = fresh("sasl");
    let mut props = Props::from([("bootstrap.servers", bootstrap), ("group.id", &group)]);
    props.insert("auto.offset.reset", "earliest");
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
    let mut consumer = Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap();
    consumer.subscribe(Subscription::Topics(vec![topic.to_owned()])).unwrap();
    consumer
}

/// Writes records as this client and reads them again as a member of a group.
pub(crate) async fn round_trip(bootstrap: &str, props: &[(&str, &str)]) {
    let (_, producer, mut acks) = producer(bootstrap, props);
    let topic = producer.prepare(&fresh("sasl")).await.unwrap_or_else(|error| panic!("{props:?}: {error}"));
    for _ in 0..RECORDS {
        append(&producer, record(&topic, None, b"v")).await;
    }
    assert!(receive(&mut acks, RECORDS).await.iter().all(|ack| ack.result.is_ok()));
    let mut consumer = consumer(bootstrap, props, topic.name());
    let mut read = 0;
    while read < RECORDS {
        if let Event::Records(batches) = consumer.poll(Duration::from_secs(30)).await.unwrap() {
            read += batches.iter().map(|records| records.iter().count() as u64).sum::<u64>();
        }
    }
}

#[tokio::test]
async fn each_mechanism_produces_and_consumes() {
    let Some(broker) = broker() else { return };
    for (mechanism, jaas) in [
        ("PLAIN", format!("{PLAIN} required username=alice password=\"alice-secret\";")),
        ("PLAIN", format!("{SCRAM} required username=alice password=\"alice-secret\";")), // as in Java
        ("SCRAM-SHA-256", format!("{SCRAM} required username=carol password=\"carol-secret\";")),
        ("SCRAM-SHA-512", format!("{SCRAM} required username=carol password=\"carol-secret\";")),
        ("OAUTHBEARER", format!("{OAUTH} required unsecuredLoginStringClaim_sub=dave;")),
    ] {
        round_trip(&broker.sasl(), &login(mechanism, &jaas)).await;
    }
}

/// A broker learns of a new token a little later than whoever asked for it.
async fn until_known(bootstrap: &str, props: &[(&str, &str)]) {
    for _ in 0..60 {
        let (cluster, _, _) = producer(bootstrap, props);
        match cluster.any_broker().await {
            Ok(_) => return,
            Err(error) => eprintln!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn a_delegation_token_is_as_good_as_a_password() {
    let Some(broker) = broker() else { return };
    let (id, hmac) = broker.delegation_token();
    let jaas = format!("{SCRAM} required username=\"{id}\" password=\"{hmac}\" tokenauth=true;");
    until_known(&broker.sasl(), &login("SCRAM-SHA-256", &jaas)).await;
    round_trip(&broker.sasl(), &login("SCRAM-SHA-256", &jaas)).await;
    let without = format!("{SCRAM} required username=\"{id}\" password=\"{hmac}\";");
    let (_, producer, _acks) = producer(&broker.sasl(), &login("SCRAM-SHA-256", &without));
    assert!(producer.prepare("any").await.is_err(), "an id of a token is no name of a user");
}
