//! The producer while its broker is frozen: requests time out that the broker carries out later.
//!
//! `LONGSHORE_TEST_BROKER_PAUSE` and `LONGSHORE_TEST_BROKER_RESUME` are shell commands for SIGSTOP and SIGCONT. A test
//! binary of its own: no other test has to live through it.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::time::Duration;

use common::{append, bootstrap, fresh, now_millis, producer, read_all, receive, record, required, run};
use kafka_client::producer::{AppendError, Producer, Record, Topic};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_repeated_or_reordered_when_the_broker_is_frozen() {
    const RECORDS: u64 = 100_000;
    let Some(bootstrap) = bootstrap() else { return };
    let Some(pause) = required("LONGSHORE_TEST_BROKER_PAUSE", "a command that freezes the broker") else { return };
    let Some(resume) = required("LONGSHORE_TEST_BROKER_RESUME", "a command that thaws it") else { return };
    let (cluster, producer, mut acks) =
        producer(&bootstrap, &[("request.timeout.ms", "700"), ("batch.size", "4000"), ("linger.ms", "0")]);
    let name = fresh("frozen");
    let topic = producer.prepare(&name).await.unwrap();
    let (_, impatient, _acks) = common::producer(&bootstrap, &[("max.block.ms", "400"), ("buffer.memory", "30000")]);
    let its_topic = impatient.prepare(&fresh("frozen-full")).await.unwrap();
    let freeze = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        run(&pause).await;
        assert_eq!(
            fill(&impatient, &its_topic).await,
            "Failed to allocate memory within the configured max blocking time 400 ms."
        );
        tokio::time::sleep(Duration::from_secs(2)).await;
        run(&resume).await;
    };
    let append_all = async {
        for number in 0..RECORDS {
            let value = number.to_be_bytes();
            append(&producer, Record { timestamp: now_millis(), ..record(&topic, None, &value) }).await;
            if number % 500 == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        producer.flush().await;
    };
    let ((), (), acks) = tokio::join!(append_all, freeze, receive(&mut acks, RECORDS));
    assert!(acks.iter().all(|ack| ack.result.is_ok()));
    let stored = read_all(&cluster, &name, 0).await;
    let values = stored.iter().map(|record| u64::from_be_bytes(record.value.as_deref().unwrap().try_into().unwrap()));
    assert!(values.eq(0..RECORDS), "{} records are stored", stored.len());
}

/// Appends until the buffer is full; what the wait for room says.
async fn fill(producer: &Producer, topic: &Topic) -> String {
    loop {
        let appended = producer.appender().append(record(topic, None, &[b'x'; 9_000]));
        match appended {
            Ok(_) => {}
            Err(AppendError::BufferFull) => return producer.wait_ready().await.unwrap_err().to_string(),
            Err(error) => return error.to_string(),
        }
    }
}
