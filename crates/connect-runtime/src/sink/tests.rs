//! The sink loop against a fake consumer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, SinkBatch, SinkTask, SinkTaskContext, TaskError, TopicOffsets, TopicPartition};
use connect_config::Props;
use connect_core::herder::TargetState;

use super::*;
use crate::dead_letters::DeadLetterQueue;
use crate::errors::{ErrorHandler, ErrorLog, ErrorPolicy, Halt, Origin, RetryPolicy};
use crate::fakes::{
    ConsumerLog, FakeAcks, FakeConsumer, FakeKafka, FakeProducer, ack, at, converters, errors, errors_with, records,
};
use crate::kafka::{Acked, Unsent};
use crate::life::{self, TaskControl};
use crate::metrics::{TaskGroups, Windows};
use crate::topics::TopicUse;
use crate::transforms::TransformationChain;

/// What a test wants the task to do, and what it has seen.
#[derive(Default)]
struct Plan {
    /// What the task had counted at its end.
    counted: Mutex<[f64; 5]>,
    seen: Mutex<Vec<String>>,
    /// The outcomes of the next `put`s with records; then they succeed.
    puts: Mutex<Vec<Result<(), TaskError>>>,
    pre_commits: Mutex<Vec<Result<TopicOffsets, ConnectError>>>,
    rewind: Mutex<Option<i64>>,
    /// The next `put` pauses its partition.
    pause: Mutex<bool>,
    /// The next `put` reports its first record, and takes no notice of the answer.
    report: Mutex<bool>,
    /// The next `pre_commit` reports the first record of the last batch.
    report_in_commit: Mutex<bool>,
}

struct Recorder {
    plan: Arc<Plan>,
    context: Option<SinkTaskContext>,
    last: SinkBatch,
}

impl Recorder {
    fn saw(&self, what: String) {
        self.plan.seen.lock().unwrap().push(what);
    }

    /// Does not wait for the queue: the commit does.
    async fn report(&self, record: &connect_api::SinkRecord) {
        let reporter = self.context.as_ref().unwrap().errant_records.clone().unwrap();
        let sent = async { drop(reporter.report(record, ConnectError::data("odd")).await) };
        drop(tokio::time::timeout(Duration::from_millis(10), sent).await);
    }
}

#[async_trait]
impl SinkTask for Recorder {
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        self.context = Some(context);
        Ok(())
    }

    async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.saw(format!("open {}", partitions[0]));
        Ok(())
    }

    async fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError> {
        if batch.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
        let values: Vec<_> = batch.iter().map(|record| record.record.value.to_string()).collect();
        self.saw(format!("put {}", values.join(" ")));
        if let Some(offset) = self.plan.rewind.lock().unwrap().take() {
            self.context.as_ref().unwrap().rewind(at("t", 0), offset);
        }
        if std::mem::take(&mut *self.plan.pause.lock().unwrap()) {
            self.context.as_ref().unwrap().pause(&[at("t", 0)]);
        }
        if std::mem::take(&mut *self.plan.report.lock().unwrap()) {
            self.report(&batch[0]).await;
        }
        self.last = Arc::clone(batch);
        self.plan.puts.lock().unwrap().pop().unwrap_or(Ok(()))
    }

    async fn pre_commit(&mut self, offsets: &TopicOffsets) -> Result<TopicOffsets, ConnectError> {
        if std::mem::take(&mut *self.plan.report_in_commit.lock().unwrap()) {
            self.report(&self.last[0]).await;
        }
        self.plan.pre_commits.lock().unwrap().pop().unwrap_or_else(|| Ok(offsets.clone()))
    }

    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        self.saw(format!("close {}", partitions[0]));
        Ok(())
    }

    async fn stop(&mut self) {
        self.saw("stop".to_owned());
    }
}

/// Runs the loop for some seconds of test time; answers what the task saw and what the consumer was told.
async fn run(
    plan: &Arc<Plan>,
    script: Vec<Incoming>,
    tolerate: bool,
    seconds: u64,
) -> (Result<(), ConnectError>, Vec<String>, Vec<String>) {
    run_during(plan, script, errors(tolerate), async |_| tokio::time::sleep(Duration::from_secs(seconds)).await).await
}

async fn run_with(
    plan: &Arc<Plan>,
    script: Vec<Incoming>,
    errors: ErrorHandler,
    seconds: u64,
) -> (Result<(), ConnectError>, Vec<String>, Vec<String>) {
    run_during(plan, script, errors, async |_| tokio::time::sleep(Duration::from_secs(seconds)).await).await
}

/// Runs until `during` has ended, which may pause and resume.
async fn run_during(
    plan: &Arc<Plan>,
    script: Vec<Incoming>,
    errors: ErrorHandler,
    during: impl AsyncFnOnce(&TaskControl),
) -> (Result<(), ConnectError>, Vec<String>, Vec<String>) {
    let log = Arc::<ConsumerLog>::default();
    let metrics = TaskGroups::new(&crate::fakes::task_id(), Windows::default());
    let (control, life, _said) = life::begin(TargetState::Started, metrics.clone());
    let stop = control.stop_token().clone();
    let errant = ErrantRecords::new(&errors);
    let conversion = SinkConversion::new(TransformationChain::default(), converters(), errors);
    let commits = CommitSchedule::new(Duration::from_secs(10), Duration::from_secs(5), Duration::from_secs(4));
    let task = Box::new(Recorder { plan: Arc::clone(plan), context: None, last: SinkBatch::default() });
    let consumer = FakeConsumer::new(&log, script);
    let sink = SinkLoop::new(task, consumer, conversion, errant.clone(), commits, TopicUse::none(), life);
    let reporter = errant.map(|errant| Arc::new(errant) as _);
    let context = SinkTaskContext::new(stop.clone(), Props::new(), reporter);
    let running = tokio::spawn(sink.run(context));
    during(&control).await;
    stop.cancel();
    let outcome = running.await.unwrap();
    *plan.counted.lock().unwrap() = metrics.sink.counted();
    let (seen, told) = (plan.seen.lock().unwrap().clone(), log.calls.lock().unwrap().clone());
    (outcome, seen, told)
}

fn assigned() -> Incoming {
    Incoming::Assigned(vec![at("t", 0)])
}

#[tokio::test(start_paused = true)]
async fn what_was_delivered_is_committed_at_the_interval_and_at_the_end() {
    let plan = Arc::<Plan>::default();
    let (outcome, seen, told) = run(&plan, vec![assigned(), records(&["a", "b"])], false, 12).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen, ["open t-0", "put a b", "close t-0", "stop"]);
    assert_eq!(told, ["commit t-0=2", "close"], "nothing is left to commit at the end");
    let (_, _, told) = run(&Arc::default(), vec![assigned(), records(&["a", "b"])], false, 5).await;
    assert_eq!(told, ["commit sync t-0=2", "close"], "stopped before the interval");
}

#[tokio::test(start_paused = true)]
async fn a_task_that_always_has_records_commits_all_the_same() {
    let plan = Arc::<Plan>::default();
    // Each put takes a millisecond; far more of them than fit between two commits.
    let endless = std::iter::once(assigned()).chain(std::iter::repeat_with(|| records(&["a"])).take(15_000));
    let (_, _, told) = run(&plan, endless.collect(), false, 14).await;
    assert_eq!(told.first().map(String::as_str), Some("commit t-0=1"), "{:?}", told.len());
}

#[tokio::test(start_paused = true)]
async fn a_retriable_put_gets_the_same_batch_again() {
    let plan = Arc::<Plan>::default();
    *plan.puts.lock().unwrap() = vec![Err(TaskError::Retriable(ConnectError::retriable("later"))); 2];
    let (outcome, seen, told) = run(&plan, vec![assigned(), records(&["a"])], false, 5).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen, ["open t-0", "put a", "put a", "put a", "close t-0", "stop"]);
    assert_eq!(told, ["pause t-0", "resume t-0", "commit sync t-0=1", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_fatal_put_commits_nothing_of_its_batch() {
    let plan = Arc::<Plan>::default();
    *plan.puts.lock().unwrap() = vec![Err(TaskError::Fatal(ConnectError::connect("disk full")))];
    let (outcome, seen, told) = run(&plan, vec![assigned(), records(&["a"])], false, 1).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.message(), Some("Exiting WorkerSinkTask due to unrecoverable exception."));
    assert_eq!(error.cause().and_then(ConnectError::message), Some("disk full"));
    assert_eq!(seen, ["open t-0", "put a", "close t-0", "stop"]);
    assert_eq!(told, ["close"]);
    assert_eq!(*plan.counted.lock().unwrap(), [1.0, 0.0, 0.0, 0.0, 0.0]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_record_fails_the_task_after_those_before_it_were_delivered_and_committed() {
    let plan = Arc::<Plan>::default();
    let (outcome, seen, told) = run(&plan, vec![assigned(), records(&["a", "b", "bad", "c"])], false, 1).await;
    assert_eq!(outcome.unwrap_err().message(), Some("Tolerance exceeded in error handler"));
    assert_eq!(seen, ["open t-0", "put a b", "close t-0", "stop"]);
    assert_eq!(told, ["commit sync t-0=2", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_tolerated_record_is_left_out_and_counts_as_processed() {
    let plan = Arc::<Plan>::default();
    let (outcome, seen, told) = run(&plan, vec![assigned(), records(&["bad", "b", "bad"])], true, 1).await;
    assert_eq!((outcome, seen[1].as_str()), (Ok(()), "put b"));
    assert_eq!(told, ["commit sync t-0=3", "close"]);
    let counted = *plan.counted.lock().unwrap();
    assert_eq!(counted, [3.0, 1.0, 0.0, 1.0, 0.0], "read, sent, active; commits completed, skipped");
}

#[tokio::test(start_paused = true)]
async fn revoked_partitions_are_committed_and_closed_and_lost_ones_only_closed() {
    for (gone, want) in [
        (Incoming::Revoked(vec![at("t", 0)]), &["commit sync t-0=1", "close"][..]),
        (Incoming::Lost(vec![at("t", 0)]), &["close"]),
    ] {
        let plan = Arc::<Plan>::default();
        let (_, seen, told) = run(&plan, vec![assigned(), records(&["a"]), gone], false, 1).await;
        assert_eq!(seen, ["open t-0", "put a", "close t-0", "stop"]);
        assert_eq!(told, want);
    }
}

/// As a cooperative group tells it: only what is new, and only what goes.
#[tokio::test(start_paused = true)]
async fn partitions_that_stay_are_not_disturbed_by_those_that_come_and_go() {
    let plan = Arc::<Plan>::default();
    let (more, gone) = (Incoming::Assigned(vec![at("t", 1)]), Incoming::Revoked(vec![at("t", 1)]));
    let script = vec![assigned(), records(&["a"]), more, Incoming::Assigned(Vec::new()), gone, records(&["a", "b"])];
    let (outcome, seen, told) = run(&plan, script, false, 1).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen, ["open t-0", "put a", "open t-1", "close t-1", "put a b", "close t-0", "stop"]);
    assert_eq!(told, ["commit sync t-0=2", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_rewind_seeks_and_a_failed_pre_commit_goes_back() {
    let plan = Arc::<Plan>::default();
    *plan.rewind.lock().unwrap() = Some(1);
    let (_, _, told) = run(&plan, vec![assigned(), records(&["a", "b"])], false, 1).await;
    assert_eq!(told, ["seek t-0=1", "close"], "the rewound offset is what counts as committed");
    let plan = Arc::<Plan>::default();
    *plan.pre_commits.lock().unwrap() = vec![Err(ConnectError::connect("not durable"))];
    let (_, _, told) = run(&plan, vec![assigned(), records(&["a"])], false, 12).await;
    assert_eq!(told, ["seek t-0=0", "close"]);
}

#[tokio::test(start_paused = true)]
async fn offsets_beyond_what_was_delivered_are_ignored() {
    let plan = Arc::<Plan>::default();
    let beyond = TopicOffsets::from([(at("t", 0), 5), (at("other", 0), 1)]);
    *plan.pre_commits.lock().unwrap() = vec![Ok(beyond)];
    let (_, _, told) = run(&plan, vec![assigned(), records(&["a"])], false, 1).await;
    assert_eq!(told, ["close"]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_the_task_outlives_a_rebalance() {
    let plan = Arc::<Plan>::default();
    *plan.pause.lock().unwrap() = true;
    let script = vec![assigned(), records(&["a"]), Incoming::Idle, Incoming::Revoked(vec![at("t", 0)]), assigned()];
    let (_, _, told) = run(&plan, script, false, 1).await;
    // Nothing was delivered after the partition came back.
    assert_eq!(told, ["pause t-0", "commit sync t-0=1", "pause t-0", "close"]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_connector_pauses_all_partitions_and_commits_at_once() {
    let plan = Arc::<Plan>::default();
    let (outcome, seen, told) = run_during(&plan, vec![assigned(), records(&["a"])], errors(false), async |control| {
        let second = Duration::from_secs(1);
        tokio::time::sleep(second).await;
        control.set_target(TargetState::Paused);
        tokio::time::sleep(second).await;
        control.set_target(TargetState::Started);
        tokio::time::sleep(second).await;
    })
    .await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(seen, ["open t-0", "put a", "close t-0", "stop"]);
    assert_eq!(told, ["pause t-0", "commit t-0=1", "resume t-0", "close"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_task_has_paused_stays_so_when_the_connector_is_resumed() {
    let plan = Arc::<Plan>::default();
    *plan.pause.lock().unwrap() = true;
    let (_, _, told) = run_during(&plan, vec![assigned(), records(&["a"])], errors(false), async |control| {
        for target in [TargetState::Paused, TargetState::Started] {
            tokio::time::sleep(Duration::from_secs(1)).await;
            control.set_target(target);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    })
    .await;
    assert_eq!(told, ["pause t-0", "pause t-0", "commit t-0=1", "close"]);
}

#[test]
fn partitions_that_come_while_the_connector_is_paused_are_paused_too() {
    let mut positions = Positions::default();
    positions.assign(at("t", 0), 0);
    assert_eq!(positions.halt(), [at("t", 0)]);
    positions.assign(at("t", 1), 0);
    assert_eq!(positions.held_of(&[at("t", 1)]), [at("t", 1)]);
    assert!(!positions.set_paused(&at("t", 0), true), "it is paused already");
    assert_eq!(positions.hold().len(), 2);
    assert!(positions.release().is_empty(), "a put that was repeated lets nothing flow");
    assert_eq!(positions.proceed(), [at("t", 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_put_that_fails_is_repeated_while_the_connector_is_paused_and_nothing_flows_after_it() {
    let plan = Arc::<Plan>::default();
    *plan.puts.lock().unwrap() = vec![Err(TaskError::Retriable(ConnectError::retriable("later"))); 20];
    let (_, seen, told) = run_during(&plan, vec![assigned(), records(&["a"])], errors(false), async |control| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        control.set_target(TargetState::Paused);
        tokio::time::sleep(Duration::from_secs(30)).await;
    })
    .await;
    assert_eq!(seen.iter().filter(|seen| *seen == "put a").count(), 21);
    assert!(!told.contains(&"resume t-0".to_owned()), "{told:?}");
}

/// Lets pass what does not begin with `x`.
struct DropX;

impl connect_api::RecordTransformation for DropX {
    fn config_def(&self) -> &'static connect_config::ConfigDef {
        static DEF: std::sync::LazyLock<connect_config::ConfigDef> =
            std::sync::LazyLock::new(connect_config::ConfigDef::new);
        &DEF
    }

    fn configure(&mut self, _: &Props) -> Result<(), ConnectError> {
        Ok(())
    }

    fn apply_one(&mut self, record: &mut connect_api::ConnectRecord) -> Result<bool, ConnectError> {
        Ok(record.value.as_str().is_some_and(|text| !text.starts_with('x')))
    }
}

#[tokio::test]
async fn records_before_a_failed_one_still_go_through_the_chain() {
    let link = crate::transforms::Link { class: "x", transformation: Box::new(DropX), condition: None };
    let mut conversion = SinkConversion::new(TransformationChain::new(vec![link]), converters(), errors(false));
    let Incoming::Records(fetched) = records(&["a", "x", "bad", "c"]) else { panic!("not records") };
    let mut positions = Positions::default();
    positions.assign(at("t", 0), 0);
    let (batch, halt) = conversion.convert(fetched, &mut positions).await;
    assert_eq!(batch.iter().map(|record| record.record.value.to_string()).collect::<Vec<_>>(), ["a"]);
    assert!(matches!(halt, Some(Halt::Failed(_))));
    positions.delivered();
    assert_eq!(positions.committable(&[at("t", 0)]), TopicOffsets::from([(at("t", 0), 2)]));
}

#[tokio::test]
async fn records_that_may_be_needed_again_are_not_copied_one_by_one() {
    let fetch = || match records(&["a", "b", "c"]) {
        Incoming::Records(fetched) => fetched,
        other => panic!("{other:?}"),
    };
    let (_kafka, _acks, _queue, with_queue) = with_queue(true);
    for (errors, keeps) in [(errors(true), false), (with_queue, true)] {
        let mut conversion = SinkConversion::new(TransformationChain::default(), converters(), errors);
        let (batch, _) = conversion.convert(fetch(), &mut Positions::default()).await;
        let kept: Vec<_> = batch.iter().filter_map(|record| record.consumed.as_ref()).collect();
        assert_eq!(kept.len(), if keeps { 3 } else { 0 });
        assert!(kept.iter().all(|one| Arc::ptr_eq(one, kept[0])));
        for record in batch.iter().filter(|_| keeps) {
            let Origin::Consumed(consumed) = Origin::of_sink(record) else { panic!("not kept") };
            assert_eq!(consumed.raw.value.as_deref(), record.record.value.as_str().map(str::as_bytes));
        }
        assert!(kept.iter().all(|one| one.record(3).is_none()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_is_seen_while_the_brokers_are_away() {
    let script = vec![Incoming::Assigned(vec![at("away", 0)])];
    let stopped = tokio::time::timeout(Duration::from_secs(60), run(&Arc::default(), script, false, 1)).await;
    let (outcome, seen, told) = stopped.expect("it stops");
    assert_eq!((outcome, seen, told), (Ok(()), vec!["stop".to_owned()], vec!["close".to_owned()]));
}

/// A dead letter queue whose broker is the test, and a handler that has it.
fn with_queue(tolerate: bool) -> (Arc<FakeKafka>, tokio::sync::mpsc::Sender<Acked>, DeadLetterQueue, ErrorHandler) {
    let kafka = Arc::new(FakeKafka { room: Mutex::new(100), ..FakeKafka::default() });
    let (acks, receiver) = tokio::sync::mpsc::channel(16);
    let client: crate::kafka::ProduceAndAcks =
        (Box::new(FakeProducer(Arc::clone(&kafka))), Box::new(FakeAcks(receiver)));
    let queue = DeadLetterQueue::open("q", false, client);
    let policy = ErrorPolicy { tolerate, log: ErrorLog::Off, retry: RetryPolicy::new(0, 60_000) };
    let errors = errors_with(policy, Some(queue.letters()));
    (kafka, acks, queue, errors)
}

#[tokio::test(start_paused = true)]
async fn offsets_are_committed_only_when_the_dead_letters_are_written() {
    for (acknowledged, want) in [(false, &["close"][..]), (true, &["commit t-0=2", "close"])] {
        let (kafka, acks, _queue, errors) = with_queue(true);
        let broker = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if acknowledged {
                acks.send(ack(0, 1, Ok(()))).await.unwrap();
            }
        };
        let (plan, script) = (Arc::default(), vec![assigned(), records(&["b", "bad"])]);
        let (_, (outcome, seen, told)) = tokio::join!(broker, run_with(&plan, script, errors, 12));
        assert_eq!((outcome, seen.contains(&"put b".to_owned())), (Ok(()), true));
        assert_eq!(*kafka.taken.lock().unwrap(), ["bad"]);
        assert_eq!(told, want, "{acknowledged}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_letter_that_cannot_be_written_fails_the_task_and_nothing_is_committed() {
    let refused = || ConnectError::new("org.apache.kafka.common.errors.SaslAuthenticationException", "no");
    for result in [Unsent::Producer(refused()), Unsent::Records(refused())] {
        let (_kafka, acks, _queue, errors) = with_queue(true);
        let broker = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            acks.send(Acked { result: Err(result), ..ack(0, 1, Ok(())) }).await.unwrap();
        };
        let (plan, script) = (Arc::default(), vec![assigned(), records(&["b", "bad", "c"])]);
        let (_, (outcome, _, told)) = tokio::join!(broker, run_with(&plan, script, errors, 12));
        assert_eq!(outcome.unwrap_err().cause(), Some(&refused()));
        assert_eq!(told, ["close"]);
    }
    let (kafka, acks, _queue, errors) = with_queue(true);
    *kafka.room.lock().unwrap() = 0;
    drop(acks);
    let (outcome, _, told) = run_with(&Arc::default(), vec![assigned(), records(&["bad"])], errors, 12).await;
    assert_eq!((outcome.is_err(), told), (true, vec!["close".to_owned()]), "the producer has ended");
}

#[tokio::test(start_paused = true)]
async fn what_a_task_reports_while_it_commits_is_awaited_too() {
    let plan = Arc::<Plan>::default();
    *plan.report_in_commit.lock().unwrap() = true;
    let (kafka, _acks, _queue, errors) = with_queue(true);
    let (outcome, _, told) = run_with(&plan, vec![assigned(), records(&["odd"])], errors, 12).await;
    assert_eq!((outcome, told), (Ok(()), vec!["close".to_owned()]));
    assert_eq!(*kafka.taken.lock().unwrap(), ["odd"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_task_reports_is_in_the_queue_before_offsets_are_committed() {
    let plan = Arc::<Plan>::default();
    *plan.report.lock().unwrap() = true;
    let (kafka, _acks, _queue, errors) = with_queue(true);
    let (outcome, _, told) = run_with(&plan, vec![assigned(), records(&["odd"])], errors, 12).await;
    assert_eq!((outcome, told), (Ok(()), vec!["close".to_owned()]));
    assert_eq!(*kafka.taken.lock().unwrap(), ["odd"], "its bytes, as consumed");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_not_tolerated_fails_the_task_even_if_the_task_does_not_care() {
    let plan = Arc::<Plan>::default();
    *plan.report.lock().unwrap() = true;
    let (kafka, _acks, _queue, errors) = with_queue(false);
    let (outcome, _, told) = run_with(&plan, vec![assigned(), records(&["odd"])], errors, 1).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.message(), Some("Exiting WorkerSinkTask due to unrecoverable exception."));
    let cause = error.cause().unwrap();
    assert_eq!(cause.message(), Some("Tolerance exceeded in error handler"));
    assert_eq!(cause.cause().and_then(ConnectError::message), Some("odd"));
    assert_eq!((kafka.taken.lock().unwrap().len(), told), (1, vec!["close".to_owned()]), "reported all the same");
    assert!(ErrantRecords::new(&crate::fakes::errors(false)).is_none(), "nowhere to report to");
}

#[tokio::test(start_paused = true)]
async fn without_partitions_nothing_is_asked_to_be_committed() {
    let plan = Arc::<Plan>::default();
    *plan.pre_commits.lock().unwrap() = vec![Ok(TopicOffsets::new())];
    run(&plan, Vec::new(), false, 12).await.0.unwrap();
    assert_eq!(plan.pre_commits.lock().unwrap().len(), 1);
}

#[test]
fn only_the_partitions_that_were_asked_for_are_committed() {
    let mut positions = Positions::default();
    for partition in [0, 1] {
        positions.assign(at("t", partition), 0);
        positions.consumed(&at("t", partition), 9);
    }
    positions.delivered();
    let asked = positions.committable(&[at("t", 0)]);
    for (partition, offset, want) in [(0, 9, true), (0, 10, false), (0, 0, false), (1, 9, false), (2, 1, false)] {
        let changes = positions.changes(&TopicOffsets::from([(at("t", partition), offset)]), &asked);
        assert_eq!(!changes.is_empty(), want, "{partition} {offset}");
    }
}
