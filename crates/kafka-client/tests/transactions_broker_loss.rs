//! Transactions against a real broker that is killed in the middle of them.
//!
//! `LONGSHORE_TEST_BOOTSTRAP` is its address; `LONGSHORE_TEST_BROKER_KILL` and `LONGSHORE_TEST_BROKER_START` are shell
//! commands that end it without notice and start it again. A test binary of its own: no other test has to live through it.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use std::process::Command;
use std::time::Duration;

use common::{append, bootstrap, fresh, now_millis, producer, read_committed, record, required};
use kafka_client::producer::{Acks, Producer, Record, Topic};
use kafka_client::{ErrorKind, KafkaError};

#[tokio::test(flavor = "multi_thread")]
async fn transactions_are_all_or_nothing_when_the_broker_is_killed() {
    const TRANSACTIONS: u64 = 150;
    let Some(bootstrap) = bootstrap() else { return };
    let Some(kill) = required("LONGSHORE_TEST_BROKER_KILL", "a command that kills the broker") else { return };
    let Some(start) = required("LONGSHORE_TEST_BROKER_START", "a command that starts it again") else { return };
    let id = fresh("killed");
    let props = [("transactional.id", id.as_str()), ("max.block.ms", "2000"), ("batch.size", "1000")];
    let (_, producer, mut acks) = producer(&bootstrap, &props);
    again(async || producer.init_transactions().await).await.unwrap();
    let name = fresh("killed");
    let topic = producer.prepare(&name).await.unwrap();
    let outages = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(700)).await;
            run(&kill).await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            run(&start).await;
        }
    };
    let work = async {
        let mut aborted = 0;
        for number in 0..TRANSACTIONS {
            while !one(&producer, &mut acks, &topic, number).await {
                aborted += 1;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        aborted
    };
    let ((), aborted) = tokio::join!(outages, work);
    println!("{aborted} transactions were aborted and made again");
    let want: Vec<String> =
        (0..TRANSACTIONS).flat_map(|number| (0..40).map(move |i| format!("{number}-{i}"))).collect();
    let got = read_committed(&bootstrap, &name, want.len()).await;
    assert_eq!(got.len(), want.len());
    assert_eq!(got, want);
}

/// One transaction; false if it had to be aborted. Every fifth is aborted on purpose first.
async fn one(producer: &Producer, acks: &mut Acks, topic: &Topic, number: u64) -> bool {
    if number.is_multiple_of(5) {
        producer.begin_transaction().unwrap();
        append(producer, record(topic, None, b"to be aborted")).await;
        again(async || producer.abort_transaction().await).await.unwrap();
    }
    producer.begin_transaction().unwrap();
    for i in 0..40 {
        let value = format!("{number}-{i}");
        append(producer, Record { timestamp: now_millis(), ..record(topic, None, value.as_bytes()) }).await;
    }
    let committed = again(async || producer.commit_transaction().await).await;
    while acks.try_recv().is_some() {}
    if let Err(error) = &committed {
        assert_eq!(error.kind(), ErrorKind::Abortable, "{error:?}");
        again(async || producer.abort_transaction().await).await.unwrap();
    }
    committed.is_ok()
}

/// Makes a call again for as long as it takes too long.
async fn again(call: impl AsyncFn() -> Result<(), KafkaError>) -> Result<(), KafkaError> {
    for _ in 0..60 {
        match call().await {
            Err(KafkaError::Timeout(_)) => {}
            done => return done,
        }
    }
    panic!("two minutes were not enough");
}

async fn run(command: &str) {
    let command = command.to_owned();
    let status = tokio::task::spawn_blocking(move || Command::new("sh").args(["-c", &command]).status());
    assert!(status.await.unwrap().unwrap().success());
}
