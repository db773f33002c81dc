//! The source loop against a fake broker and store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{
    ConnectError, ConnectRecord, RecordMetadata, SourceBatch, SourceOffset, SourceRecord, SourceTask,
    SourceTaskContext, StopToken, TaskError, Value,
};
use connect_config::Props;
use connect_core::herder::TargetState;
use tokio::sync::mpsc;

use super::*;
use crate::errors::ErrorHandler;
use crate::fakes::{
    FakeAcks, FakeKafka, FakeProducer, FakeStore, NoOffsets, REMOVED, ack, converters, errors, retrying_errors,
    source_record, task_id,
};
use crate::kafka::{Acked, Unsent};
use crate::life::{self, TaskControl, ToldStatus};
use crate::metrics::{TaskGroups, Windows};
use crate::topics::TopicUse;
use crate::transforms::TransformationChain;

/// Gives its batches, then waits for the stop.
struct Script {
    batches: VecDeque<Result<Vec<&'static str>, TaskError>>,
    stop: Option<StopToken>,
    next: i64,
    wants_acks: bool,
    told: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl SourceTask for Script {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        self.stop = Some(context.stop);
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        let Some(batch) = self.batches.pop_front() else {
            let pause = tokio::time::sleep(Duration::from_secs(1));
            self.stop.as_ref().unwrap().run_until_cancelled(pause).await;
            return Ok(SourceBatch::new());
        };
        Ok(batch?.into_iter().map(|text| self.record(text)).collect())
    }

    fn wants_record_acks(&self) -> bool {
        self.wants_acks
    }

    async fn commit_record(&mut self, record: SourceRecord, at: Option<RecordMetadata>) -> Result<(), ConnectError> {
        let offset = at.and_then(|at| at.offset);
        self.told.lock().unwrap().push(format!("{} {offset:?}", record.record.value));
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), ConnectError> {
        self.told.lock().unwrap().push("commit".to_owned());
        Ok(())
    }

    async fn stop(&mut self) {
        self.told.lock().unwrap().push("stop".to_owned());
    }
}

impl Script {
    fn record(&mut self, text: &'static str) -> SourceRecord {
        self.next += 1;
        SourceRecord {
            record: ConnectRecord::new("t".into(), None, Value::string(text)),
            source_partition: Arc::default(),
            source_offset: match text {
                "forget" => SourceOffset::Null,
                _ => SourceOffset::Single { field: "n", value: self.next },
            },
        }
    }
}

struct Bench {
    kafka: Arc<FakeKafka>,
    store: Arc<FakeStore>,
    acks: mpsc::Sender<Acked>,
    control: TaskControl,
    said: ToldStatus,
    told: Arc<Mutex<Vec<String>>>,
    metrics: TaskGroups,
    outcome: tokio::task::JoinHandle<Result<(), ConnectError>>,
}

type Batches = Vec<Result<Vec<&'static str>, TaskError>>;

fn start(batches: Batches, room: usize, tolerate: bool, wants_acks: bool) -> Bench {
    start_as(TargetState::Started, batches, room, tolerate, wants_acks, 100)
}

fn start_as(
    target: TargetState,
    batches: Batches,
    room: usize,
    tolerate: bool,
    wants_acks: bool,
    tracked_max: usize,
) -> Bench {
    start_with(target, batches, room, errors(tolerate), TransformationChain::default(), wants_acks, tracked_max)
}

fn start_with(
    target: TargetState,
    batches: Batches,
    room: usize,
    errors: ErrorHandler,
    transforms: TransformationChain,
    wants_acks: bool,
    tracked_max: usize,
) -> Bench {
    let (kafka, store) = (Arc::new(FakeKafka::default()), Arc::new(FakeStore::default()));
    let metrics = TaskGroups::new(&task_id(), Windows::default());
    let (control, life, said) = life::begin(target, metrics.clone());
    *kafka.room.lock().unwrap() = room;
    let (acks, receiver) = mpsc::channel(16);
    let conversion = SourceConversion::new(transforms, converters(), errors);
    let client: crate::kafka::ProduceAndAcks =
        (Box::new(FakeProducer(Arc::clone(&kafka))), Box::new(FakeAcks(receiver)));
    let (flush_interval, limit) = (Duration::from_secs(10), Duration::from_secs(5));
    let config = PipelineConfig { flush_interval, flush_timeout: limit, grace: limit, tracked_max };
    let topics = (None, TopicUse::none());
    let pipeline = Pipeline::new(
        task_id().connector,
        conversion,
        client,
        Arc::clone(&store) as _,
        topics,
        config,
        metrics.clone(),
    );
    let told = Arc::<Mutex<Vec<String>>>::default();
    let task = Script { batches: batches.into(), stop: None, next: 0, wants_acks, told: Arc::clone(&told) };
    let context = SourceTaskContext {
        stop: life.stop.clone(),
        configs: Props::new(),
        offsets: Arc::new(NoOffsets),
        transaction: None,
    };
    let source = SourceLoop { task: Box::new(task), pipeline, life };
    let outcome = tokio::spawn(source.run(context));
    Bench { kafka, store, acks, control, said, told, metrics, outcome }
}

impl Bench {
    async fn taken(&self, count: usize) -> Vec<String> {
        while self.kafka.taken.lock().unwrap().len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        self.kafka.taken.lock().unwrap().clone()
    }

    async fn end(self) -> (Result<(), ConnectError>, Vec<i64>) {
        self.control.stop();
        let outcome = self.outcome.await.unwrap();
        let committed = self.store.committed.lock().unwrap().clone();
        (outcome, committed)
    }
}

#[tokio::test(start_paused = true)]
async fn only_acknowledged_offsets_are_committed() {
    let bench = start(vec![Ok(vec!["a", "b"]), Ok(vec!["c"])], 100, false, false);
    assert_eq!(bench.taken(3).await, ["a", "b", "c"]);
    bench.acks.send(ack(0, 2, Ok(()))).await.unwrap();
    bench.store.changed.notified().await;
    assert_eq!(*bench.store.committed.lock().unwrap(), [2]);
    let (outcome, committed) = bench.end().await;
    assert_eq!((outcome, committed), (Ok(()), vec![2]), "the third was never acknowledged");
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_acks_and_commits_them() {
    let bench = start(vec![Ok(vec!["a", "b"])], 100, false, false);
    bench.taken(2).await;
    bench.control.stop();
    tokio::time::sleep(Duration::from_secs(1)).await;
    bench.acks.send(ack(0, 2, Ok(()))).await.unwrap();
    let (told, (outcome, committed)) = (Arc::clone(&bench.told), bench.end().await);
    assert_eq!((outcome, committed), (Ok(()), vec![2]));
    assert_eq!(*told.lock().unwrap(), ["commit", "stop"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_buffer_waits_for_room_and_keeps_the_order() {
    let bench = start(vec![Ok(vec!["a", "b", "c", "d"])], 2, false, false);
    assert_eq!(bench.taken(2).await, ["a", "b"]);
    *bench.kafka.room.lock().unwrap() = 100;
    bench.kafka.more_room.notify_one();
    assert_eq!(bench.taken(4).await, ["a", "b", "c", "d"]);
    bench.acks.send(ack(0, 4, Ok(()))).await.unwrap();
    assert_eq!(bench.end().await, (Ok(()), vec![4]));
}

#[tokio::test(start_paused = true)]
async fn a_stop_while_the_buffer_is_full_commits_what_was_acknowledged() {
    let bench = start(vec![Ok(vec!["a", "b", "c"])], 1, false, false);
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    assert_eq!(bench.end().await, (Ok(()), vec![1]));
}

#[tokio::test(start_paused = true)]
async fn a_failed_record_fails_the_task_after_those_before_it() {
    let bench = start(vec![Ok(vec!["a", "bad", "c"])], 100, false, false);
    assert_eq!(bench.taken(1).await, ["a"]);
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    let outcome = bench.outcome.await.unwrap().unwrap_err();
    assert_eq!(outcome.message(), Some("Tolerance exceeded in error handler"));
    assert_eq!(outcome.cause().and_then(ConnectError::message), Some("bad record"));
    assert_eq!(*bench.store.committed.lock().unwrap(), [1]);
    assert_eq!(*bench.kafka.taken.lock().unwrap(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_tolerated_record_settles_in_its_turn() {
    let bench = start(vec![Ok(vec!["a", "bad"]), Ok(vec!["bad"])], 100, true, true);
    assert_eq!(bench.taken(1).await, ["a"]);
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    bench.store.changed.notified().await;
    let told = Arc::clone(&bench.told);
    assert_eq!(bench.end().await, (Ok(()), vec![3]));
    assert_eq!(told.lock().unwrap()[..3], ["bad None", "bad None", "a Some(100)"]);
}

#[tokio::test(start_paused = true)]
async fn a_retriable_poll_is_tried_again_and_a_failed_send_is_fatal() {
    let retriable = Err(TaskError::Retriable(ConnectError::retriable("later")));
    let bench = start(vec![retriable, Ok(vec!["a"])], 100, false, false);
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Err(ConnectError::connect("too large")))).await.unwrap();
    let outcome = bench.outcome.await.unwrap().unwrap_err();
    assert_eq!(outcome.message(), Some("Unrecoverable exception from producer send callback"));
    assert!(bench.store.committed.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_can_never_be_sent_is_judged_alone() {
    let bench = start(vec![Ok(vec!["a", "huge", "b"])], 100, true, false);
    assert_eq!(bench.taken(2).await, ["a", "b"]);
    assert_eq!(bench.metrics.source.counted(), [3.0, 0.0, 2.0], "polled, written, active");
    bench.acks.send(ack(0, 2, Ok(()))).await.unwrap();
    let metrics = bench.metrics.clone();
    assert_eq!(bench.end().await, (Ok(()), vec![3]));
    assert_eq!(metrics.source.counted(), [3.0, 2.0, 0.0]);
    let bench = start(vec![Ok(vec!["a", "huge", "b"])], 100, false, false);
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    assert!(bench.outcome.await.unwrap().is_err());
    assert_eq!(*bench.store.committed.lock().unwrap(), [1]);
}

#[tokio::test(start_paused = true)]
async fn offsets_that_could_not_be_saved_go_with_the_next_commit() {
    let bench = start(vec![Ok(vec!["a"])], 100, false, false);
    *bench.store.failing.lock().unwrap() = true;
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(bench.store.committed.lock().unwrap().is_empty());
    assert!(bench.told.lock().unwrap().is_empty(), "the task is not told of a commit that failed");
    *bench.store.failing.lock().unwrap() = false;
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(*bench.store.committed.lock().unwrap(), [1]);
    assert_eq!(bench.end().await, (Ok(()), vec![1]));
}

impl Bench {
    async fn until(&mut self, status: Status) {
        self.said.wait_for(|said| *said == Some(status)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_paused_task_polls_nothing_but_commits() {
    let endless = (0..100_000).map(|_| Ok(vec!["a"])).collect();
    let mut bench = start(endless, 10, false, false);
    bench.until(Status::Running).await;
    assert_eq!(bench.taken(10).await.len(), 10);
    bench.control.set_target(TargetState::Paused);
    *bench.kafka.room.lock().unwrap() = 100;
    bench.kafka.more_room.notify_one();
    bench.until(Status::Paused).await;
    let taken = bench.kafka.taken.lock().unwrap().len();
    bench.acks.send(ack(0, 5, Ok(()))).await.unwrap();
    bench.store.changed.notified().await;
    assert_eq!(*bench.store.committed.lock().unwrap(), [5]);
    assert_eq!(bench.kafka.taken.lock().unwrap().len(), taken, "nothing was polled while it was paused");
    bench.control.set_target(TargetState::Started);
    bench.until(Status::Running).await;
    bench.taken(taken + 1).await;
    bench.control.set_target(TargetState::Paused);
    bench.control.stop();
    bench.acks.send(ack(5, 10, Ok(()))).await.unwrap();
    assert_eq!(bench.end().await, (Ok(()), vec![5, 10]));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_paused_from_the_beginning_waits_before_it_starts() {
    let mut bench = start_as(TargetState::Paused, vec![Ok(vec!["a"])], 10, false, false, 100);
    bench.until(Status::Paused).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(bench.kafka.taken.lock().unwrap().is_empty());
    bench.control.set_target(TargetState::Started);
    bench.until(Status::Running).await;
    bench.taken(1).await;
    // Or never starts at all, and then is not stopped either.
    for stopped in [true, false] {
        let mut bench = start_as(TargetState::Paused, vec![Ok(vec!["a"])], 10, false, false, 100);
        bench.until(Status::Paused).await;
        if stopped {
            bench.control.stop()
        } else {
            bench.control.set_target(TargetState::Stopped)
        }
        assert_eq!(bench.outcome.await.unwrap(), Ok(()));
        assert!(bench.told.lock().unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn records_that_kafka_did_not_take_are_left_out_where_that_is_tolerated() {
    let bench = start(vec![Ok(vec!["a", "b"]), Ok(vec!["c"])], 100, true, true);
    bench.taken(3).await;
    bench.acks.send(ack(0, 2, Err(ConnectError::connect("too large")))).await.unwrap();
    bench.acks.send(ack(2, 3, Ok(()))).await.unwrap();
    bench.store.changed.notified().await;
    let told = Arc::clone(&bench.told);
    assert_eq!(bench.end().await, (Ok(()), vec![3]));
    assert_eq!(told.lock().unwrap()[..3], ["a None", "b None", "c Some(100)"]);
}

/// However much the producer takes: the books are bounded, too.
#[tokio::test(start_paused = true)]
async fn a_stuck_record_makes_the_source_wait_and_a_stop_ends_that() {
    let bench =
        start_as(TargetState::Started, vec![Ok(vec!["a", "b"]), Ok(vec!["c"]), Ok(vec!["d"])], 100, false, false, 3);
    bench.taken(3).await;
    bench.acks.send(ack(1, 3, Ok(()))).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(bench.kafka.taken.lock().unwrap().len(), 3, "the first is not acknowledged");
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    bench.taken(4).await;
    bench.acks.send(ack(3, 4, Ok(()))).await.unwrap();
    assert_eq!(bench.end().await, (Ok(()), vec![4]));
    let bench = start_as(TargetState::Started, vec![Ok(vec!["a"]), Ok(vec!["b"])], 100, false, false, 1);
    bench.taken(1).await;
    assert_eq!(bench.end().await, (Ok(()), vec![]));
}

#[tokio::test]
async fn a_batch_of_huge_records_is_converted_piece_by_piece() {
    let mut conversion = SourceConversion::new(TransformationChain::default(), converters(), errors(true));
    let (big, small) = ("x".repeat(600 << 10), String::from("y"));
    let texts = [&big, &big, &small, &big, &String::from("bad"), &small];
    let mut batch: SourceBatch = texts.iter().zip(0..).map(|(text, number)| source_record(text, number)).collect();
    let mut prepared = conversion.begin(&mut batch, None).await;
    let mut pieces = Vec::new();
    while !prepared.is_done() {
        conversion.convert_next(&batch, None, &mut prepared).await;
        pieces.push(conversion.outgoing().records.len());
    }
    assert_eq!(pieces, [2, 3]);
    assert_eq!(prepared.sent, [true, true, true, true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_null_offset_removes_what_is_stored() {
    let bench = start(vec![Ok(vec!["a", "forget"])], 100, false, false);
    bench.taken(2).await;
    bench.acks.send(ack(0, 2, Ok(()))).await.unwrap();
    assert_eq!(bench.end().await, (Ok(()), vec![REMOVED]));
}

#[tokio::test(start_paused = true)]
async fn a_commit_that_takes_too_long_is_given_up_and_goes_with_the_next() {
    let bench = start(vec![Ok(vec!["a"])], 100, false, false);
    *bench.store.hanging.lock().unwrap() = true;
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    tokio::time::sleep(Duration::from_secs(16)).await;
    assert!(bench.told.lock().unwrap().is_empty(), "the task is not told of a commit that timed out");
    *bench.store.hanging.lock().unwrap() = false;
    bench.store.changed.notified().await;
    assert_eq!(*bench.store.committed.lock().unwrap(), [1]);
    assert_eq!(bench.end().await, (Ok(()), vec![1]));
}

/// No record is at fault, so none may be left out: its offset would be committed.
#[tokio::test(start_paused = true)]
async fn a_producer_that_cannot_go_on_fails_the_task_whatever_is_tolerated() {
    let refused = || ConnectError::new("org.apache.kafka.common.errors.SaslAuthenticationException", "no");
    let bench = start(vec![Ok(vec!["a"])], 0, true, false);
    *bench.kafka.finished.lock().unwrap() = Some(refused());
    let (outcome, committed) = (bench.outcome.await.unwrap(), bench.store.committed.lock().unwrap().clone());
    assert_eq!(outcome.unwrap_err().message(), Some("Unrecoverable exception trying to send"));
    assert!(committed.is_empty());
    let bench = start(vec![Ok(vec!["a", "b"])], 10, true, false);
    bench.taken(2).await;
    let ack = Acked { result: Err(Unsent::Producer(refused())), ..ack(0, 2, Ok(())) };
    bench.acks.send(ack).await.unwrap();
    let (outcome, committed) = (bench.outcome.await.unwrap(), bench.store.committed.lock().unwrap().clone());
    assert_eq!(outcome.unwrap_err().message(), Some("Unrecoverable exception trying to send"));
    assert!(committed.is_empty());
}

/// Is never ready for `stuck`.
struct Stuck;

impl connect_api::RecordTransformation for Stuck {
    fn config_def(&self) -> &'static connect_config::ConfigDef {
        static DEF: std::sync::LazyLock<connect_config::ConfigDef> =
            std::sync::LazyLock::new(connect_config::ConfigDef::new);
        &DEF
    }

    fn configure(&mut self, _: &Props) -> Result<(), ConnectError> {
        Ok(())
    }

    fn apply_one(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        match record.value.as_str() {
            Some("stuck") => Err(ConnectError::retriable("not yet")),
            _ => Ok(true),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn acks_and_commits_go_on_while_a_record_is_tried_again() {
    let link = || crate::transforms::Link { class: "x", transformation: Box::new(Stuck), condition: None };
    for (links, text) in [(vec![], "later"), (vec![link()], "stuck")] {
        let (batches, transforms) = (vec![Ok(vec!["a"]), Ok(vec![text])], TransformationChain::new(links));
        let bench = start_with(TargetState::Started, batches, 9, retrying_errors(60_000), transforms, false, 100);
        bench.taken(1).await;
        bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert_eq!(*bench.store.committed.lock().unwrap(), [1], "{text}");
        // What the producer says meanwhile is heard, too.
        let refused = Acked { result: Err(Unsent::Producer(ConnectError::connect("no"))), ..ack(1, 1, Ok(())) };
        bench.acks.send(refused).await.unwrap();
        let failed = tokio::time::timeout(Duration::from_secs(1), bench.outcome).await;
        assert!(failed.expect("it ends").unwrap().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_blocks_no_longer_than_it_may_whatever_comes_meanwhile() {
    let bench = start(vec![Ok(vec!["a", "b"])], 1, false, false);
    *bench.kafka.max_block.lock().unwrap() = Duration::from_secs(30);
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    let begun = tokio::time::Instant::now();
    while !bench.outcome.is_finished() && begun.elapsed().as_secs() < 100 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(bench.acks.send(ack(0, 0, Ok(()))).await);
    }
    assert_eq!(begun.elapsed().as_secs(), 30);
    let outcome = bench.outcome.await.unwrap().unwrap_err();
    assert_eq!(outcome.cause().and_then(ConnectError::message), Some("no room"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_take_the_time_of_the_stop() {
    let bench = start(vec![Ok(vec!["a"])], 100, false, false);
    *bench.store.hanging.lock().unwrap() = true;
    bench.taken(1).await;
    bench.acks.send(ack(0, 1, Ok(()))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (begun, told) = (tokio::time::Instant::now(), Arc::clone(&bench.told));
    let (outcome, committed) = bench.end().await;
    assert_eq!((outcome, committed), (Ok(()), vec![]));
    assert_eq!(begun.elapsed().as_millis(), 4500, "of five seconds");
    assert_eq!(*told.lock().unwrap(), ["stop"]);
}
