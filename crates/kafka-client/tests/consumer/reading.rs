//! Positions, resets, limits and faults, without a group.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_client::consumer::{ConsumerError, Event, TopicPartition};

use crate::support::*;

#[tokio::test]
async fn reads_everything_in_order_and_in_portions() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("portions"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    for i in 0..10 {
        produce(&cluster, &partition, &values(i * 100..i * 100 + 100)).await;
    }
    let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", "earliest"), ("max.poll.records", "77")]);
    consumer.assign(std::slice::from_ref(&partition)).unwrap();
    let mut seen = Seen::default();
    while seen.values.len() < 1000 {
        let event = consumer.poll(PATIENCE).await.unwrap();
        if let Event::Records(parts) = &event {
            assert!(parts.iter().map(|part| part.iter().count()).sum::<usize>() <= 77);
        }
        seen.note(event);
        let position = consumer.position(&partition, PATIENCE).await.unwrap();
        assert_eq!(position, seen.values.len() as i64);
    }
    assert_eq!(seen.values, values(0..1000));

    consumer.seek(&partition, 950).unwrap();
    let mut again = Seen::default();
    drive(&mut consumer, &mut again, |seen| seen.values.len() >= 50).await;
    assert_eq!(again.values, values(950..1000));

    consumer.pause(std::slice::from_ref(&partition)).unwrap();
    consumer.seek_to_beginning(&partition).unwrap();
    assert!(matches!(consumer.poll(Duration::from_millis(700)).await.unwrap(), Event::Idle));
    consumer.resume(std::slice::from_ref(&partition)).unwrap();
    let mut resumed = Seen::default();
    drive(&mut consumer, &mut resumed, |seen| seen.values.len() >= 1000).await;
}

/// An answer has room for one batch only, and every partition has a backlog.
#[tokio::test]
async fn every_partition_has_its_turn() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("turns"));
    create_topic(&cluster, &topic, 3).await;
    let names = [0, 1, 2].map(|index| TopicPartition::new(topic.as_str(), index));
    for i in 0..12 {
        produce(&cluster, &names[i % 3], &values(i..i + 1)).await;
    }
    let small = [("auto.offset.reset", "earliest"), ("fetch.max.bytes", "1"), ("max.partition.fetch.bytes", "1")];
    let mut consumer = consumer(&bootstrap, &small);
    consumer.assign(&names).unwrap();
    let mut seen = Seen::default();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() >= 12).await;
    let served: Vec<i32> = seen.offsets.iter().map(|(name, _)| name.partition).collect();
    // A broker begins a session with the request's order, and lets who was served go last from then on.
    let ahead = |until: usize| {
        let turns = [0, 1, 2].map(|index| served[..until].iter().filter(|at| **at == index).count());
        turns.iter().max().unwrap() - turns.iter().min().unwrap()
    };
    assert!((0..12).all(|until| ahead(until) <= 2), "{served:?}");
}

#[tokio::test]
async fn offsets_are_told_and_resets_obeyed() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("resets"));
    create_topic(&cluster, &topic, 2).await;
    let partition = TopicPartition::new(topic.as_str(), 1);
    produce(&cluster, &partition, &values(0..5)).await;

    let reader = consumer(&bootstrap, &[]);
    let both = [TopicPartition::new(topic.as_str(), 0), partition.clone()];
    let offsets = |pairs: [i64; 2]| both.iter().cloned().zip(pairs).collect::<BTreeMap<_, _>>();
    assert_eq!(reader.beginning_offsets(&both).await.unwrap(), offsets([0, 0]));
    assert_eq!(reader.end_offsets(&both).await.unwrap(), offsets([0, 5]));
    let at = |millis: i64| both.iter().cloned().map(|name| (name, millis)).collect::<BTreeMap<_, _>>();
    assert_eq!(reader.offsets_for_times(&at(500)).await.unwrap(), [(partition.clone(), (0, 1000))].into());
    assert!(reader.offsets_for_times(&at(2000)).await.unwrap().is_empty());

    for (policy, position) in [("earliest", Some(0)), ("latest", Some(5)), ("none", None)] {
        let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", policy)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        match (consumer.position(&partition, PATIENCE).await, position) {
            (Ok(found), Some(wanted)) => assert_eq!(found, wanted, "{policy}"),
            (Err(ConsumerError::NoOffset(name)), None) => assert_eq!(name, partition),
            (other, _) => panic!("{policy}: {other:?}"),
        }
        // Out of range is a reset too.
        consumer.seek(&partition, 99).unwrap();
        match (policy, consumer.poll(Duration::from_secs(5)).await) {
            ("earliest", Ok(Event::Records(parts))) => assert_eq!(parts[0].iter().count(), 5),
            ("latest", Ok(Event::Idle)) => assert_eq!(consumer.position(&partition, PATIENCE).await.unwrap(), 5),
            ("none", Err(ConsumerError::OffsetOutOfRange { offset: 99, .. })) => {}
            (_, other) => panic!("{policy}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_waker_ends_a_poll() {
    let Some(bootstrap) = bootstrap() else { return };
    let mut consumer = consumer(&bootstrap, &[]);
    let waker = consumer.waker();
    let task = tokio::spawn(async move { consumer.poll(Duration::from_secs(3600)).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    waker.wake();
    let event = tokio::time::timeout(PATIENCE, task).await.unwrap().unwrap().unwrap();
    assert!(matches!(event, Event::Idle));
}
