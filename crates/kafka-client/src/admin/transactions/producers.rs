//! Who writes to a partition.

use kafka_protocol::messages::describe_producers_request::TopicRequest;
use kafka_protocol::messages::describe_producers_response::{PartitionResponse, ProducerState};
use kafka_protocol::messages::{DescribeProducersRequest, DescribeProducersResponse};

use super::LEADER;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire::by_topic;
use crate::admin::{Admin, PerKey};
use crate::consumer::TopicPartition;
use crate::{ErrorCode, KafkaError};

/// A producer that a partition remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveProducer {
    /// The producer's id.
    pub id: i64,
    /// Counts the producers that had it.
    pub epoch: i32,
    /// The sequence number of its last record; none if nothing but markers is left.
    pub last_sequence: Option<i32>,
    /// When it wrote last, in milliseconds since 1970.
    pub last_timestamp: i64,
    /// The epoch of the transaction coordinator that wrote its last marker, if any did.
    pub coordinator_epoch: Option<i32>,
    /// Where its open transaction begins in this partition, if one is open.
    pub transaction_start: Option<i64>,
}

impl Admin {
    /// The producers of each partition, as its leader knows them, or the replica on `broker`. Needs Kafka 2.8.
    pub async fn describe_producers(
        &self,
        partitions: &[TopicPartition],
        broker: Option<i32>,
    ) -> PerKey<TopicPartition, Vec<ActiveProducer>> {
        self.ask(&DescribeProducers { broker }, partitions.iter().cloned()).await
    }
}

pub(super) struct DescribeProducers {
    pub(super) broker: Option<i32>,
}

impl Ask for DescribeProducers {
    type Key = TopicPartition;
    type Value = Vec<ActiveProducer>;
    type Request = DescribeProducersRequest;
    const NAME: &'static str = "describeProducers";

    fn route(&self, partition: &TopicPartition) -> Route {
        self.broker.map_or_else(|| Route::Leader(partition.clone()), Route::Broker)
    }

    fn request(&self, names: &[TopicPartition], _: Terms) -> Result<DescribeProducersRequest, KafkaError> {
        let topics = by_topic(names, |topic, partitions| {
            let indexes = partitions.iter().map(|name| name.partition).collect();
            TopicRequest::default().with_name(topic).with_partition_indexes(indexes)
        });
        Ok(DescribeProducersRequest::default().with_topics(topics))
    }

    fn read(&self, _: &[TopicPartition], answer: DescribeProducersResponse) -> Outcomes<Self> {
        let results = answer.topics.into_iter().flat_map(|topic| {
            topic.partitions.into_iter().map(move |found| {
                let name = TopicPartition::new(topic.name.as_str(), found.partition_index);
                let outcome = self.outcome(&name, &found);
                (name, outcome)
            })
        });
        results.collect()
    }
}

impl DescribeProducers {
    fn outcome(&self, name: &TopicPartition, found: &PartitionResponse) -> Outcome<Vec<ActiveProducer>> {
        let code = ErrorCode(found.error_code);
        if code.0 == 0 {
            return Outcome::Done(found.active_producers.iter().map(producer).collect());
        }
        let why = match (code, self.broker) {
            // The broker that was named is not going to become another one.
            (ErrorCode::NOT_LEADER_OR_FOLLOWER, Some(broker)) => format!(" on brokerId {broker}"),
            (code, _) if LEADER.contains(&code) => return Outcome::Retry(KafkaError::broker(code, "")),
            (ErrorCode::TOPIC_AUTHORIZATION_FAILED, _) => {
                format!(" due to authorization failure on topic `{}`", name.topic)
            }
            _ => " due to unexpected error".to_owned(),
        };
        let text = format!("Failed to describe active producers for partition {name}{why}");
        Outcome::Failed(KafkaError::refused(code, text))
    }
}

fn producer(state: &ProducerState) -> ActiveProducer {
    ActiveProducer {
        id: state.producer_id.0,
        epoch: state.producer_epoch,
        last_sequence: Some(state.last_sequence).filter(|sequence| *sequence >= 0),
        last_timestamp: state.last_timestamp,
        coordinator_epoch: Some(state.coordinator_epoch).filter(|epoch| *epoch >= 0),
        transaction_start: Some(state.current_txn_start_offset).filter(|offset| *offset >= 0),
    }
}
