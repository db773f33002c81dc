//! Where partitions begin and end.

use std::collections::BTreeMap;

use futures_util::join;
use kafka_protocol::messages::{ListOffsetsRequest, ListOffsetsResponse};

use super::ask::{Ask, Outcome, Outcomes, Terms};
use super::route::Route;
use super::wire::unsupported;
use super::{Admin, PerKey};
pub use crate::consumer::IsolationLevel;
use crate::consumer::TopicPartition;
pub use crate::offsets::ListedOffset;
use crate::offsets::{self, Wanted};
use crate::{ErrorCode, KafkaError};

/// Which offset is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetSpec {
    /// The first offset that is still there.
    Earliest,
    /// The offset of the next record.
    Latest,
    /// The first record with this timestamp or a later one (milliseconds since 1970).
    ForTimestamp(i64),
    /// The record with the highest timestamp (from Kafka 3.0 on).
    MaxTimestamp,
}

impl OffsetSpec {
    fn wire(self) -> i64 {
        match self {
            OffsetSpec::Earliest => -2,
            OffsetSpec::Latest => -1,
            OffsetSpec::MaxTimestamp => MAX_TIMESTAMP,
            OffsetSpec::ForTimestamp(timestamp) => timestamp,
        }
    }
}

const MAX_TIMESTAMP: i64 = -3;
/// From this version on the highest timestamp can be asked for.
const MAX_TIMESTAMP_VERSION: i16 = 7;

impl Admin {
    /// The offset of each partition. With [`ReadCommitted`](IsolationLevel::ReadCommitted) the end is where the first
    /// open transaction begins. A topic that does not exist fails at once; one without a leader is waited for.
    pub async fn list_offsets(
        &self,
        partitions: &BTreeMap<TopicPartition, OffsetSpec>,
        isolation: IsolationLevel,
    ) -> PerKey<TopicPartition, ListedOffset> {
        let ask = ListOffsets { partitions, isolation };
        // Apart, so that a broker that does not know the highest timestamp still answers all others.
        let is_max = |name: &&TopicPartition| partitions.get(*name) == Some(&OffsetSpec::MaxTimestamp);
        let (max, others): (Vec<&TopicPartition>, Vec<&TopicPartition>) = partitions.keys().partition(is_max);
        let (mut listed, max) =
            join!(self.ask(&ask, others.into_iter().cloned()), self.ask(&ask, max.into_iter().cloned()));
        listed.extend(max);
        listed
    }
}

struct ListOffsets<'a> {
    partitions: &'a BTreeMap<TopicPartition, OffsetSpec>,
    isolation: IsolationLevel,
}

impl Ask for ListOffsets<'_> {
    type Key = TopicPartition;
    type Value = ListedOffset;
    type Request = ListOffsetsRequest;
    const NAME: &'static str = "listOffsets";

    fn route(&self, partition: &TopicPartition) -> Route {
        Route::Leader(partition.clone())
    }

    /// Unlike the other questions to leaders, this one does not wait for topics to appear.
    fn seek_again(&self, error: &KafkaError) -> bool {
        error.is_retriable() && error.code() != Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
    }

    fn request(&self, names: &[TopicPartition], terms: Terms) -> Result<ListOffsetsRequest, KafkaError> {
        let specs = names.iter().filter_map(|name| Some((name, self.partitions.get(name)?.wire())));
        let wanted: BTreeMap<_, _> =
            specs.map(|(name, timestamp)| (name, Wanted { timestamp, leader_epoch: -1 })).collect();
        if terms.version < MAX_TIMESTAMP_VERSION && wanted.values().any(|wanted| wanted.timestamp == MAX_TIMESTAMP) {
            return Err(unsupported("Broker does not support MAX_TIMESTAMP offset specs"));
        }
        Ok(offsets::request(&wanted, i8::from(self.isolation == IsolationLevel::ReadCommitted))
            .with_timeout_ms(terms.timeout_ms))
    }

    fn read(&self, _: &[TopicPartition], answer: ListOffsetsResponse) -> Outcomes<Self> {
        let answers = offsets::answers(answer);
        answers.map(|(name, found)| (name, Outcome::of(found.map_err(|code| KafkaError::broker(code, ""))))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        let place = TopicPartition::new("t", 0);
        for spec in [OffsetSpec::Latest, OffsetSpec::MaxTimestamp] {
            let partitions = [(place.clone(), spec)].into();
            let ask = ListOffsets { partitions: &partitions, isolation: IsolationLevel::ReadCommitted };
            assert_writable(&ask, place.clone(), 2);
        }
    }
}
