//! The consumer when its broker is killed and comes back. A binary of its own: no other test runs meanwhile.
//! For the environment, see the tests in `consumer/`.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use kafka_client::consumer::TopicPartition;

#[path = "consumer/support.rs"]
#[allow(dead_code)]
mod support;
use support::*;

#[tokio::test]
async fn goes_on_after_the_broker_was_killed() {
    let Some(bootstrap) = bootstrap() else { return };
    let (Some(kill), Some(start)) = (wanted("LONGSHORE_TEST_BROKER_KILL"), wanted("LONGSHORE_TEST_BROKER_START"))
    else {
        return;
    };
    let (cluster, topic) = (cluster(&bootstrap), unique("killed"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..10)).await;
    let mut consumer = member(&bootstrap, &unique("killed-group"), &topic);
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 10).await;
    consumer.commit(&[(partition.clone(), 10.into())].into()).await.unwrap();

    tokio::task::spawn_blocking(move || shell(&kill)).await.unwrap();
    for _ in 0..5 {
        seen.note(consumer.poll(Duration::from_millis(200)).await.unwrap());
    }
    tokio::task::spawn_blocking(move || shell(&start)).await.unwrap();
    let mut left = 100;
    while cluster.refresh(&[topic.as_str().into()]).await.is_err() {
        left -= 1;
        assert!(left > 0, "the broker does not come back");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    produce(&cluster, &partition, &values(10..20)).await;
    drive(&mut consumer, &mut seen, |seen| seen.values.len() >= 20).await;
    assert_eq!(seen.values, values(0..20));
    consumer.close(PATIENCE).await;
}
