//! Rebalances, commits and subscriptions.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kafka_client::consumer::{ConsumerError, Event, Subscription, TopicPartition};

use crate::support::*;

#[tokio::test]
async fn two_members_share_and_take_over() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("shared"), unique("shared-group"));
    create_topic(&cluster, &topic, 4).await;
    let (mut a, mut b) = (member(&bootstrap, &group, &topic), member(&bootstrap, &group, &topic));
    let (mut seen_a, mut seen_b) = (Seen::default(), Seen::default());
    drive(&mut a, &mut seen_a, |seen| seen.assigned.len() == 4).await;
    // The second comes: the first is told, and can still commit what it has.
    let revoked = loop {
        seen_b.note(b.poll(Duration::from_millis(30)).await.unwrap());
        if let Event::Revoked(revoked) = a.poll(Duration::from_millis(30)).await.unwrap() {
            break revoked;
        }
    };
    assert_eq!(revoked.len(), 4);
    a.commit(&revoked.into_iter().map(|name| (name, 0.into())).collect()).await.unwrap();
    seen_a.assigned.clear();
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.assigned.len() == 2 && b.assigned.len() == 2)
        .await;
    let all: BTreeSet<_> = seen_a.assigned.iter().chain(&seen_b.assigned).collect();
    assert_eq!(all.len(), 4, "each partition has one owner");

    for index in 0..4 {
        produce(&cluster, &TopicPartition::new(topic.as_str(), index), &values(0..10)).await;
    }
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |a, b| a.values.len() == 20 && b.values.len() == 20).await;

    a.commit(&seen_a.assigned.iter().cloned().map(|name| (name, 10.into())).collect()).await.unwrap();
    a.close(PATIENCE).await;
    drive(&mut b, &mut seen_b, |seen| seen.assigned.len() == 4).await;
    // What the first has committed is not read again.
    drive(&mut b, &mut seen_b, |seen| seen.values.len() >= 40).await;
    assert_eq!(seen_b.values.len(), 40, "only the second's own, which it did not commit, come again");
    b.close(PATIENCE).await;
}

#[tokio::test]
async fn a_restart_resumes_where_the_commit_was() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("resume"), unique("resume-group"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..30)).await;
    let mut first = member(&bootstrap, &group, &topic);
    let mut seen = Seen::default();
    drive(&mut first, &mut seen, |seen| seen.values.len() == 30).await;
    let ids: Vec<u64> =
        (1..=12).map(|offset| first.commit_async([(partition.clone(), offset.into())].into()).unwrap()).collect();
    let mut ended = Vec::new();
    while ended.len() < ids.len() {
        if let Event::Committed { id, result } = first.poll(PATIENCE).await.unwrap() {
            result.unwrap();
            ended.push(id);
        }
    }
    assert_eq!(ended, ids, "commits end in their order");
    let committed = first.committed(std::slice::from_ref(&partition)).await.unwrap();
    assert_eq!(committed[&partition].offset, 12);
    first.close(PATIENCE).await;

    let mut second = member(&bootstrap, &group, &topic);
    let mut seen = Seen::default();
    drive(&mut second, &mut seen, |seen| seen.values.len() >= 18).await;
    assert_eq!(seen.values, values(12..30));
    second.close(PATIENCE).await;
}

#[tokio::test]
async fn topics_and_partitions_that_appear_later_are_read() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("later"), unique("later-group"));
    let extra =
        [("auto.offset.reset", "earliest"), ("allow.auto.create.topics", "false"), ("metadata.max.age.ms", "500")];
    for pattern in [false, true] {
        let topic = format!("{topic}-{pattern}");
        let group = format!("{group}-{pattern}");
        let mut consumer = consumer(&bootstrap, &[&extra[..], &[("group.id", group.as_str())]].concat());
        let prefix = topic.clone();
        consumer
            .subscribe(match pattern {
                false => Subscription::Topics(vec![topic.clone()]),
                true => Subscription::Pattern(Arc::new(move |name| name.starts_with(&prefix))),
            })
            .unwrap();
        let mut seen = Seen::default();
        drive(&mut consumer, &mut seen, |seen| seen.assignments == 1).await;
        assert!(seen.assigned.is_empty());
        create_topic(&cluster, &topic, 1).await;
        produce(&cluster, &TopicPartition::new(topic.as_str(), 0), &values(0..3)).await;
        drive(&mut consumer, &mut seen, |seen| seen.values.len() == 3).await;
        consumer.close(PATIENCE).await;
    }
}

#[tokio::test]
async fn a_missing_topic_is_created_if_allowed() {
    let Some(bootstrap) = bootstrap() else { return };
    let topic = unique("created");
    let mut consumer = member(&bootstrap, &unique("created-group"), &topic);
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| !seen.assigned.is_empty()).await;
    consumer.close(PATIENCE).await;
}

#[tokio::test]
async fn who_does_not_poll_loses_its_partitions() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("silent"), unique("silent-group"));
    create_topic(&cluster, &topic, 1).await;
    let extra = [("group.id", group.as_str()), ("max.poll.interval.ms", "1000"), ("heartbeat.interval.ms", "200")];
    let mut consumer = consumer(&bootstrap, &extra);
    consumer.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.assigned.len() == 1).await;
    // A poll that waits longer than the interval is no silence.
    assert!(matches!(consumer.poll(Duration::from_millis(2500)).await.unwrap(), Event::Idle));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let late = consumer.commit(&[(TopicPartition::new(topic.as_str(), 0), 0.into())].into()).await;
    // The group is empty now, and takes a commit only from somebody who is no member.
    assert!(matches!(late, Ok(()) | Err(ConsumerError::CommitFailed(_))), "{late:?}");
    let event = consumer.poll(PATIENCE).await.unwrap();
    assert!(matches!(&event, Event::Lost(lost) if lost.len() == 1), "{event:?}");
    seen.note(event);
    drive(&mut consumer, &mut seen, |seen| seen.assigned.len() == 1).await;
    consumer.close(PATIENCE).await;
}

#[tokio::test]
async fn a_dropped_poll_loses_nothing() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("dropped"), unique("dropped-group"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..300)).await;
    let extra = [("group.id", group.as_str()), ("auto.offset.reset", "earliest"), ("max.poll.records", "7")];
    let mut consumer = consumer(&bootstrap, &extra);
    consumer.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    let mut seen = Seen::default();
    let mut left = 20_000;
    while seen.values.len() < 300 {
        left -= 1;
        assert!(left > 0, "only {} values", seen.values.len());
        let poll = consumer.poll(Duration::from_secs(60));
        if let Ok(event) = tokio::time::timeout(Duration::from_millis(3), poll).await {
            seen.note(event.unwrap());
        }
    }
    assert_eq!((seen.values, seen.assignments), (values(0..300), 1));
    consumer.close(PATIENCE).await;
}
