//! Transactions against a real broker, whose address is in `LONGSHORE_TEST_BOOTSTRAP`.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{append, bootstrap, consumer, fresh, producer, read_committed, receive, record};
use kafka_client::consumer::{Consumer, Event, OffsetAndMetadata, Subscription, TopicPartition};
use kafka_client::group::ConsumerGroupMetadata;
use kafka_client::producer::{Acks, AppendError, Producer, Topic};
use kafka_client::{ErrorCode, ErrorKind, KafkaError};

/// A producer that has initialized its transactions.
async fn transactional(bootstrap: &str, id: &str, extra: &[(&str, &str)]) -> (Producer, Acks) {
    let (_, producer, acks) = producer(bootstrap, &[&[("transactional.id", id)], extra].concat());
    producer.init_transactions().await.unwrap();
    (producer, acks)
}

async fn append_all(producer: &Producer, topic: &Topic, values: std::ops::Range<u64>) {
    for value in values {
        append(producer, record(topic, None, value.to_string().as_bytes())).await;
    }
}

fn numbers(values: &[u64]) -> Vec<String> {
    values.iter().map(u64::to_string).collect()
}

#[tokio::test]
async fn committed_records_are_read_and_aborted_ones_are_not() {
    let Some(bootstrap) = bootstrap() else { return };
    for extra in [&[][..], &[("compression.type", "lz4"), ("batch.size", "200")]] {
        let (producer, mut acks) = transactional(&bootstrap, &fresh("both"), extra).await;
        let name = fresh("both");
        let topic = producer.prepare(&name).await.unwrap();
        for (round, commits) in [(0, true), (1, false), (2, true), (3, true)] {
            producer.begin_transaction().unwrap();
            append_all(&producer, &topic, round * 100..round * 100 + 100).await;
            match commits {
                true => producer.commit_transaction().await.unwrap(),
                false => {
                    producer.flush().await;
                    producer.abort_transaction().await.unwrap();
                }
            }
            let stored = std::iter::from_fn(|| acks.try_recv()).map(|ack| {
                ack.result.unwrap();
                ack.submissions.count()
            });
            assert_eq!(stored.sum::<u64>(), 100, "all acks are there when the call returns");
        }
        let want: Vec<u64> = (0..100).chain(200..400).collect();
        assert_eq!(read_committed(&bootstrap, &name, want.len()).await, numbers(&want));
        assert!(producer.close(Duration::from_secs(5)).await);
    }
}

#[tokio::test]
async fn what_was_not_sent_is_given_up_by_an_abort() {
    let Some(bootstrap) = bootstrap() else { return };
    let (producer, mut acks) = transactional(&bootstrap, &fresh("unsent"), &[("linger.ms", "20000")]).await;
    let topic = producer.prepare(&fresh("unsent")).await.unwrap();
    producer.begin_transaction().unwrap();
    append_all(&producer, &topic, 0..10).await;
    producer.abort_transaction().await.unwrap();
    let acks = receive(&mut acks, 10).await;
    let error = acks[0].result.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "Failing batch since transaction was aborted");
    assert_eq!(error.java_class(), "org.apache.kafka.common.errors.TransactionAbortedException");
    producer.begin_transaction().unwrap();
    producer.commit_transaction().await.unwrap(); // nothing in it
}

#[tokio::test]
async fn calls_at_the_wrong_time_are_refused_in_javas_words() {
    let Some(bootstrap) = bootstrap() else { return };
    let id = fresh("states");
    let (_, producer, _acks) = producer(&bootstrap, &[("transactional.id", id.as_str())]);
    let name = fresh("states");
    let topic = producer.prepare(&name).await.unwrap();
    let append = || match producer.appender().append(common::record(&topic, None, b"v")) {
        Err(AppendError::Transaction(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let transition = |from: &str, to: &str| {
        format!("TransactionalId {id}: Invalid transition attempted from state {from} to state {to}")
    };
    let begun = producer.begin_transaction().unwrap_err();
    assert_eq!(begun.to_string(), transition("UNINITIALIZED", "IN_TRANSACTION"));
    assert_eq!((begun.kind(), begun.java_class()), (ErrorKind::Fatal, "java.lang.IllegalStateException"));
    assert!(append().ends_with("to transaction before completing a call to initTransactions"));
    let aborted = producer.abort_transaction().await.unwrap_err();
    assert_eq!(aborted.to_string(), transition("UNINITIALIZED", "ABORTING_TRANSACTION"));
    producer.init_transactions().await.unwrap();
    let twice = producer.init_transactions().await.unwrap_err();
    assert_eq!(twice.to_string(), transition("READY", "INITIALIZING"));
    assert!(append().ends_with("to transaction while in state  READY"));
    let offsets = offsets(&name, 1);
    let sent = producer.send_offsets_to_transaction(&offsets, &ConsumerGroupMetadata::new("g")).await.unwrap_err();
    assert_eq!(sent.to_string(), "Cannot send offsets if a transaction is not in progress (currentState= READY)");
    let unknown = ConsumerGroupMetadata { generation_id: 1, ..ConsumerGroupMetadata::new("g") };
    let sent = producer.send_offsets_to_transaction(&offsets, &unknown).await.unwrap_err();
    assert_eq!(
        sent.to_string(),
        "Passed in group metadata GroupMetadata(groupId = g, generationId = 1, memberId = , groupInstanceId = ) has \
         generationId > 0 but the member.id is unknown"
    );
    let (_, plain, _acks) = common::producer(&bootstrap, &[]);
    let refused = plain.init_transactions().await.unwrap_err();
    assert_eq!(refused.to_string(), "Transactional method invoked on a non-transactional producer.");
}

#[tokio::test]
async fn a_call_that_took_too_long_may_be_made_again() {
    let (_, producer, _acks) = producer("127.0.0.1:1", &[("transactional.id", "nobody"), ("max.block.ms", "100")]);
    for _ in 0..2 {
        let error = producer.init_transactions().await.unwrap_err();
        assert!(matches!(error, KafkaError::Timeout(_)) && error.is_retriable());
        assert!(
            error.to_string().starts_with("Timeout expired after 100ms while awaiting InitProducerId. "),
            "{error}"
        );
        let other = producer.begin_transaction().unwrap_err();
        assert_eq!(
            other.to_string(),
            "Cannot attempt operation `beginTransaction` because the previous call to `initTransactions` timed out and \
             must be retried"
        );
    }
}

#[tokio::test]
async fn a_newer_producer_of_the_same_name_fences_the_older() {
    let Some(bootstrap) = bootstrap() else { return };
    let (id, name) = (fresh("fenced"), fresh("fenced"));
    let (old, mut acks) = transactional(&bootstrap, &id, &[]).await;
    let topic = old.prepare(&name).await.unwrap();
    old.begin_transaction().unwrap();
    append_all(&old, &topic, 0..5).await;
    old.flush().await;
    let (new, _acks) = transactional(&bootstrap, &id, &[]).await;
    append_all(&old, &topic, 5..10).await;
    let error = old.commit_transaction().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Abortable, Some(ErrorCode::INVALID_PRODUCER_EPOCH)),
        "{error}"
    );
    let acks = receive(&mut acks, 10).await;
    assert_eq!(acks.iter().filter(|ack| ack.result.is_ok()).count(), 1);
    let error = old.abort_transaction().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Fenced, Some(ErrorCode::PRODUCER_FENCED)), "{error}");
    let error = old.begin_transaction().unwrap_err();
    assert!(
        error.to_string().ends_with("has been fenced by another producer with the same transactionalId"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Fenced);
    let refused = old.appender().append(record(&topic, None, b"v"));
    assert!(matches!(refused, Err(AppendError::Transaction(_))));

    let topic = new.prepare(&name).await.unwrap();
    new.begin_transaction().unwrap();
    append_all(&new, &topic, 20..22).await;
    new.commit_transaction().await.unwrap();
    assert_eq!(read_committed(&bootstrap, &name, 2).await, numbers(&[20, 21]));
}

#[tokio::test]
async fn a_record_that_cannot_be_stored_leaves_only_the_abort() {
    let Some(bootstrap) = bootstrap() else { return };
    let (producer, mut acks) =
        transactional(&bootstrap, &fresh("large"), &[("max.request.size", "8000000"), ("batch.size", "3000000")]).await;
    let name = fresh("large");
    let topic = producer.prepare(&name).await.unwrap();
    producer.begin_transaction().unwrap();
    append_all(&producer, &topic, 0..3).await;
    append(&producer, record(&topic, None, &vec![0; 2_000_000])).await; // the broker's `message.max.bytes` is half of it
    append_all(&producer, &topic, 4..6).await;
    let error = producer.commit_transaction().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Abortable, Some(ErrorCode::MESSAGE_TOO_LARGE)), "{error}");
    assert_eq!(error.java_class(), "org.apache.kafka.common.errors.RecordTooLargeException");
    let again = producer.begin_transaction().unwrap_err();
    assert_eq!(again.to_string(), "Cannot execute transactional method because we are in an error state");
    assert_eq!(again.kind(), ErrorKind::Abortable);
    producer.abort_transaction().await.unwrap();
    assert!(receive(&mut acks, 6).await.iter().any(|ack| ack.result.is_err()));
    for round in [10, 20] {
        producer.begin_transaction().unwrap();
        append_all(&producer, &topic, round..round + 3).await;
        producer.commit_transaction().await.unwrap();
    }
    assert_eq!(read_committed(&bootstrap, &name, 6).await, numbers(&[10, 11, 12, 20, 21, 22]));
}

#[tokio::test]
async fn batches_that_are_too_large_are_split_within_the_transaction() {
    let Some(bootstrap) = bootstrap() else { return };
    for compression in ["none", "lz4"] {
        let large = [("max.request.size", "8000000"), ("batch.size", "4000000"), ("linger.ms", "1000")];
        let extra = [&large[..], &[("compression.type", compression)]].concat();
        let (producer, mut acks) = transactional(&bootstrap, &fresh("split"), &extra).await;
        let name = fresh("split");
        let topic = producer.prepare(&name).await.unwrap();
        let value = |number: u64| {
            // Digits that do not compress well: the batch is above the broker's `message.max.bytes` all the same.
            let mut state = number + 1;
            let digits = (0..100_000).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b' ' + (state >> 58) as u8)
            });
            digits.collect::<String>()
        };
        for round in [0, 30] {
            producer.begin_transaction().unwrap();
            for number in round..round + 30 {
                append(&producer, record(&topic, None, value(number).as_bytes())).await;
            }
            producer.commit_transaction().await.unwrap();
        }
        assert!(receive(&mut acks, 60).await.iter().all(|ack| ack.result.is_ok()));
        let want: Vec<String> = (0..60).map(value).collect();
        assert!(read_committed(&bootstrap, &name, 60).await == want, "{compression}");
    }
}

#[tokio::test]
async fn offsets_are_committed_with_the_records() {
    let Some(bootstrap) = bootstrap() else { return };
    let (group, source, target) = (fresh("group"), fresh("source"), fresh("target"));
    let (_, plain, _plain_acks) = producer(&bootstrap, &[]);
    let topic = plain.prepare(&source).await.unwrap();
    append_all(&plain, &topic, 0..10).await;
    plain.flush().await;
    let (producer, _acks) = transactional(&bootstrap, &fresh("offsets"), &[]).await;
    let topic = producer.prepare(&target).await.unwrap();
    let mut consumer = member(&bootstrap, &group, &source);
    let mut read = 0;
    while read < 10 {
        if let Event::Records(parts) = consumer.poll(Duration::from_millis(500)).await.unwrap() {
            read += parts.iter().flat_map(|part| part.iter()).count();
        }
    }
    let metadata = consumer.group_metadata().unwrap();
    assert!(metadata.generation_id > 0 && !metadata.member_id.is_empty());
    for (offset, commits, want) in [(4, true, Some(4)), (9, false, Some(4)), (10, true, Some(10))] {
        producer.begin_transaction().unwrap();
        append_all(&producer, &topic, offset..offset + 1).await;
        let offset = i64::try_from(offset).unwrap();
        producer.send_offsets_to_transaction(&offsets(&source, offset), &metadata).await.unwrap();
        match commits {
            true => producer.commit_transaction().await.unwrap(),
            false => producer.abort_transaction().await.unwrap(),
        }
        assert_eq!(committed(&mut consumer, &source).await, want);
    }
    let stale = ConsumerGroupMetadata { generation_id: metadata.generation_id + 7, ..metadata };
    producer.begin_transaction().unwrap();
    let error = producer.send_offsets_to_transaction(&offsets(&source, 3), &stale).await.unwrap_err();
    assert_eq!(error.java_class(), "org.apache.kafka.clients.consumer.CommitFailedException");
    assert_eq!(error.kind(), ErrorKind::Abortable);
    assert_eq!(
        error.to_string(),
        "Transaction offset Commit failed due to consumer group metadata mismatch: Specified group generation id is not valid."
    );
    assert!(producer.commit_transaction().await.is_err());
    producer.abort_transaction().await.unwrap();
    assert_eq!(read_committed(&bootstrap, &target, 2).await, numbers(&[4, 10]));
}

#[tokio::test]
async fn a_transaction_that_the_broker_gave_up_is_aborted() {
    let Some(bootstrap) = bootstrap() else { return };
    let (producer, _acks) = transactional(&bootstrap, &fresh("late"), &[("transaction.timeout.ms", "1000")]).await;
    let name = fresh("late");
    let topic = producer.prepare(&name).await.unwrap();
    producer.begin_transaction().unwrap();
    append_all(&producer, &topic, 0..3).await;
    producer.flush().await;
    // The broker looks for overdue transactions every 10 seconds; a reader sees what is behind the open one afterwards.
    let (_, plain, _plain_acks) = common::producer(&bootstrap, &[]);
    let after = plain.prepare(&name).await.unwrap();
    append_all(&plain, &after, 7..8).await;
    plain.flush().await;
    assert_eq!(read_committed(&bootstrap, &name, 1).await, numbers(&[7]));
    let error = producer.commit_transaction().await.unwrap_err();
    // As in Java: INVALID_TXN_STATE, or fenced in the first protocol.
    assert!(matches!(error.kind(), ErrorKind::Fenced | ErrorKind::Fatal), "{error:?}");
}

#[tokio::test]
async fn closing_aborts_what_is_open() {
    let Some(bootstrap) = bootstrap() else { return };
    let (producer, _acks) = transactional(&bootstrap, &fresh("closed"), &[]).await;
    let name = fresh("closed");
    let topic = producer.prepare(&name).await.unwrap();
    producer.begin_transaction().unwrap();
    append_all(&producer, &topic, 0..3).await;
    assert!(producer.close(Duration::from_secs(10)).await);
    let (_, plain, _acks) = common::producer(&bootstrap, &[]);
    let topic = plain.prepare(&name).await.unwrap();
    append_all(&plain, &topic, 5..6).await;
    plain.flush().await;
    assert_eq!(read_committed(&bootstrap, &name, 1).await, numbers(&[5]));
}

fn offsets(topic: &str, offset: i64) -> BTreeMap<TopicPartition, OffsetAndMetadata> {
    BTreeMap::from([(TopicPartition::new(topic, 0), OffsetAndMetadata::from(offset))])
}

fn member(bootstrap: &str, group: &str, topic: &str) -> Consumer {
    // What is committed is seen once the transaction is through.
    let stable = [("auto.offset.reset", "earliest"), ("isolation.level", "read_committed")];
    let mut consumer = consumer(bootstrap, &[&[("group.id", group)], &stable[..]].concat());
    consumer.subscribe(Subscription::Topics(vec![topic.to_owned()])).unwrap();
    consumer
}

async fn committed(consumer: &mut Consumer, topic: &str) -> Option<i64> {
    let partition = TopicPartition::new(topic, 0);
    let committed = consumer.committed(std::slice::from_ref(&partition)).await.unwrap();
    committed.get(&partition).map(|offset| offset.offset)
}
