//! Deleting the beginning of partitions.

use std::collections::BTreeMap;

use kafka_protocol::messages::delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic};
use kafka_protocol::messages::{DeleteRecordsRequest, DeleteRecordsResponse};

use super::ask::{Ask, Outcome, Outcomes, Terms, check};
use super::route::Route;
use super::wire::by_topic;
use super::{Admin, PerKey};
use crate::KafkaError;
use crate::consumer::TopicPartition;

impl Admin {
    /// Deletes all records of each partition before the given offset; -1 is the end that consumers see. Answers where each
    /// partition begins now.
    pub async fn delete_records(&self, before: &BTreeMap<TopicPartition, i64>) -> PerKey<TopicPartition, i64> {
        self.ask(&DeleteRecords { before }, before.keys().cloned()).await
    }
}

struct DeleteRecords<'a> {
    before: &'a BTreeMap<TopicPartition, i64>,
}

impl Ask for DeleteRecords<'_> {
    type Key = TopicPartition;
    type Value = i64;
    type Request = DeleteRecordsRequest;
    const NAME: &'static str = "deleteRecords";

    fn route(&self, partition: &TopicPartition) -> Route {
        Route::Leader(partition.clone())
    }

    fn request(&self, names: &[TopicPartition], terms: Terms) -> Result<DeleteRecordsRequest, KafkaError> {
        let offset = |name: &TopicPartition| self.before.get(name).copied().unwrap_or(0);
        let topics = by_topic(names, |topic, partitions| {
            let partitions = partitions.iter().map(|name| {
                DeleteRecordsPartition::default().with_partition_index(name.partition).with_offset(offset(name))
            });
            DeleteRecordsTopic::default().with_name(topic).with_partitions(partitions.collect())
        });
        Ok(DeleteRecordsRequest::default().with_topics(topics).with_timeout_ms(terms.timeout_ms))
    }

    fn read(&self, _: &[TopicPartition], answer: DeleteRecordsResponse) -> Outcomes<Self> {
        let results = answer.topics.into_iter().flat_map(|topic| {
            topic.partitions.into_iter().map(move |result| {
                let name = TopicPartition::new(topic.name.as_str(), result.partition_index);
                (name, Outcome::of(check(result.error_code, None).map(|()| result.low_watermark)))
            })
        });
        results.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        let place = TopicPartition::new("t", 0);
        assert_writable(&DeleteRecords { before: &[(place.clone(), 5)].into() }, place, 0);
    }
}
