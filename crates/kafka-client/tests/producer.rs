//! The producer against a real broker, whose address is in `LONGSHORE_TEST_BOOTSTRAP`.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::time::Duration;

use common::{append, bootstrap, fresh, producer, read_all, receive, record};
use kafka_client::producer::{AppendError, Record};
use kafka_client::{ErrorCode, KafkaError};

#[tokio::test]
async fn what_is_acked_is_stored_in_order() {
    let Some(bootstrap) = bootstrap() else { return };
    for compression in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let (cluster, producer, mut acks) =
            producer(&bootstrap, &[("batch.size", "20000"), ("compression.type", compression)]);
        let topics = [fresh("first"), fresh("second")];
        let handles = [producer.prepare(&topics[0]).await.unwrap(), producer.prepare(&topics[1]).await.unwrap()];
        for number in 0..2_000_u64 {
            let value = number.to_string();
            let topic = &handles[(number % 3 == 0) as usize];
            let headers = [("h", Some(&b"1"[..])), ("h", None)];
            let record = Record { headers: &headers, ..record(topic, None, value.as_bytes()) };
            assert_eq!(append(&producer, record).await, number);
        }
        producer.flush().await;
        let acks = receive(&mut acks, 2_000).await;
        for topic in &topics {
            let stored = read_all(&cluster, topic, 0).await;
            let of_topic = acks.iter().filter(|ack| &*ack.topic == topic.as_str());
            let mut acked = 0;
            for ack in of_topic {
                assert!(ack.result.is_ok());
                for (number, offset) in ack.submissions.iter().zip(ack.base_offset..) {
                    let found = &stored[usize::try_from(offset).unwrap()];
                    assert_eq!(found.value.as_deref(), Some(number.to_string().as_bytes()), "{compression}");
                    assert_eq!((found.offset, found.timestamp, found.headers.len()), (offset, 1_700_000_000_000, 2));
                    acked += 1;
                }
            }
            assert_eq!(acked, stored.len());
        }
        assert!(producer.close(Duration::from_secs(10)).await);
    }
}

#[tokio::test]
async fn every_kind_of_acks_is_settled() {
    let Some(bootstrap) = bootstrap() else { return };
    for (acks_wanted, offsets) in [("0", false), ("1", true), ("all", true)] {
        let (cluster, producer, mut acks) = producer(&bootstrap, &[("acks", acks_wanted)]);
        let name = fresh("acks");
        let topic = producer.prepare(&name).await.unwrap();
        for value in [b"a", b"b"] {
            append(&producer, record(&topic, Some(b"k"), value)).await;
        }
        producer.flush().await;
        let acks = receive(&mut acks, 2).await;
        assert!(acks.iter().all(|ack| ack.result.is_ok() && (ack.base_offset >= 0) == offsets), "acks={acks_wanted}");
        assert!(producer.close(Duration::from_secs(10)).await);
        let mut stored = read_all(&cluster, &name, 0).await;
        for _ in 0..100 {
            if stored.len() == 2 {
                break; // with acks=0 the broker may be a little behind
            }
            stored = read_all(&cluster, &name, 0).await;
        }
        assert_eq!(stored.len(), 2);
    }
}

#[tokio::test]
async fn a_batch_that_is_too_large_for_the_broker_is_split() {
    let Some(bootstrap) = bootstrap() else { return };
    // The broker's default `message.max.bytes` is 1048588.
    let (cluster, producer, mut acks) =
        producer(&bootstrap, &[("batch.size", "4000000"), ("max.request.size", "8000000"), ("linger.ms", "1000")]);
    let name = fresh("large");
    let topic = producer.prepare(&name).await.unwrap();
    let value = |number: u64| vec![number as u8; 100_000];
    for number in 0..30 {
        append(&producer, record(&topic, None, &value(number))).await;
    }
    append(&producer, record(&topic, None, &vec![0; 2_000_000])).await;
    append(&producer, record(&topic, None, &value(31))).await;
    producer.flush().await;
    let acks = receive(&mut acks, 32).await;
    let failed: Vec<_> = acks.iter().filter(|ack| ack.result.is_err()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].submissions.iter().collect::<Vec<_>>(), [30]);
    assert_eq!(failed[0].result.as_ref().unwrap_err().code(), Some(ErrorCode::MESSAGE_TOO_LARGE));
    let stored: Vec<_> = read_all(&cluster, &name, 0).await.into_iter().map(|record| record.value.unwrap()).collect();
    assert!(stored.iter().all(|value| value.len() == 100_000));
    let first_bytes: Vec<_> = stored.iter().map(|value| value[0]).collect();
    assert_eq!(first_bytes, (0..30).chain([31]).collect::<Vec<_>>());
}

#[tokio::test]
async fn says_what_is_wrong() {
    let Some(bootstrap) = bootstrap() else { return };
    let (_, with_broker, _acks) = producer(&bootstrap, &[("max.block.ms", "1500"), ("max.request.size", "1000")]);
    let refused = with_broker.prepare("no/such/name").await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::INVALID_TOPIC_EXCEPTION), "{refused}");
    let name = fresh("wrong");
    let topic = with_broker.prepare(&name).await.unwrap();
    let missing = with_broker.prepare_partition(&name, 9).await.unwrap_err();
    let want = format!("Partition 9 of topic {name} with partition count 1 is not present in metadata after 1500 ms");
    assert_eq!(missing.to_string(), want);
    let too_large = with_broker.appender().append(record(&topic, None, &[0; 1000])).unwrap_err();
    assert!(matches!(too_large, AppendError::TooLarge { .. }));

    let (_, without_broker, _acks) = producer("127.0.0.1:1", &[("max.block.ms", "300")]);
    let missing = without_broker.prepare("t").await.unwrap_err();
    assert_eq!(missing.to_string(), "Topic t not present in metadata after 300 ms.");
    assert!(matches!(missing, KafkaError::Timeout(_)));
}

#[tokio::test]
async fn who_waits_for_memory_ends_the_lingering() {
    let Some(bootstrap) = bootstrap() else { return };
    // A batch that lingers for a minute holds all the memory: whoever waits for room is what makes it go.
    let small = [("buffer.memory", "30000"), ("linger.ms", "60000"), ("delivery.timeout.ms", "120000")];
    let (cluster, with_broker, mut acks) = producer(&bootstrap, &small);
    let name = fresh("full");
    let topic = with_broker.prepare(&name).await.unwrap();
    for _ in 0..20 {
        append(&with_broker, record(&topic, None, &[b'x'; 9_000])).await;
    }
    with_broker.flush().await;
    assert!(receive(&mut acks, 20).await.iter().all(|ack| ack.result.is_ok()));
    assert_eq!(read_all(&cluster, &name, 0).await.len(), 20);
}
