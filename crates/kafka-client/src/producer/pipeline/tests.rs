use super::*;
use crate::record::{BatchBuilder, Compression};

const FIRST: Identity = Identity { id: 7, epoch: 0 };
const BUMPED: Identity = Identity { id: 7, epoch: 1 };
const ROUTE: Route = (1, 1);
const PATIENCE: Patience = Patience { delivery_timeout: Duration::from_secs(120), retries: 9 };

/// A batch of `count` records, the first of them submitted as `ordinal`.
fn batch(ordinal: u64, count: i32, now: Instant) -> Batch {
    let mut batch = Batch::open(0, BatchBuilder::new(Compression::None, 100), now, 0);
    for number in 0..count {
        batch.submissions.push(ordinal + u64::from(number.unsigned_abs()));
    }
    batch.count = count;
    batch
}

/// A pipeline that the broker has stored one record of, and batches of 10 records in flight, submitted from 0 on.
fn in_flight(batches: u64, now: Instant) -> (Pipeline, Vec<Batch>) {
    let mut pipeline = Pipeline::default();
    let first = send(&mut pipeline, batch(0, 1, now), FIRST);
    stored(&mut pipeline, first);
    pipeline.take_finished();
    let batches = (0..batches).map(|index| send(&mut pipeline, batch(index * 10, 10, now), FIRST)).collect();
    (pipeline, batches)
}

fn send(pipeline: &mut Pipeline, mut batch: Batch, identity: Identity) -> Batch {
    pipeline.stamp(&mut batch, ROUTE, Some(identity));
    batch
}

fn stored(pipeline: &mut Pipeline, batch: Batch) {
    pipeline.answered(&batch);
    pipeline.finish(batch, Ok(Stored { base_offset: 0, timestamp: -1 }));
}

fn failed(pipeline: &mut Pipeline, batch: Batch, code: ErrorCode, now: Instant) -> Verdict {
    pipeline.answered(&batch);
    let (mut batch, error) = (batch, KafkaError::broker(code, ""));
    let verdict = pipeline.judge(&batch, &error, PATIENCE, now);
    match verdict {
        Verdict::Repeat => pipeline.repeat(batch, None),
        Verdict::Lost => {
            pipeline.lost(&mut batch);
            pipeline.repeat(batch, None);
        }
        Verdict::GiveUp => pipeline.finish(batch, Err(error)),
        Verdict::Stored | Verdict::Split | Verdict::Doubt => {}
    }
    verdict
}

fn sequences(batches: &[Batch]) -> Vec<i32> {
    batches.iter().map(|batch| batch.identity.base_sequence).collect()
}

fn finished(pipeline: &mut Pipeline) -> Vec<(u64, bool)> {
    pipeline.take_finished().iter().map(|finished| (finished.batch.ordinal(), finished.result.is_ok())).collect()
}

#[test]
fn a_lost_connection_repeats_everything_in_order_with_the_same_sequences() {
    let now = Instant::now();
    let (mut pipeline, batches) = in_flight(3, now);
    assert_eq!(sequences(&batches), [1, 11, 21]);
    for batch in batches.into_iter().rev() {
        assert_eq!(failed(&mut pipeline, batch, ErrorCode::NETWORK_EXCEPTION, now), Verdict::Repeat);
    }
    assert!(pipeline.may_send(ROUTE, Some(FIRST), now));
    let again: Vec<Batch> = std::iter::from_fn(|| pipeline.next_repeat()).collect();
    let again: Vec<Batch> = again.into_iter().map(|batch| send(&mut pipeline, batch, FIRST)).collect();
    assert_eq!(sequences(&again), [1, 11, 21]);
    assert_eq!(send(&mut pipeline, batch(30, 1, now), FIRST).identity.base_sequence, 31);
}

#[test]
fn nothing_is_sent_while_answers_are_out_after_a_failure() {
    let now = Instant::now();
    let (mut pipeline, mut batches) = in_flight(2, now);
    assert!(pipeline.may_send(ROUTE, Some(FIRST), now));
    assert!(!pipeline.may_send((1, 2), Some(FIRST), now), "not over another connection");
    assert!(!pipeline.may_send(ROUTE, Some(BUMPED), now), "not under another identity");
    failed(&mut pipeline, batches.remove(0), ErrorCode::NOT_LEADER_OR_FOLLOWER, now);
    assert!(!pipeline.may_send(ROUTE, Some(FIRST), now));
    let verdict = failed(&mut pipeline, batches.remove(0), ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, now);
    assert_eq!(verdict, Verdict::Repeat);
    assert!(!pipeline.needs_epoch(), "the second only followed the first");
    assert!(pipeline.may_send((2, 1), Some(FIRST), now), "to the new leader");
}

#[test]
fn repeats_and_first_batches_go_one_by_one() {
    let now = Instant::now();
    let mut pipeline = Pipeline::default();
    let first = send(&mut pipeline, batch(0, 10, now), FIRST);
    assert!(!pipeline.may_send(ROUTE, Some(FIRST), now), "the broker does not know this producer yet");
    stored(&mut pipeline, first);
    let (mut pipeline, batches) = in_flight(2, now);
    for batch in batches {
        failed(&mut pipeline, batch, ErrorCode::NETWORK_EXCEPTION, now);
    }
    let repeat = pipeline.next_repeat().unwrap();
    let repeat = send(&mut pipeline, repeat, FIRST);
    assert!(!pipeline.may_send(ROUTE, Some(FIRST), now));
    stored(&mut pipeline, repeat);
    assert!(pipeline.may_send(ROUTE, Some(FIRST), now));
}

#[test]
fn acks_keep_the_order_of_submission() {
    let now = Instant::now();
    let (mut pipeline, mut batches) = in_flight(3, now);
    let first = batches.remove(0);
    // Stored, but reported as an error: the next ones are stored too.
    failed(&mut pipeline, first, ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND, now);
    stored(&mut pipeline, batches.remove(0));
    stored(&mut pipeline, batches.remove(0));
    assert_eq!(finished(&mut pipeline), []);
    let first = pipeline.next_repeat().unwrap();
    let first = send(&mut pipeline, first, FIRST);
    assert_eq!(first.identity.base_sequence, 1);
    stored(&mut pipeline, first);
    assert_eq!(pipeline.last_stored, Some(30), "the repeat is not the last one");
    assert_eq!(finished(&mut pipeline), [(0, true), (10, true), (20, true)]);
    assert!(pipeline.is_idle());
}

#[test]
fn a_batch_given_up_leads_to_a_new_epoch_from_sequence_0() {
    let now = Instant::now();
    let (mut pipeline, mut batches) = in_flight(3, now);
    stored(&mut pipeline, batches.remove(0));
    let verdict = failed(&mut pipeline, batches.remove(0), ErrorCode::INVALID_RECORD, now);
    assert_eq!(verdict, Verdict::GiveUp);
    assert!(!pipeline.needs_epoch(), "one is still in flight");
    assert!(!pipeline.may_send(ROUTE, Some(FIRST), now));
    failed(&mut pipeline, batches.remove(0), ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, now);
    assert!(pipeline.needs_epoch());
    assert!(!pipeline.may_send(ROUTE, Some(FIRST), now));
    pipeline.restart(Some(BUMPED));
    assert_eq!(finished(&mut pipeline), [(0, true), (10, false)]);
    let again = pipeline.next_repeat().unwrap();
    let again = send(&mut pipeline, again, BUMPED);
    assert_eq!((again.identity.epoch, again.identity.base_sequence), (1, 0));
    assert_eq!(send(&mut pipeline, batch(30, 1, now), BUMPED).identity.base_sequence, 10);
}

#[test]
fn behind_a_gap_what_may_be_stored_is_repeated_with_its_old_numbers() {
    let now = Instant::now();
    for stored_before in [true, false] {
        let (mut pipeline, batches) = in_flight(3, now);
        for batch in batches {
            failed(&mut pipeline, batch, ErrorCode::NETWORK_EXCEPTION, now);
        }
        let late = now + PATIENCE.delivery_timeout;
        let expired = pipeline.expire(PATIENCE.delivery_timeout, late).unwrap();
        pipeline.finish(expired, Err(KafkaError::Closed));
        assert!(!pipeline.needs_epoch(), "the others may have been stored");
        assert!(pipeline.may_send(ROUTE, Some(FIRST), now));
        let mut second = pipeline.next_repeat().map(|batch| send(&mut pipeline, batch, FIRST)).unwrap();
        assert_eq!((second.identity.epoch, second.identity.base_sequence), (0, 11));
        assert!(!pipeline.may_send(ROUTE, Some(FIRST), now), "one by one");
        second.attempts = 2;
        if stored_before {
            failed(&mut pipeline, second, ErrorCode::DUPLICATE_SEQUENCE_NUMBER, now);
            assert!(pipeline.may_send(ROUTE, Some(FIRST), now), "the third is asked for too");
            continue;
        }
        pipeline.answered(&second);
        let error = KafkaError::broker(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, "");
        assert_eq!(pipeline.judge(&second, &error, PATIENCE, now), Verdict::Doubt);
        pipeline.lost(&mut second);
        pipeline.repeat(second, None);
        assert!(pipeline.needs_epoch(), "the third follows the second: it is not stored either");
        pipeline.restart(Some(BUMPED));
        let again: Vec<Batch> = std::iter::from_fn(|| pipeline.next_repeat()).collect();
        let again: Vec<Batch> = again.into_iter().map(|batch| send(&mut pipeline, batch, BUMPED)).collect();
        assert_eq!(sequences(&again), [0, 10]);
    }
}

#[test]
fn without_identities_a_gap_is_forgotten() {
    let now = Instant::now();
    let (mut pipeline, mut batches) = in_flight(2, now);
    failed(&mut pipeline, batches.remove(0), ErrorCode::INVALID_RECORD, now);
    failed(&mut pipeline, batches.remove(0), ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, now);
    assert!(pipeline.needs_epoch());
    pipeline.restart(None);
    assert!(pipeline.may_send(ROUTE, None, now));
    let mut again = pipeline.next_repeat().unwrap();
    pipeline.stamp(&mut again, ROUTE, None);
    assert_eq!(again.identity.id, -1);
}

#[test]
fn another_partitions_epoch_is_taken_over_when_nothing_is_in_flight() {
    let now = Instant::now();
    let (mut pipeline, mut batches) = in_flight(1, now);
    assert!(!pipeline.may_send(ROUTE, Some(BUMPED), now));
    stored(&mut pipeline, batches.remove(0));
    assert!(pipeline.may_send(ROUTE, Some(BUMPED), now));
    let next = send(&mut pipeline, batch(10, 5, now), BUMPED);
    assert_eq!((next.identity.epoch, next.identity.base_sequence), (1, 0));
}

#[test]
fn judges_as_java_does() {
    use ErrorCode as E;
    let now = Instant::now();
    let late = now + PATIENCE.delivery_timeout;
    for (code, count, attempts, at, want, gap) in [
        (E::DUPLICATE_SEQUENCE_NUMBER, 2, 1, now, Verdict::Stored, false),
        (E::MESSAGE_TOO_LARGE, 2, 1, now, Verdict::Split, false),
        (E::MESSAGE_TOO_LARGE, 1, 1, now, Verdict::GiveUp, true),
        (E::REQUEST_TIMED_OUT, 2, 9, now, Verdict::Repeat, false),
        (E::REQUEST_TIMED_OUT, 2, 10, now, Verdict::GiveUp, true), // `retries` is 9
        (E::REQUEST_TIMED_OUT, 2, 1, late, Verdict::GiveUp, true),
        (E::TOPIC_AUTHORIZATION_FAILED, 2, 1, now, Verdict::GiveUp, true),
        (E::OUT_OF_ORDER_SEQUENCE_NUMBER, 2, 1, now, Verdict::Lost, false), // it was the next one: the broker lost some
        (E::OUT_OF_ORDER_SEQUENCE_NUMBER, 2, 2, now, Verdict::Doubt, false), // or the broker forgot that it has it
        (E::UNKNOWN_PRODUCER_ID, 2, 1, now, Verdict::Lost, false),
        (E::INVALID_PRODUCER_EPOCH, 2, 1, now, Verdict::Lost, false),
    ] {
        let mut pipeline = Pipeline::default();
        let mut batch = send(&mut pipeline, batch(0, count, now), FIRST);
        batch.attempts = attempts;
        pipeline.answered(&batch);
        let verdict = pipeline.judge(&batch, &KafkaError::broker(code, ""), PATIENCE, at);
        assert_eq!((verdict, pipeline.needs_epoch()), (want, gap), "{code:?} of {count} after {attempts}");
    }
}

#[test]
fn old_repeats_expire_once_nothing_is_in_flight() {
    let now = Instant::now();
    let late = now + PATIENCE.delivery_timeout;
    let (mut pipeline, mut batches) = in_flight(2, now);
    failed(&mut pipeline, batches.remove(1), ErrorCode::REQUEST_TIMED_OUT, now);
    assert!(pipeline.expire(PATIENCE.delivery_timeout, late).is_none());
    stored(&mut pipeline, batches.remove(0));
    assert!(pipeline.expire(PATIENCE.delivery_timeout, now).is_none());
    assert_eq!(pipeline.expire(PATIENCE.delivery_timeout, late).map(|batch| batch.ordinal()), Some(10));
    assert!(pipeline.needs_epoch());
}
