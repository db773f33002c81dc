//! Cooperative rebalancing among our own members: what stays is read on, only what moves is told.

use std::time::Duration;

use kafka_client::consumer::{Consumer, Event, Subscription, TopicPartition};

use crate::support::*;

const STRATEGY: &str = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

fn cooperative(bootstrap: &str, group: &str, topics: &[&str], extra: &[(&str, &str)]) -> Consumer {
    let own = [
        ("group.id", group),
        ("auto.offset.reset", "earliest"),
        ("heartbeat.interval.ms", "200"),
        ("enable.auto.commit", "false"),
        ("partition.assignment.strategy", STRATEGY),
    ];
    let mut consumer = consumer(bootstrap, &[&own, extra].concat());
    consumer.subscribe(Subscription::Topics(topics.iter().map(|topic| topic.to_string()).collect())).unwrap();
    consumer
}

/// The events of a poll or two, without records.
async fn events(consumer: &mut Consumer, seen: &mut Seen) -> Vec<String> {
    let mut told = Vec::new();
    match consumer.poll(Duration::from_millis(30)).await.unwrap() {
        Event::Assigned(names) => {
            told.push(format!("assigned {}", names.len()));
            seen.note(Event::Assigned(names));
        }
        Event::Revoked(names) => {
            told.push(format!("revoked {}", names.len()));
            seen.note(Event::Revoked(names));
        }
        Event::Lost(names) => {
            told.push(format!("lost {}", names.len()));
            seen.note(Event::Lost(names));
        }
        other => seen.note(other),
    }
    told
}

#[tokio::test]
async fn only_what_moves_is_revoked_and_only_what_is_new_is_assigned() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("coop"), unique("coop-group"));
    create_topic(&cluster, &topic, 5).await;
    let (mut a, mut seen_a) = (cooperative(&bootstrap, &group, &[&topic], &[]), Seen::default());
    drive(&mut a, &mut seen_a, |seen| seen.assigned.len() == 5).await;
    let (mut b, mut seen_b) = (cooperative(&bootstrap, &group, &[&topic], &[]), Seen::default());
    let (mut told_a, mut told_b) = (Vec::new(), Vec::new());
    for index in 0..5 {
        produce(&cluster, &TopicPartition::new(topic.as_str(), index), &values(0..10)).await;
    }
    while seen_b.assigned.len() < 2 {
        told_a.extend(events(&mut a, &mut seen_a).await);
        told_b.extend(events(&mut b, &mut seen_b).await);
    }
    // The first rebalance gives nothing to the second member, but takes it from the first; the next one hands it over.
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.values.len() >= 30 && b.values.len() >= 20).await;
    assert_eq!(told_a.first().map(String::as_str), Some("revoked 2"), "{told_a:?}");
    assert!(told_a[1..].iter().all(|told| told == "assigned 0"), "{told_a:?}");
    assert_eq!(told_b, ["assigned 0", "assigned 2"]);
    // What stayed was never interrupted: each record of it came once.
    let mut kept: Vec<_> = seen_a.offsets.iter().filter(|(name, _)| seen_a.assigned.contains(name)).collect();
    let all = kept.len();
    kept.sort();
    kept.dedup();
    assert_eq!((kept.len(), all), (30, 30));
    a.close(PATIENCE).await;
    drive(&mut b, &mut seen_b, |seen| seen.assigned.len() == 5).await;
    assert_eq!(seen_b.revocations, 0);
    b.close(PATIENCE).await;
}

/// A group that rebalances waits for its slowest member; the others read on meanwhile.
#[tokio::test]
async fn records_flow_while_the_group_waits() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("flow"), unique("flow-group"));
    create_topic(&cluster, &topic, 2).await;
    let (mut a, mut seen_a) = (cooperative(&bootstrap, &group, &[&topic], &[]), Seen::default());
    let (mut b, mut seen_b) = (cooperative(&bootstrap, &group, &[&topic], &[]), Seen::default());
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.assigned.len() == 1 && b.assigned.len() == 1)
        .await;
    // A third comes, and the second does not poll for now: the group cannot go on without it.
    let mut c = cooperative(&bootstrap, &group, &[&topic], &[]);
    let mut seen_c = Seen::default();
    for _ in 0..20 {
        seen_c.note(c.poll(Duration::from_millis(30)).await.unwrap());
        seen_a.note(a.poll(Duration::from_millis(30)).await.unwrap());
    }
    let assignments = seen_a.assignments;
    let mine = seen_a.assigned[0].clone();
    produce(&cluster, &mine, &values(0..10)).await;
    drive(&mut a, &mut seen_a, |seen| seen.values.len() == 10).await;
    a.commit(&[(mine, 10.into())].into()).await.unwrap();
    assert_eq!((seen_a.assignments, seen_c.assignments), (assignments, 0), "the rebalance is still under way");
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, _| a.assignments > assignments).await;
    for consumer in [a, b, c] {
        consumer.close(PATIENCE).await;
    }
}

#[tokio::test]
async fn a_topic_that_is_given_up_is_revoked_alone() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, one, other) = (cluster(&bootstrap), unique("coop-one"), unique("coop-other"));
    create_topic(&cluster, &one, 2).await;
    create_topic(&cluster, &other, 1).await;
    let mut consumer = cooperative(&bootstrap, &unique("coop-topics"), &[&one, &other], &[]);
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.assigned.len() == 3).await;
    consumer.subscribe(Subscription::Topics(vec![one.clone()])).unwrap();
    let mut told = Vec::new();
    while told.len() < 2 {
        told.extend(events(&mut consumer, &mut seen).await);
    }
    assert_eq!(told, ["revoked 1", "assigned 0"]);
    assert_eq!(consumer.assignment(), [0, 1].map(|index| TopicPartition::new(one.as_str(), index)));
    consumer.close(PATIENCE).await;
}

#[tokio::test]
async fn who_does_not_poll_loses_all_at_once() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("coop-silent"));
    create_topic(&cluster, &topic, 2).await;
    let extra = [("max.poll.interval.ms", "1000")];
    let mut consumer = cooperative(&bootstrap, &unique("coop-silent-group"), &[&topic], &extra);
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.assigned.len() == 2).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let mut told = Vec::new();
    while told.len() < 2 {
        told.extend(events(&mut consumer, &mut seen).await);
    }
    assert_eq!(told, ["lost 2", "assigned 2"]);
    consumer.close(PATIENCE).await;
}
