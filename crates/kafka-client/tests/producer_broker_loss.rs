//! The producer against a real broker that is killed while it produces.
//!
//! `LONGSHORE_TEST_BOOTSTRAP` is its address; `LONGSHORE_TEST_BROKER_KILL` and `LONGSHORE_TEST_BROKER_START` are shell
//! commands that end it without notice and start it again. A test binary of its own: no other test has to live through it.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::time::Duration;

use common::{append, bootstrap, fresh, now_millis, producer, read_all, receive, record, required, run};
use kafka_client::producer::Record;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_repeated_or_reordered_when_the_broker_is_killed() {
    const RECORDS: u64 = 300_000;
    let Some(bootstrap) = bootstrap() else { return };
    let Some(kill) = required("LONGSHORE_TEST_BROKER_KILL", "a command that kills the broker") else { return };
    let Some(start) = required("LONGSHORE_TEST_BROKER_START", "a command that starts it again") else { return };
    let patient = [("max.block.ms", "300000"), ("delivery.timeout.ms", "300000")];
    let small = [("batch.size", "16384"), ("buffer.memory", "2000000")];
    let (cluster, producer, mut acks) = producer(&bootstrap, &[patient, small].concat());
    let name = fresh("killed");
    let topic = producer.prepare(&name).await.unwrap();
    let outages = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            run(&kill).await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            run(&start).await;
        }
    };
    let append_all = async {
        for number in 0..RECORDS {
            let value = number.to_be_bytes();
            // Brokers forget producers whose last record is old, by its own timestamp, when they start.
            append(&producer, Record { timestamp: now_millis(), ..record(&topic, None, &value) }).await;
            if number % 1000 == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        producer.flush().await;
    };
    let ((), (), acks) = tokio::join!(append_all, outages, receive(&mut acks, RECORDS));
    assert!(acks.iter().all(|ack| ack.result.is_ok()));
    let stored = read_all(&cluster, &name, 0).await;
    let values = stored.iter().map(|record| u64::from_be_bytes(record.value.as_deref().unwrap().try_into().unwrap()));
    assert!(values.eq(0..RECORDS), "{} records are stored", stored.len());
    for ack in acks {
        // A broker that forgot where it stored a batch cannot say it.
        assert!(ack.base_offset == -1 || ack.submissions.iter().next() == u64::try_from(ack.base_offset).ok());
    }
}
