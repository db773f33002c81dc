//! Where a consumer starts, what it says of where it is, and what it commits by itself.

use std::time::Duration;

use kafka_client::consumer::{ConsumerError, Event, OffsetAndMetadata, Subscription, TopicPartition};

use crate::support::*;

#[tokio::test]
async fn what_was_consumed_is_committed_on_its_own() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("auto"), unique("auto-group"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..30)).await;
    let of_interval = |interval| {
        [
            ("group.id", group.as_str()),
            ("auto.offset.reset", "earliest"),
            ("max.poll.records", "10"),
            ("auto.commit.interval.ms", interval),
        ]
    };
    let at = |offset| OffsetAndMetadata { offset, leader_epoch: Some(0), metadata: String::new() };

    // Each poll commits what those before it returned.
    let mut first = consumer(&bootstrap, &of_interval("0"));
    first.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    let mut seen = Seen::default();
    drive(&mut first, &mut seen, |seen| seen.values.len() >= 10).await;
    let committed = first.committed(std::slice::from_ref(&partition)).await.unwrap();
    assert_eq!(
        committed.get(&partition).map_or(0, |at| at.offset),
        0,
        "what this poll returned may still be worked on"
    );
    drive(&mut first, &mut seen, |seen| seen.values.len() >= 20).await;
    first.pause(std::slice::from_ref(&partition)).unwrap();
    let deadline = std::time::Instant::now() + PATIENCE;
    while first.committed(std::slice::from_ref(&partition)).await.unwrap().get(&partition) != Some(&at(20)) {
        assert!(std::time::Instant::now() < deadline, "nothing was committed");
        seen.note(first.poll(Duration::from_millis(50)).await.unwrap());
    }
    first.close(PATIENCE).await;

    // What the last poll returned is committed on close, long before the interval is over.
    let mut second = consumer(&bootstrap, &of_interval("600000"));
    second.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    let mut seen = Seen::default();
    drive(&mut second, &mut seen, |seen| seen.values.len() >= 10).await;
    assert_eq!(seen.values, values(20..30), "the first has committed on close too");
    second.close(PATIENCE).await;
    let third = consumer(&bootstrap, &of_interval("600000"));
    assert_eq!(third.committed(std::slice::from_ref(&partition)).await.unwrap()[&partition], at(30));
}

#[tokio::test]
async fn a_rebalance_commits_before_it_gives_away() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic, group) = (cluster(&bootstrap), unique("handover"), unique("handover-group"));
    create_topic(&cluster, &topic, 2).await;
    for index in [0, 1] {
        produce(&cluster, &TopicPartition::new(topic.as_str(), index), &values(0..10)).await;
    }
    let extra = [
        ("group.id", group.as_str()),
        ("auto.offset.reset", "earliest"),
        ("heartbeat.interval.ms", "200"),
        ("auto.commit.interval.ms", "600000"),
    ];
    let (mut a, mut b) = (consumer(&bootstrap, &extra), consumer(&bootstrap, &extra));
    let (mut seen_a, mut seen_b) = (Seen::default(), Seen::default());
    a.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    drive(&mut a, &mut seen_a, |seen| seen.values.len() == 20).await;
    b.subscribe(Subscription::Topics(vec![topic.clone()])).unwrap();
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |_, b| b.assigned.len() == 1).await;
    produce(&cluster, &seen_b.assigned[0].clone(), &values(10..11)).await;
    drive_both((&mut a, &mut seen_a), (&mut b, &mut seen_b), |_, b| !b.values.is_empty()).await;
    assert_eq!(seen_b.values, values(10..11), "nothing comes twice");
    a.close(PATIENCE).await;
    b.close(PATIENCE).await;
}

#[tokio::test]
async fn java_patterns_pass_over_internal_topics() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, stem) = (cluster(&bootstrap), unique("regex"));
    let topics = [format!("{stem}-a1"), format!("{stem}-b2"), format!("{stem}-a1-more")];
    for topic in &topics {
        create_topic(&cluster, topic, 1).await;
        produce(&cluster, &TopicPartition::new(topic.as_str(), 0), std::slice::from_ref(topic)).await;
    }
    let group = unique("regex-group");
    let mut consumer = consumer(&bootstrap, &[("group.id", group.as_str()), ("auto.offset.reset", "earliest")]);
    assert_eq!(Subscription::java_regex("(").unwrap_err().to_string(), "Unclosed group near index 1\n(");
    // A look-ahead, and a match of the whole name: the third one is too long.
    let pattern = format!("__.*|{stem}-(?!b)\\p{{Lower}}\\d");
    consumer.subscribe(Subscription::java_regex(&pattern).unwrap()).unwrap();
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| !seen.values.is_empty()).await;
    assert_eq!(seen.assigned, [TopicPartition::new(topics[0].as_str(), 0)]);
    assert!(matches!(consumer.subscription(), Some(Subscription::Pattern(_))));
    consumer.unsubscribe(PATIENCE).await;
    assert!(consumer.subscription().is_none() && consumer.assignment().is_empty());
    consumer.close(PATIENCE).await;
}

#[tokio::test]
async fn resets_by_age_and_lag() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("age"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..5)).await; // of 1970
    for (policy, position) in [("by_duration:P30000D", 0), ("by_duration:PT1H", 5)] {
        let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", policy)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        assert_eq!(consumer.position(&partition, PATIENCE).await.unwrap(), position, "{policy}");
    }
    let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", "earliest"), ("max.poll.records", "2")]);
    assert!(matches!(consumer.current_lag(&partition), Err(ConsumerError::NotAssigned(_))));
    consumer.assign(std::slice::from_ref(&partition)).unwrap();
    assert_eq!(consumer.current_lag(&partition).unwrap(), None);
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 2).await;
    assert_eq!(consumer.current_lag(&partition).unwrap(), Some(3));
    consumer.pause(std::slice::from_ref(&partition)).unwrap();
    assert_eq!(consumer.paused(), std::slice::from_ref(&partition));
    assert!(matches!(consumer.seek(&partition, -1), Err(ConsumerError::IllegalArgument(_))));
}

/// Both limits are smaller than one record: it comes all the same, alone.
#[tokio::test]
async fn a_record_larger_than_the_limits_is_read() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("large"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    let large = "x".repeat(300_000);
    for value in [&large, "small", &large] {
        produce(&cluster, &partition, &[value.to_owned()]).await;
    }
    let limits = [("fetch.max.bytes", "1000"), ("max.partition.fetch.bytes", "500"), ("auto.offset.reset", "earliest")];
    let mut consumer = consumer(&bootstrap, &limits);
    consumer.assign(std::slice::from_ref(&partition)).unwrap();
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 3).await;
    assert_eq!(seen.values.iter().map(String::len).collect::<Vec<_>>(), [300_000, 5, 300_000]);
}

/// A committed epoch that no leader has had yet is asked about, and one that the leader has had holds.
#[tokio::test]
async fn committed_epochs_are_checked() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("epochs"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    produce(&cluster, &partition, &values(0..10)).await;
    let to = |offset| OffsetAndMetadata { offset, leader_epoch: Some(0), metadata: String::new() };
    for (policy, offset, want) in [("none", 4, Some(4)), ("earliest", 99, Some(10)), ("none", 99, None)] {
        let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", policy)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        consumer.seek_to(&partition, &to(offset)).unwrap();
        // The leader becomes known by polling; then the position is checked.
        match (consumer.poll(Duration::from_millis(1_500)).await, want) {
            (Ok(Event::Records(parts)), Some(4)) => assert_eq!(parts[0].iter().count(), 6),
            (Ok(Event::Idle), Some(want)) => assert_eq!(consumer.position(&partition, PATIENCE).await.unwrap(), want),
            (Err(ConsumerError::LogTruncation { offset: 99, diverging, .. }), None) => {
                assert_eq!(diverging, Some(to(10)), "where the epoch ends");
                consumer.seek(&partition, 9).unwrap();
                assert!(matches!(consumer.poll(PATIENCE).await.unwrap(), Event::Records(_)));
            }
            (other, _) => panic!("{policy}, {offset}: {other:?}"),
        }
    }
}
