//! Static members: a restart moves nothing, and a twin is fenced.

use std::time::{Duration, Instant};

use kafka_client::ErrorKind;
use kafka_client::cluster::Cluster;
use kafka_client::consumer::{Consumer, ConsumerError, Event, Subscription, TopicPartition};
use kafka_client::group::Departure;
use kafka_protocol::messages::create_partitions_request::CreatePartitionsTopic;
use kafka_protocol::messages::{CreatePartitionsRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

use crate::support::*;

fn member(bootstrap: &str, group: &str, topic: &str, instance: &str) -> Consumer {
    let extra = [
        ("group.id", group),
        ("group.instance.id", instance),
        ("auto.offset.reset", "earliest"),
        ("heartbeat.interval.ms", "200"),
        ("session.timeout.ms", "6000"), // the shortest that brokers allow
        ("metadata.max.age.ms", "500"),
    ];
    let mut consumer = consumer(bootstrap, &extra);
    consumer.subscribe(Subscription::Topics(vec![topic.to_owned()])).unwrap();
    consumer
}

#[tokio::test]
async fn a_restarted_member_gets_back_what_it_had() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("static"), unique("static-group"));
    create_topic(&cluster, &topic, 4).await;
    let (mut a, mut b) = (member(&bootstrap, &group, &topic, "a"), member(&bootstrap, &group, &topic, "b"));
    let (mut seen_a, mut seen_b) = (Seen::default(), Seen::default());
    drive(&mut a, &mut seen_a, |seen| seen.assigned.len() == 4).await; // it leads
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.assigned.len() == 2 && b.assigned.len() == 2)
        .await;
    let revocations = seen_b.revocations;
    for (who, had) in [("a", seen_a.assigned.clone()), ("b", seen_b.assigned.clone())] {
        let old = if who == "a" { &mut a } else { &mut b };
        std::mem::replace(old, member(&bootstrap, &group, &topic, who)).close(PATIENCE).await;
        let mut seen = Seen::default();
        drive(old, &mut seen, |seen| seen.assignments == 1).await;
        assert_eq!(seen.assigned, had, "{who}");
    }
    assert_eq!(seen_b.revocations, revocations, "nobody else was disturbed");
    // The leader is back without having assigned anything; it still notices that the topic grows.
    let mut seen_a = Seen { assigned: a.assignment(), ..Seen::default() };
    let mut seen_b = Seen { assigned: b.assignment(), ..Seen::default() };
    let until = Instant::now() + Duration::from_secs(1);
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |_, _| Instant::now() > until).await;
    grow(&cluster, &topic, 6).await;
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.assigned.len() == 3 && b.assigned.len() == 3)
        .await;
    // Leaving for good is told at once.
    a.close_as(Departure::Leave, PATIENCE).await;
    drive(&mut b, &mut seen_b, |seen| seen.assigned.len() == 6).await;
    b.close_as(Departure::Leave, PATIENCE).await;
}

async fn grow(cluster: &Cluster, topic: &str, partitions: i32) {
    let topic = CreatePartitionsTopic::default()
        .with_name(TopicName(StrBytes::from(topic.to_owned())))
        .with_count(partitions)
        .with_assignments(None);
    let request = CreatePartitionsRequest::default().with_topics(vec![topic]).with_timeout_ms(20_000);
    let answer = cluster.send(cluster.any_broker().await.unwrap(), request).await.unwrap();
    assert_eq!(answer.results[0].error_code, 0, "{:?}", answer.results[0]);
}

#[tokio::test]
async fn a_twin_fences_the_member_that_was_there() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("twin"), unique("twin-group"));
    create_topic(&cluster, &topic, 1).await;
    let mut first = member(&bootstrap, &group, &topic, "same");
    let mut seen = Seen::default();
    drive(&mut first, &mut seen, |seen| seen.assigned.len() == 1).await;
    let mut second = member(&bootstrap, &group, &topic, "same");
    let mut seen_second = Seen::default();
    drive(&mut second, &mut seen_second, |seen| seen.assigned.len() == 1).await;

    let deadline = Instant::now() + PATIENCE;
    let fenced = |result: &Result<Event, ConsumerError>| matches!(result, Err(ConsumerError::Kafka(error)) if error.kind() == ErrorKind::Fenced);
    loop {
        assert!(Instant::now() < deadline);
        let polled = first.poll(Duration::from_millis(100)).await;
        if fenced(&polled) {
            break;
        }
        seen.note(polled.unwrap());
    }
    assert_eq!((seen.assigned.len(), seen.revocations), (0, 1), "it was told of its loss");
    let commit = [(TopicPartition::new(topic.as_str(), 0), 0.into())].into();
    assert!(first.commit(&commit).await.is_err());
    // It stays so: coming back it would fence the other one in turn.
    for _ in 0..3 {
        assert!(fenced(&first.poll(Duration::from_millis(100)).await));
    }
    second.commit(&commit).await.unwrap();
    let until = Instant::now() + Duration::from_secs(1);
    drive(&mut second, &mut seen_second, |_| Instant::now() > until).await;
    assert_eq!(seen_second.revocations, 0);
    first.close(PATIENCE).await;
    second.close_as(Departure::Leave, PATIENCE).await;
}

/// A static member is missed only when its session ends.
#[tokio::test]
async fn a_closed_member_keeps_its_place_for_a_session() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("place"), unique("place-group"));
    create_topic(&cluster, &topic, 2).await;
    let (mut a, mut b) = (member(&bootstrap, &group, &topic, "a"), member(&bootstrap, &group, &topic, "b"));
    let (mut seen_a, mut seen_b) = (Seen::default(), Seen::default());
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.assigned.len() == 1 && b.assigned.len() == 1)
        .await;
    let closed = Instant::now();
    a.close(PATIENCE).await;
    drive(&mut b, &mut seen_b, |seen| seen.assigned.len() == 2).await;
    assert!(closed.elapsed() > Duration::from_secs(4), "{:?}", closed.elapsed());
    b.close_as(Departure::Leave, PATIENCE).await;
}
