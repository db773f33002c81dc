//! Which topics there are.

use std::collections::BTreeMap;

use kafka_protocol::messages::{MetadataRequest, MetadataResponse};

use super::TopicId;
use crate::KafkaError;
use crate::admin::Admin;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::Whole;
use crate::cluster::TopicName;

/// A topic in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicListing {
    /// None before Kafka 2.8.
    pub id: Option<TopicId>,
    /// True for `__consumer_offsets` and its like.
    pub internal: bool,
}

impl Admin {
    /// Every topic that this client may describe; the broker's own only if `internal`.
    /// # Errors
    /// No broker answered in time.
    pub async fn list_topics(&self, internal: bool) -> Result<BTreeMap<TopicName, TopicListing>, KafkaError> {
        let mut topics = self.ask_one(&ListTopics, Whole).await?;
        topics.retain(|_, topic| internal || !topic.internal);
        Ok(topics)
    }
}

struct ListTopics;

impl Ask for ListTopics {
    type Key = Whole;
    type Value = BTreeMap<TopicName, TopicListing>;
    type Request = MetadataRequest;
    const NAME: &'static str = "listTopics";

    fn route(&self, _: &Whole) -> Route {
        Route::Any
    }

    fn request(&self, _: &[Whole], _: Terms) -> Result<MetadataRequest, KafkaError> {
        Ok(MetadataRequest::default().with_topics(None))
    }

    fn read(&self, _: &[Whole], answer: MetadataResponse) -> Outcomes<Self> {
        vec![(Whole, Outcome::of(check(answer.error_code, None).map(|()| listings(answer))))]
    }
}

fn listings(answer: MetadataResponse) -> BTreeMap<TopicName, TopicListing> {
    let topics = answer.topics.into_iter().filter_map(|topic| {
        let id = Some(TopicId(topic.topic_id.as_u128())).filter(|id| id.0 != 0);
        Some((topic.name?.as_str().into(), TopicListing { id, internal: topic.is_internal }))
    });
    topics.collect()
}
