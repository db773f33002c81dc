//! The queue against a fake broker.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_api::data::HeaderBytes;
use connect_api::{ConnectError, ConsumedRecord, TimestampType};
use tokio::sync::mpsc;

use super::*;
use crate::errors::{Consumed, Failure, Origin, Stage};
use crate::fakes::{FakeAcks, FakeKafka, FakeProducer, ack, at, task_id};
use crate::kafka::{Acked, OutgoingBatch};

fn failure(value: &str) -> Failure {
    let headers = vec![HeaderBytes { key: "own".into(), value: Some("1".into()) }];
    let value = Some(value.to_owned().into());
    let raw = Arc::new(ConsumedRecord { key: Some("k".into()), value, headers, timestamp: Some(99) });
    let origin =
        Origin::Consumed(Consumed { at: at("t", 3), offset: 42, timestamp_type: TimestampType::CreateTime, raw });
    let error = ConnectError::without_message("org.acme.Odd").caused_by(ConnectError::data("why"));
    Failure { stage: Stage::ValueConverter, class: "org.acme.It".to_owned(), error, origin }
}

fn letter(value: &str) -> DeadLetter {
    DeadLetter::of(&task_id(), &failure(value), false).unwrap()
}

#[test]
fn a_letter_is_the_record_as_it_was_with_headers_behind_its_own() {
    let context = [
        ("__connect.errors.topic", Some("t")),
        ("__connect.errors.partition", Some("3")),
        ("__connect.errors.offset", Some("42")),
        ("__connect.errors.connector.name", Some("c")),
        ("__connect.errors.task.id", Some("0")),
        ("__connect.errors.stage", Some("VALUE_CONVERTER")),
        ("__connect.errors.class.name", Some("org.acme.It")),
        ("__connect.errors.exception.class.name", Some("org.acme.Odd")),
        ("__connect.errors.exception.message", None),
        (
            "__connect.errors.exception.stacktrace",
            Some("org.acme.Odd\nCaused by: org.apache.kafka.connect.errors.DataException: why"),
        ),
    ];
    for (with_context, want) in [(false, &[][..]), (true, &context)] {
        let mut batch = OutgoingBatch::default();
        DeadLetter::of(&task_id(), &failure("v"), with_context).unwrap().write_to(&"q".into(), &mut batch);
        let [record] = &batch.records[..] else { panic!("not one record") };
        assert_eq!((&*record.topic, record.partition, record.timestamp), ("q", None, Some(99)));
        assert_eq!(batch.slice(record.key.as_ref()), Some(&b"k"[..]));
        assert_eq!(batch.slice(record.value.as_ref()), Some(&b"v"[..]));
        let shown = record.headers.iter().map(|(name, value)| (&**name, value.as_deref()));
        let text = shown.map(|(name, value)| (name, value.map(|bytes| std::str::from_utf8(bytes).unwrap())));
        let own = [("own", Some("1"))];
        assert_eq!(text.collect::<Vec<_>>(), own.iter().chain(want).copied().collect::<Vec<_>>());
    }
}

struct Bench {
    kafka: Arc<FakeKafka>,
    acks: mpsc::Sender<Acked>,
    queue: DeadLetterQueue,
    counts: Arc<ErrorCounts>,
}

fn open(room: usize) -> Bench {
    let kafka = Arc::new(FakeKafka { room: Mutex::new(room), ..FakeKafka::default() });
    let (acks, receiver) = mpsc::channel(16);
    let client: ProduceAndAcks = (Box::new(FakeProducer(Arc::clone(&kafka))), Box::new(FakeAcks(receiver)));
    Bench { kafka, acks, queue: DeadLetterQueue::open("q", false, client), counts: Arc::default() }
}

impl Bench {
    async fn send(&self, value: &str) -> Delivery {
        self.queue.letters().send(letter(value), Arc::clone(&self.counts)).await
    }
}

const SOON: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn letters_settle_when_they_are_acknowledged_and_never_if_one_has_failed() {
    let bench = open(100);
    let letters = bench.queue.letters();
    assert_eq!(letters.settled(SOON).await, Ok(true), "nothing was sent");
    let (first, second) = (bench.send("a").await, bench.send("b").await);
    assert_eq!(letters.settled(SOON).await, Ok(false));
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    assert_eq!(first.written().await, Ok(()));
    assert_eq!(letters.settled(SOON).await, Ok(false));
    bench.acks.send(ack(1, 2, Err(ConnectError::connect("gone")))).await.unwrap();
    let lost = letters.settled(SOON).await.unwrap_err();
    assert!(lost.message().is_some_and(|text| text.contains("the dead letter queue q.")), "{lost}");
    assert_eq!(lost.cause().and_then(ConnectError::message), Some("gone"));
    assert_eq!(second.written().await.unwrap_err().message(), Some("gone"));
    assert!(bench.send("huge").await.written().await.is_err(), "the producer will never take it");
    assert_eq!(bench.counts.all()[5..], [3, 2]);
    assert_eq!(*bench.kafka.taken.lock().unwrap(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_makes_the_sender_wait_and_a_closed_one_says_so() {
    let bench = open(0);
    for _ in 0..ORDERS_WAITING + 1 {
        drop(bench.send("a").await);
        tokio::task::yield_now().await;
    }
    assert!(tokio::time::timeout(SOON, bench.send("b")).await.is_err(), "memory is bounded");
    let letters = bench.queue.letters();
    bench.queue.close(SOON).await;
    let delivery = letters.send(letter("c"), Arc::default()).await;
    assert!(delivery.written().await.is_err());
    assert!(letters.settled(SOON).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_letter_blocks_no_longer_than_it_may_whatever_comes_meanwhile() {
    let bench = open(0);
    *bench.kafka.max_block.lock().unwrap() = Duration::from_secs(30);
    let delivery = bench.send("a").await;
    let acks = async {
        loop {
            bench.acks.send(ack(0, 0, Ok(()))).await.unwrap();
            tokio::time::sleep(SOON).await;
        }
    };
    tokio::select! {
        () = acks => {}
        written = tokio::time::timeout(SOON * 40, delivery.written()) => {
            assert_eq!(written.expect("it ends").unwrap_err().message(), Some("no room"));
        }
    }
}
