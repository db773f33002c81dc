//! A session that ends after two seconds is renewed on the live connection.

use std::time::{Duration, Instant};

use super::broker::broker;
use super::common::{append, fresh, producer, read_all, record};
use super::mechanisms::login;
use super::{OAUTH, PLAIN};

#[tokio::test]
async fn renewals_under_traffic_lose_and_reorder_nothing() {
    let Some(broker) = broker() else { return };
    let plain = format!("{PLAIN} required username=alice password=\"alice-secret\";");
    let oauth = format!("{OAUTH} required unsecuredLoginStringClaim_sub=dave;");
    let (plain, oauth) = (login("PLAIN", &plain), login("OAUTHBEARER", &oauth));
    let bootstrap = broker.brief();
    tokio::join!(stream(&bootstrap, plain), stream(&bootstrap, oauth));
}

/// Writes for several sessions. Nothing is repeated: a connection that the broker closes would lose records.
async fn stream(bootstrap: &str, mut props: Vec<(&str, &str)>) {
    props.extend([("enable.idempotence", "false"), ("retries", "0"), ("linger.ms", "0")]);
    let (cluster, producer, mut acks) = producer(bootstrap, &props);
    let topic = producer.prepare(&fresh("sasl")).await.unwrap();
    let (begun, mut written) = (Instant::now(), 0_u64);
    while begun.elapsed() < Duration::from_secs(8) {
        append(&producer, record(&topic, None, &written.to_be_bytes())).await;
        written += 1;
        if written % 16 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        while acks_are_fine(&mut acks) {}
    }
    producer.flush().await;
    while acks_are_fine(&mut acks) {}
    let read = read_all(&cluster, topic.name(), 0).await;
    let values = read.iter().map(|record| record.value.as_deref().unwrap().to_vec());
    assert!(values.eq((0..written).map(|number| number.to_be_bytes().to_vec())), "{} of {written}", read.len());
}

fn acks_are_fine(acks: &mut kafka_client::producer::Acks) -> bool {
    acks.try_recv().map(|ack| ack.result.unwrap()).is_some()
}
