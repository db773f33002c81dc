//! Ending a transaction in one partition, past its coordinator: for one that hangs, because its coordinator has forgotten it.

use std::fmt;

use kafka_protocol::messages::write_txn_markers_request::{WritableTxnMarker, WritableTxnMarkerTopic};
use kafka_protocol::messages::{ProducerId, WriteTxnMarkersRequest, WriteTxnMarkersResponse};

use super::{LEADER, checked};
use crate::admin::Admin;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire::topic;
use crate::consumer::TopicPartition;
use crate::{ErrorCode, KafkaError};

/// Which transaction, as [`describe_producers`](Admin::describe_producers) tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AbortTransaction {
    /// Where it is open.
    pub partition: TopicPartition,
    /// Whose it is.
    pub producer_id: i64,
    /// The producer's epoch.
    pub producer_epoch: i16,
    /// The epoch of the coordinator of its last marker; 0 if there was none.
    pub coordinator_epoch: i32,
}

impl fmt::Display for AbortTransaction {
    /// Java's text of the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AbortTransaction { partition, producer_id, producer_epoch, coordinator_epoch } = self;
        write!(
            f,
            "AbortTransactionSpec(topicPartition={partition}, producerId={producer_id}, \
             producerEpoch={producer_epoch}, coordinatorEpoch={coordinator_epoch})"
        )
    }
}

impl Admin {
    /// Writes an abort marker into the partition.
    /// # Errors
    /// `CLUSTER_AUTHORIZATION_FAILED` (it needs ALTER on the cluster), `INVALID_PRODUCER_EPOCH`,
    /// `TRANSACTION_COORDINATOR_FENCED`; the leader did not answer in time.
    pub async fn abort_transaction(&self, which: &AbortTransaction) -> Result<(), KafkaError> {
        self.ask_one(&Abort, which.clone()).await
    }
}

pub(super) struct Abort;

impl Ask for Abort {
    type Key = AbortTransaction;
    type Value = ();
    type Request = WriteTxnMarkersRequest;
    const NAME: &'static str = "abortTransaction";
    const BATCHED: bool = false;

    fn route(&self, which: &AbortTransaction) -> Route {
        Route::Leader(which.partition.clone())
    }

    fn request(&self, which: &[AbortTransaction], _: Terms) -> Result<WriteTxnMarkersRequest, KafkaError> {
        let markers = which.iter().map(|which| {
            let partition = &which.partition;
            let topic = WritableTxnMarkerTopic::default()
                .with_name(topic(&partition.topic))
                .with_partition_indexes(vec![partition.partition]);
            WritableTxnMarker::default()
                .with_producer_id(ProducerId(which.producer_id))
                .with_producer_epoch(which.producer_epoch)
                .with_coordinator_epoch(which.coordinator_epoch)
                .with_transaction_result(false)
                .with_topics(vec![topic])
        });
        Ok(WriteTxnMarkersRequest::default().with_markers(markers.collect()))
    }

    fn read(&self, which: &[AbortTransaction], answer: WriteTxnMarkersResponse) -> Outcomes<Self> {
        let Some(which) = which.first() else { return Vec::new() };
        let of_producer = answer.markers.iter().filter(|marker| marker.producer_id.0 == which.producer_id);
        let of_topic = of_producer
            .flat_map(|marker| &marker.topics)
            .filter(|topic| topic.name.as_str() == &*which.partition.topic);
        let mut of_partition = of_topic
            .flat_map(|topic| &topic.partitions)
            .filter(|partition| partition.partition_index == which.partition.partition);
        let result = of_partition.next().map(|partition| aborted(which, partition.error_code));
        result.map(|result| (which.clone(), Outcome::repeating(result, LEADER))).into_iter().collect()
    }
}

fn aborted(which: &AbortTransaction, code: i16) -> Result<(), KafkaError> {
    let fenced = format!(
        "since the provided coordinator epoch {} has been fenced by the active coordinator",
        which.coordinator_epoch
    );
    let whys = [
        (ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "due to cluster authorization error"),
        (ErrorCode::INVALID_PRODUCER_EPOCH, "due an invalid producer epoch"),
        (ErrorCode::TRANSACTION_COORDINATOR_FENCED, &fenced),
    ];
    let otherwise = format!("due to unexpected error: {}", ErrorCode(code).text());
    checked(code, &format!("WriteTxnMarkers request with {which}"), &whys, &otherwise)
}
