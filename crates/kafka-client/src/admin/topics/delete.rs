//! Deleting topics.

use kafka_protocol::messages::delete_topics_request::DeleteTopicState;
use kafka_protocol::messages::{DeleteTopicsRequest, DeleteTopicsResponse};

use super::{REPEATED, TopicId};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{representable, topic, unsupported};
use crate::admin::{Admin, PerKey};
use crate::cluster::TopicName;

impl Admin {
    /// Deletes topics by name. Waits while the cluster's quota for such changes is used up.
    pub async fn delete_topics(&self, names: &[TopicName]) -> PerKey<TopicName, ()> {
        let (names, mut results) = representable(names.iter().cloned(), "topic name");
        results.extend(self.ask(&ByName, names).await);
        results
    }

    /// Deletes topics by id (from Kafka 2.8 on): never one that was made anew under the same name.
    pub async fn delete_topics_by_id(&self, ids: &[TopicId]) -> PerKey<TopicId, ()> {
        self.ask(&ById, ids.iter().copied()).await
    }
}

/// From this version on topics have ids, and stand in another list.
const STATES: i16 = 6;

struct ByName;

impl Ask for ByName {
    type Key = TopicName;
    type Value = ();
    type Request = DeleteTopicsRequest;
    const NAME: &'static str = "deleteTopics";

    fn route(&self, _: &TopicName) -> Route {
        Route::Controller
    }

    fn request(&self, names: &[TopicName], terms: Terms) -> Result<DeleteTopicsRequest, KafkaError> {
        let request = DeleteTopicsRequest::default().with_timeout_ms(terms.timeout_ms);
        let wire = names.iter().map(|name| topic(name));
        Ok(match terms.version >= STATES {
            true => request.with_topics(wire.map(|name| DeleteTopicState::default().with_name(Some(name))).collect()),
            false => request.with_topic_names(wire.collect()),
        })
    }

    fn read(&self, _: &[TopicName], answer: DeleteTopicsResponse) -> Outcomes<Self> {
        let results = answer.responses.into_iter().filter_map(|result| {
            let deleted = check(result.error_code, result.error_message.as_deref());
            Some((TopicName::from(result.name?.as_str()), Outcome::repeating(deleted, REPEATED)))
        });
        results.collect()
    }
}

struct ById;

impl Ask for ById {
    type Key = TopicId;
    type Value = ();
    type Request = DeleteTopicsRequest;
    const NAME: &'static str = "deleteTopics";

    fn route(&self, _: &TopicId) -> Route {
        Route::Controller
    }

    fn request(&self, ids: &[TopicId], terms: Terms) -> Result<DeleteTopicsRequest, KafkaError> {
        if terms.version < STATES {
            return Err(unsupported(format!(
                "DeleteTopicsRequest version {} does not support topic IDs; use a broker from 2.8 on, or names",
                terms.version
            )));
        }
        let topics = ids.iter().map(|id| DeleteTopicState::default().with_topic_id(id.wire()));
        Ok(DeleteTopicsRequest::default().with_timeout_ms(terms.timeout_ms).with_topics(topics.collect()))
    }

    fn read(&self, _: &[TopicId], answer: DeleteTopicsResponse) -> Outcomes<Self> {
        let results = answer.responses.into_iter().map(|result| {
            let deleted = check(result.error_code, result.error_message.as_deref());
            (TopicId(result.topic_id.as_u128()), Outcome::repeating(deleted, REPEATED))
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
        assert_writable(&ByName, "t".into(), 0);
        assert_writable(&ById, TopicId(7), 0);
    }
}
