//! Adding partitions.

use std::collections::BTreeMap;

use kafka_protocol::messages::create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic};
use kafka_protocol::messages::{CreatePartitionsRequest, CreatePartitionsResponse};

use super::REPEATED;
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{brokers, representable, topic};
use crate::admin::{Admin, PerKey};
use crate::cluster::TopicName;

/// How many partitions a topic is to have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewPartitions {
    /// The new count, more than there are.
    pub total: i32,
    /// The brokers of each added partition; none leaves it to the controller.
    pub assignments: Option<Vec<Vec<i32>>>,
}

impl NewPartitions {
    /// So many in all, wherever the controller puts them.
    pub fn to(total: i32) -> Self {
        NewPartitions { total, assignments: None }
    }
}

impl Admin {
    /// Adds partitions to topics; with `validate_only` only says whether it could. Waits while the cluster's quota for such
    /// changes is used up.
    pub async fn create_partitions(
        &self,
        topics: &BTreeMap<TopicName, NewPartitions>,
        validate_only: bool,
    ) -> PerKey<TopicName, ()> {
        let (names, mut results) = representable(topics.keys().cloned(), "topic name");
        results.extend(self.ask(&CreatePartitions { topics, validate_only }, names).await);
        results
    }
}

struct CreatePartitions<'a> {
    topics: &'a BTreeMap<TopicName, NewPartitions>,
    validate_only: bool,
}

impl Ask for CreatePartitions<'_> {
    type Key = TopicName;
    type Value = ();
    type Request = CreatePartitionsRequest;
    const NAME: &'static str = "createPartitions";

    fn route(&self, _: &TopicName) -> Route {
        Route::Controller
    }

    fn request(&self, names: &[TopicName], terms: Terms) -> Result<CreatePartitionsRequest, KafkaError> {
        let topics = names.iter().filter_map(|name| Some(wanted(name, self.topics.get(name)?)));
        Ok(CreatePartitionsRequest::default()
            .with_topics(topics.collect())
            .with_timeout_ms(terms.timeout_ms)
            .with_validate_only(self.validate_only))
    }

    fn read(&self, _: &[TopicName], answer: CreatePartitionsResponse) -> Outcomes<Self> {
        let results = answer.results.into_iter().map(|result| {
            let added = check(result.error_code, result.error_message.as_deref());
            (TopicName::from(result.name.as_str()), Outcome::repeating(added, REPEATED))
        });
        results.collect()
    }
}

fn wanted(name: &str, new: &NewPartitions) -> CreatePartitionsTopic {
    let assignments = new.assignments.as_ref().map(|assignments| {
        let each = assignments.iter().map(|ids| CreatePartitionsAssignment::default().with_broker_ids(brokers(ids)));
        each.collect()
    });
    CreatePartitionsTopic::default().with_name(topic(name)).with_count(new.total).with_assignments(assignments)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        let topics = [("t".into(), NewPartitions { total: 2, assignments: Some(vec![vec![1]]) })].into();
        assert_writable(&CreatePartitions { topics: &topics, validate_only: true }, "t".into(), 0);
    }
}
