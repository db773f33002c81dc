use kafka_protocol::messages::describe_producers_response::{PartitionResponse, TopicResponse};
use kafka_protocol::messages::write_txn_markers_response::{
    WritableTxnMarkerPartitionResult, WritableTxnMarkerResult, WritableTxnMarkerTopicResult,
};
use kafka_protocol::messages::{
    DescribeProducersResponse, InitProducerIdResponse, ListTransactionsRequest, ProducerId, WriteTxnMarkersResponse,
};

use super::abort::Abort;
use super::fence::FenceProducers;
use super::list::ListTransactions;
use super::producers::DescribeProducers;
use super::*;
use crate::admin::ask::{Ask, Outcome, Terms, assert_writable};
use crate::admin::wire::topic;
use crate::consumer::TopicPartition;

fn told<V>(outcome: &Outcome<V>) -> String {
    match outcome {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Retry(_) => "again".to_owned(),
        Outcome::Failed(error) => error.to_string(),
    }
}

#[test]
fn fencing_fails_in_javas_words() {
    for (code, want) in [
        (0, "done"),
        (14, "again"),
        (16, "again"),
        (51, "again"),
        (31, "InitProducerId request for transactionalId `t` failed due to cluster authorization failure"),
        (53, "InitProducerId request for transactionalId `t` failed due to transactional ID authorization failure"),
        (90, "InitProducerId request for transactionalId `t` failed due to unexpected error"),
    ] {
        let answer = InitProducerIdResponse::default().with_error_code(code);
        assert_eq!(told(&FenceProducers.read(&["t".to_owned()], answer)[0].1), want);
    }
}

#[test]
fn a_marker_is_answered_for_or_not_at_all() {
    let which = AbortTransaction {
        partition: TopicPartition::new("t", 2),
        producer_id: 9,
        producer_epoch: 1,
        coordinator_epoch: 4,
    };
    let spec = "AbortTransactionSpec(topicPartition=t-2, producerId=9, producerEpoch=1, coordinatorEpoch=4)";
    let failed = |why: &str| vec![format!("WriteTxnMarkers request with {spec} failed {why}")];
    for (producer, index, code, want) in [
        (9, 2, 0, vec!["done".to_owned()]),
        (9, 2, 6, vec!["again".to_owned()]),
        (8, 2, 0, vec![]),
        (9, 1, 0, vec![]),
        (9, 2, 47, failed("due an invalid producer epoch")),
        (9, 2, 52, failed("since the provided coordinator epoch 4 has been fenced by the active coordinator")),
        (9, 2, 31, failed("due to cluster authorization error")),
    ] {
        let partition = WritableTxnMarkerPartitionResult::default().with_partition_index(index).with_error_code(code);
        let of_topic = WritableTxnMarkerTopicResult::default().with_name(topic("t")).with_partitions(vec![partition]);
        let marker =
            WritableTxnMarkerResult::default().with_producer_id(ProducerId(producer)).with_topics(vec![of_topic]);
        let answer = WriteTxnMarkersResponse::default().with_markers(vec![marker]);
        let outcomes = Abort.read(std::slice::from_ref(&which), answer);
        assert_eq!(outcomes.iter().map(|(_, outcome)| told(outcome)).collect::<Vec<_>>(), want);
    }
}

#[test]
fn a_broker_that_was_named_is_not_looked_for_elsewhere() {
    for (broker, code, want) in [
        (None, 0, "done"),
        (None, 6, "again"),
        (Some(3), 6, "Failed to describe active producers for partition t-0 on brokerId 3"),
        (None, 29, "Failed to describe active producers for partition t-0 due to authorization failure on topic `t`"),
    ] {
        let partition = PartitionResponse::default().with_error_code(code);
        let of_topic = TopicResponse::default().with_name(topic("t")).with_partitions(vec![partition]);
        let answer = DescribeProducersResponse::default().with_topics(vec![of_topic]);
        let outcomes = DescribeProducers { broker }.read(&[TopicPartition::new("t", 0)], answer);
        assert_eq!(told(&outcomes[0].1), want);
    }
}

#[test]
fn a_filter_that_the_broker_does_not_know_is_refused() {
    let open_for = Some(std::time::Duration::from_secs(1));
    let old = TransactionFilter { open_for, ..Default::default() };
    let pattern = TransactionFilter { pattern: Some("a.*".to_owned()), ..Default::default() };
    for (filter, version, want) in [
        (&TransactionFilter::default(), 0, Ok(-1)),
        (&old, 0, Err(ErrorCode::UNSUPPORTED_VERSION)),
        (&old, 1, Ok(1000)),
        (&pattern, 1, Err(ErrorCode::UNSUPPORTED_VERSION)),
        (&pattern, 2, Ok(-1)),
    ] {
        let request = ListTransactions { filter }.request(&[1], Terms { version, timeout_ms: 0 });
        let got = request.map(|request: ListTransactionsRequest| request.duration_filter);
        assert_eq!(got.map_err(|error| error.code().unwrap()), want, "version {version}");
    }
}

#[test]
fn every_broker_can_be_asked() {
    let place = TopicPartition::new("t", 0);
    let which = AbortTransaction { partition: place.clone(), producer_id: 1, producer_epoch: 2, coordinator_epoch: 3 };
    assert_writable(&FenceProducers, "t".to_owned(), 0);
    assert_writable(&Abort, which, 0);
    assert_writable(&DescribeProducers { broker: None }, place, 0);
}
