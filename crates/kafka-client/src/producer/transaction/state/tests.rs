use super::*;
use crate::cluster::TopicName;
use crate::consumer::TopicPartition;
use crate::group::ConsumerGroupMetadata;
use crate::producer::transaction::coordinator::{Ended, Initialized};
use crate::producer::transaction::fault::Fault;

const FIRST: Identity = Identity { id: 7, epoch: 0 };
const BUMPED: Identity = Identity { id: 7, epoch: 1 };

fn initialized(identity: Identity, protocol: Protocol) -> Result<Initialized, Fault> {
    Ok(Initialized { identity, protocol, can_bump: true })
}

/// A producer in an open transaction.
fn open(protocol: Protocol) -> Transaction {
    let mut transaction = Transaction::new("id".into());
    let outcome = transaction.initialize().unwrap();
    assert!(matches!(transaction.next_task(true), Some(Task::Initialize(None))));
    transaction.initialized(initialized(FIRST, protocol));
    assert!(outcome.get().unwrap().is_ok());
    transaction.seen(&outcome);
    transaction.begin().unwrap();
    transaction
}

fn offsets(offset: i64) -> OffsetsToSend {
    let offsets = BTreeMap::from([(TopicPartition::new("t", 0), offset.into())]);
    OffsetsToSend::new(&offsets, &ConsumerGroupMetadata::new("g")).unwrap()
}

fn broker(code: ErrorCode) -> KafkaError {
    KafkaError::broker(code, "")
}

fn refused(result: Result<impl std::fmt::Debug, KafkaError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn every_call_has_its_time() {
    // Whether each of begin, send offsets, commit, abort and an append is taken.
    let calls = |state: &dyn Fn() -> Transaction| {
        let topic: TopicName = "t".into();
        [
            state().begin().is_ok(),
            state().send_offsets(offsets(1)).is_ok(),
            state().commit().is_ok(),
            state().abort().is_ok(),
            state().is_open() && !state().refusal(&topic, 0).to_string().is_empty(),
        ]
    };
    let failed = |code| {
        let mut transaction = open(Protocol::V2);
        transaction.batch_failed(&broker(code));
        transaction
    };
    let ready = || {
        let mut transaction = open(Protocol::V2);
        let outcome = transaction.commit().unwrap();
        assert!(transaction.next_task(true).is_none(), "nothing was sent: the coordinator knows nothing of it");
        transaction.seen(&outcome);
        transaction
    };
    for (name, state, want) in [
        ("new", &(|| Transaction::new("id".into())) as &dyn Fn() -> _, [false; 5]),
        ("ready", &ready, [true, false, false, false, false]),
        ("open", &(|| open(Protocol::V2)), [false, true, true, true, true]),
        ("failed", &(|| failed(ErrorCode::MESSAGE_TOO_LARGE)), [false, false, false, true, false]),
        ("fenced", &(|| failed(ErrorCode::PRODUCER_FENCED)), [false; 5]),
    ] {
        assert_eq!(calls(state), want, "{name}");
    }
}

#[test]
fn in_the_second_protocol_the_first_batch_begins_it_and_the_end_raises_the_epoch() {
    let mut transaction = open(Protocol::V2);
    transaction.note_partition(3);
    assert!(transaction.may_send(3, true) && transaction.next_task(false).is_none());
    transaction.note_sent(Instant::now());
    let outcome = transaction.commit().unwrap();
    assert!(!transaction.is_open());
    assert!(transaction.next_task(false).is_none(), "records are under way");
    assert!(matches!(transaction.next_task(true), Some(Task::End(FIRST, Protocol::V2, true))));
    assert!(transaction.next_task(true).is_none(), "one request at a time");
    transaction.ended(Ok(Ended { identity: Some(BUMPED), protocol: Protocol::V2 }), Instant::now());
    assert!(outcome.get().unwrap().is_ok());
    assert_eq!(transaction.identity(), Some(BUMPED));
    assert!(refused(transaction.begin()).contains("`commitTransaction` timed out"), "nobody has seen the outcome");
    transaction.seen(&outcome);
    transaction.begin().unwrap();
}

#[test]
fn in_the_first_protocol_partitions_are_added_before_anything_is_sent_to_them() {
    let mut transaction = open(Protocol::V1);
    [3, 5].into_iter().for_each(|slot| transaction.note_partition(slot));
    assert!(!transaction.may_send(3, true));
    let Some(Task::AddPartitions(FIRST, slots)) = transaction.next_task(false) else { panic!() };
    transaction.note_partition(9); // meanwhile
    transaction.partitions_added(slots, Ok(()));
    assert!(transaction.may_send(5, true) && !transaction.may_send(9, true));
    let _outcome = transaction.commit().unwrap();
    let Some(Task::AddPartitions(_, slots)) = transaction.next_task(false) else { panic!() };
    assert_eq!(slots, BTreeSet::from([9]));
    transaction.partitions_added(slots, Ok(()));
    assert!(matches!(transaction.next_task(true), Some(Task::End(FIRST, Protocol::V1, true))));
    transaction.ended(Ok(Ended { identity: None, protocol: Protocol::V1 }), Instant::now());
    assert_eq!(transaction.identity(), Some(FIRST), "the epoch stays");
    assert!(!transaction.may_send(5, true), "the next transaction adds its own");
}

#[test]
fn after_a_lost_batch_the_first_protocol_raises_the_epoch() {
    let mut transaction = open(Protocol::V1);
    transaction.partitions_added(BTreeSet::from([3]), Ok(()));
    transaction.batch_failed(&KafkaError::Timeout("late".into()));
    assert!(
        transaction.may_send(3, false) && !transaction.may_send(3, true),
        "what is out is settled, no more is sent"
    );
    let outcome = transaction.abort().unwrap();
    assert!(matches!(transaction.next_task(true), Some(Task::End(FIRST, Protocol::V1, false))));
    transaction.ended(Ok(Ended { identity: None, protocol: Protocol::V1 }), Instant::now());
    assert!(outcome.get().is_none());
    assert!(matches!(transaction.next_task(true), Some(Task::Initialize(Some(FIRST)))));
    transaction.initialized(initialized(BUMPED, Protocol::V1));
    assert!(outcome.get().unwrap().is_ok());
    assert_eq!(transaction.identity(), Some(BUMPED));
}

#[test]
fn a_cluster_that_changes_to_the_second_protocol_gives_it_an_epoch_of_its_own() {
    let mut transaction = open(Protocol::V1);
    transaction.partitions_added(BTreeSet::from([3]), Ok(()));
    let outcome = transaction.commit().unwrap();
    assert!(matches!(transaction.next_task(true), Some(Task::End(FIRST, Protocol::V1, true))));
    transaction.ended(Ok(Ended { identity: None, protocol: Protocol::V2 }), Instant::now());
    assert!(matches!(transaction.next_task(true), Some(Task::Initialize(Some(FIRST)))));
    transaction.initialized(initialized(BUMPED, Protocol::V2));
    assert!(outcome.get().unwrap().is_ok());
    transaction.seen(&outcome);
    transaction.begin().unwrap();
    assert!(transaction.may_send(3, true));
}

#[test]
fn a_commit_ends_with_the_first_record_that_fails() {
    for (code, kind, class) in [
        (ErrorCode::MESSAGE_TOO_LARGE, crate::ErrorKind::Abortable, "RecordTooLargeException"),
        (ErrorCode::REQUEST_TIMED_OUT, crate::ErrorKind::Abortable, "TransactionAbortableException"),
        (ErrorCode::INVALID_PRODUCER_EPOCH, crate::ErrorKind::Abortable, "InvalidProducerEpochException"),
        (ErrorCode::PRODUCER_FENCED, crate::ErrorKind::Fenced, "ProducerFencedException"),
        (ErrorCode::INVALID_PRODUCER_ID_MAPPING, crate::ErrorKind::Fatal, "InvalidPidMappingException"),
    ] {
        let mut transaction = open(Protocol::V2);
        transaction.note_sent(Instant::now());
        let outcome = transaction.commit().unwrap();
        transaction.batch_failed(&broker(code));
        let error = outcome.get().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.java_class().rsplit('.').next()), (kind, Some(class)), "{code:?}");
        transaction.seen(&outcome);
        assert_eq!(transaction.abort().is_ok(), kind == crate::ErrorKind::Abortable);
        assert_eq!(transaction.failure().is_some(), kind != crate::ErrorKind::Abortable);
    }
}

#[test]
fn the_same_call_joins_the_one_that_was_given_up() {
    let mut transaction = open(Protocol::V2);
    transaction.note_sent(Instant::now());
    let first = transaction.commit().unwrap();
    assert!(transaction.next_task(true).is_some());
    assert!(
        refused(transaction.abort()).contains("`abortTransaction` because the previous call to `commitTransaction`")
    );
    let second = transaction.commit().unwrap();
    transaction.ended(Ok(Ended { identity: Some(BUMPED), protocol: Protocol::V2 }), Instant::now());
    assert!(first.get().unwrap().is_ok() && second.get().unwrap().is_ok());
    transaction.seen(&second);
    transaction.seen(&first);
    assert!(refused(transaction.commit()).contains("from state READY to state COMMITTING_TRANSACTION"));
}

#[test]
fn offsets_go_before_the_end_and_the_same_ones_only_once() {
    for (protocol, begun) in [(Protocol::V1, false), (Protocol::V1, true), (Protocol::V2, true)] {
        let mut transaction = open(protocol);
        let outcome = transaction.send_offsets(offsets(4)).unwrap();
        let again = transaction.send_offsets(offsets(4)).unwrap();
        let Some(Task::SendOffsets(FIRST, _, sent)) = transaction.next_task(false) else { panic!() };
        let error = Fault::Abortable(broker(ErrorCode::GROUP_AUTHORIZATION_FAILED));
        transaction.offsets_sent(&sent, begun, if begun { Ok(()) } else { Err(error) });
        assert_eq!(outcome.get().unwrap().is_ok(), begun);
        assert_eq!(again.get().unwrap().is_ok(), begun);
        assert!(transaction.next_task(false).is_none());
        let ended = if begun { transaction.commit() } else { transaction.abort() };
        assert_eq!(transaction.next_task(true).is_some(), begun, "what was not begun has no end");
        assert_eq!(ended.unwrap().get().is_some(), !begun);
    }
}

#[test]
fn an_initialization_that_was_not_allowed_may_be_repeated() {
    let mut transaction = Transaction::new("id".into());
    let outcome = transaction.initialize().unwrap();
    assert!(transaction.next_task(true).is_some());
    let error = broker(ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    transaction.initialized(Err(Fault::Unauthorized(error)));
    assert!(outcome.get().unwrap().is_err());
    transaction.seen(&outcome);
    let outcome = transaction.initialize().unwrap();
    assert!(transaction.next_task(true).is_some());
    transaction.initialized(initialized(FIRST, Protocol::V2));
    assert!(outcome.get().unwrap().is_ok());
}

#[test]
fn an_unknown_producer_id_is_fatal_only_where_the_epoch_cannot_be_raised() {
    for (protocol, can_bump, fatal) in
        [(Protocol::V1, true, false), (Protocol::V1, false, true), (Protocol::V2, false, false)]
    {
        let mut transaction = open(protocol);
        transaction.can_bump = can_bump;
        let fault = Fault::AbortableByBump(broker(ErrorCode::UNKNOWN_PRODUCER_ID));
        transaction.partitions_added(BTreeSet::from([1]), Err(fault));
        assert_eq!(transaction.failure().is_some(), fatal, "{protocol:?} {can_bump}");
    }
}

/// The producer has failed as a whole, for instance because a broker does not know it any more: its records are given up, so
/// what is left of the transaction must not be committed.
#[test]
fn what_has_failed_is_neither_committed_nor_ready_again() {
    let mut transaction = open(Protocol::V2);
    transaction.note_sent(Instant::now());
    let outcome = transaction.commit().unwrap();
    assert!(transaction.next_task(false).is_none(), "a record is still on its way");
    assert!(transaction.ending().is_some());
    transaction.fail(KafkaError::Closed);
    assert!(outcome.get().unwrap().is_err() && transaction.ending().is_none());
    assert!(transaction.next_task(true).is_none());
    transaction.ended(Ok(Ended { identity: Some(BUMPED), protocol: Protocol::V2 }), Instant::now());
    transaction.initialized(initialized(BUMPED, Protocol::V2));
    assert!(transaction.failure().is_some());
}

/// The partition's topic may be gone, or the group's coordinator: the abort must not wait for them.
#[test]
fn an_abort_does_not_wait_for_what_it_undoes() {
    for (protocol, maybe_heard, asks_next) in [
        (Protocol::V1, false, "nothing"),
        (Protocol::V1, true, "the end"), // the transaction may be there
        (Protocol::V2, false, "nothing"),
    ] {
        let mut transaction = open(protocol);
        transaction.asking = true;
        let given_up = transaction.given_up();
        let outcome = transaction.abort().unwrap();
        assert!(given_up.is_cancelled() && transaction.next_task(true).is_none(), "one request at a time");
        transaction.partitions_added(BTreeSet::from([3]), Err(Fault::GivenUp { maybe_heard }));
        let next = transaction.next_task(true);
        assert_eq!(matches!(next, Some(Task::End(FIRST, _, false))), asks_next == "the end");
        assert_eq!(outcome.get().is_some(), asks_next == "nothing");
        assert!(!transaction.given_up().is_cancelled(), "what comes next is asked until it is answered");
    }
}

#[test]
fn an_abort_that_the_coordinator_cannot_place_is_not_asked_again() {
    for (protocol, can_bump) in [(Protocol::V1, true), (Protocol::V1, false), (Protocol::V2, true)] {
        let mut transaction = open(protocol);
        transaction.can_bump = can_bump;
        transaction.begun = true;
        let outcome = transaction.abort().unwrap();
        assert!(matches!(transaction.next_task(true), Some(Task::End(..))));
        transaction.ended(Err(Fault::AbortableByBump(broker(ErrorCode::UNKNOWN_PRODUCER_ID))), Instant::now());
        assert_eq!(transaction.failure().is_some(), !can_bump, "{protocol:?} {can_bump}");
        assert_eq!(matches!(transaction.next_task(true), Some(Task::Initialize(Some(FIRST)))), can_bump);
        transaction.initialized(initialized(BUMPED, protocol));
        assert_eq!(outcome.get().unwrap().is_ok(), can_bump);
    }
}

/// Whether a request that was given up has begun the transaction, only the coordinator knows.
#[test]
fn a_transaction_in_doubt_is_aborted_before_its_epoch_is_raised() {
    let done = || Ok(Ended { identity: None, protocol: Protocol::V1 });
    let not_there = || Err(Fault::Fatal(broker(ErrorCode::INVALID_TXN_STATE)));
    for (begun, answer, fails) in [(false, done(), false), (false, not_there(), false), (true, not_there(), true)] {
        let mut transaction = open(Protocol::V1);
        transaction.begun = begun;
        transaction.asking = true;
        let outcome = transaction.abort().unwrap();
        transaction.partitions_added(BTreeSet::from([3]), Err(Fault::GivenUp { maybe_heard: true }));
        assert!(matches!(transaction.next_task(true), Some(Task::End(FIRST, Protocol::V1, false))));
        transaction.ended(answer, Instant::now());
        assert_eq!(transaction.failure().is_some(), fails);
        // A late attempt must not join the next transaction.
        assert_eq!(matches!(transaction.next_task(true), Some(Task::Initialize(Some(FIRST)))), !fails);
        transaction.initialized(initialized(BUMPED, Protocol::V1));
        assert_eq!(outcome.get().unwrap().is_ok(), !fails);
    }
}
