//! Creating topics.

use std::collections::BTreeMap;

use kafka_protocol::messages::create_topics_request::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig,
};
use kafka_protocol::messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult};
use kafka_protocol::messages::{CreateTopicsRequest, CreateTopicsResponse};

use super::{REPEATED, TopicId};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::configs::{ConfigEntry, ConfigSource, ConfigType};
use crate::admin::route::Route;
use crate::admin::wire::{brokers, owned, representable, text, topic, unsupported};
use crate::admin::{Admin, PerKey};
use crate::cluster::TopicName;
use crate::{ErrorCode, KafkaError};

/// A topic to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTopic {
    /// How many partitions; none is the broker's `num.partitions` (from Kafka 2.4 on).
    pub partitions: Option<i32>,
    /// How many replicas each; none is the broker's `default.replication.factor` (from Kafka 2.4 on).
    pub replication_factor: Option<i16>,
    /// The brokers of each partition, the preferred leader first. Takes the place of the two counts.
    pub assignments: BTreeMap<i32, Vec<i32>>,
    /// `cleanup.policy` and its like.
    pub configs: BTreeMap<String, String>,
}

/// What was created.
#[derive(Clone, Debug)]
pub struct CreatedTopic {
    /// None before Kafka 2.8.
    pub id: Option<TopicId>,
    /// `UNSUPPORTED_VERSION` before Kafka 2.4; `TOPIC_AUTHORIZATION_FAILED` where the client may create but not describe.
    pub details: Result<CreatedTopicDetails, KafkaError>,
}

/// The topic as the broker made it, its defaults filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedTopicDetails {
    /// How many there are.
    pub partitions: i32,
    /// How many of each there are.
    pub replication_factor: i16,
    /// The whole configuration.
    pub configs: BTreeMap<String, ConfigEntry>,
}

impl NewTopic {
    /// With these counts; none is the broker's default.
    pub fn new(partitions: impl Into<Option<i32>>, replication_factor: impl Into<Option<i16>>) -> Self {
        NewTopic { partitions: partitions.into(), replication_factor: replication_factor.into(), ..Default::default() }
    }

    /// With one more property.
    #[must_use]
    pub fn config(mut self, name: &str, value: impl ToString) -> Self {
        self.configs.insert(name.to_owned(), value.to_string());
        self
    }
}

impl Admin {
    /// Creates topics; with `validate_only` only says what would become of it. Waits while the cluster's quota for such
    /// changes is used up. A disconnect may hide a success: the repetition then says `TOPIC_ALREADY_EXISTS`, as in Java.
    pub async fn create_topics(
        &self,
        topics: &BTreeMap<TopicName, NewTopic>,
        validate_only: bool,
    ) -> PerKey<TopicName, CreatedTopic> {
        let (names, mut results) = representable(topics.keys().cloned(), "topic name");
        results.extend(self.ask(&CreateTopics { topics, validate_only }, names).await);
        results
    }
}

struct CreateTopics<'a> {
    topics: &'a BTreeMap<TopicName, NewTopic>,
    validate_only: bool,
}

/// From this version on the broker fills in counts, from the next one on it says what it made.
const DEFAULT_COUNTS: i16 = 4;

impl Ask for CreateTopics<'_> {
    type Key = TopicName;
    type Value = CreatedTopic;
    type Request = CreateTopicsRequest;
    const NAME: &'static str = "createTopics";

    fn route(&self, _: &TopicName) -> Route {
        Route::Controller
    }

    fn request(&self, names: &[TopicName], terms: Terms) -> Result<CreateTopicsRequest, KafkaError> {
        let topics = names.iter().filter_map(|name| Some((name, self.topics.get(name)?)));
        let topics: Vec<CreatableTopic> = topics.map(|(name, new)| creatable(name, new)).collect();
        check_counts(&topics, terms.version)?;
        Ok(CreateTopicsRequest::default()
            .with_topics(topics)
            .with_timeout_ms(terms.timeout_ms)
            .with_validate_only(self.validate_only))
    }

    fn read(&self, _: &[TopicName], answer: CreateTopicsResponse) -> Outcomes<Self> {
        let topics = answer.topics.into_iter().map(|topic| {
            let name = TopicName::from(topic.name.as_str());
            (name, Outcome::repeating(created(topic), REPEATED))
        });
        topics.collect()
    }
}

fn creatable(name: &str, new: &NewTopic) -> CreatableTopic {
    let assignments = new.assignments.iter().map(|(index, ids)| {
        CreatableReplicaAssignment::default().with_partition_index(*index).with_broker_ids(brokers(ids))
    });
    let configs = new
        .configs
        .iter()
        .map(|(name, value)| CreatableTopicConfig::default().with_name(text(name)).with_value(Some(text(value))));
    let counted = new.assignments.is_empty();
    CreatableTopic::default()
        .with_name(topic(name))
        .with_num_partitions(new.partitions.filter(|_| counted).unwrap_or(-1))
        .with_replication_factor(new.replication_factor.filter(|_| counted).unwrap_or(-1))
        .with_assignments(assignments.collect())
        .with_configs(configs.collect())
}

fn check_counts(topics: &[CreatableTopic], version: i16) -> Result<(), KafkaError> {
    let is_open = |topic: &&CreatableTopic| {
        topic.assignments.is_empty() && (topic.num_partitions == -1 || topic.replication_factor == -1)
    };
    let open: Vec<&str> = topics.iter().filter(is_open).map(|topic| topic.name.as_str()).collect();
    if version >= DEFAULT_COUNTS || open.is_empty() {
        return Ok(());
    }
    Err(unsupported(format!(
        "Creating topics with default partitions/replication factor are only supported in CreateTopicRequest version 4+. \
         The following topics need values for partitions and replicas: [{}]",
        open.join(", ")
    )))
}

fn created(topic: CreatableTopicResult) -> Result<CreatedTopic, KafkaError> {
    check(topic.error_code, topic.error_message.as_deref())?;
    let id = Some(TopicId(topic.topic_id.as_u128())).filter(|id| id.0 != 0);
    Ok(CreatedTopic { id, details: details(topic) })
}

fn details(topic: CreatableTopicResult) -> Result<CreatedTopicDetails, KafkaError> {
    check(topic.topic_config_error_code, None)?;
    let old = || {
        KafkaError::refused(
            ErrorCode::UNSUPPORTED_VERSION,
            "Topic metadata and configs in CreateTopics response not supported",
        )
    };
    // An old answer leaves the counts at -1.
    let configs = topic.configs.filter(|_| topic.num_partitions >= 0).ok_or_else(old)?;
    Ok(CreatedTopicDetails {
        partitions: topic.num_partitions,
        replication_factor: topic.replication_factor,
        configs: configs.into_iter().map(|config| (config.name.as_str().to_owned(), entry(config))).collect(),
    })
}

fn entry(config: CreatableTopicConfigs) -> ConfigEntry {
    ConfigEntry {
        value: owned(&config.value),
        source: ConfigSource::of(config.config_source),
        sensitive: config.is_sensitive,
        read_only: config.read_only,
        synonyms: Vec::new(),
        kind: ConfigType::Unknown(0),
        documentation: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn a_broker_that_fills_in_no_counts_is_not_asked_to() {
        let topics = [
            ("counted", NewTopic::new(1, 1)),
            ("assigned", NewTopic { assignments: [(0, vec![1])].into(), ..NewTopic::new(None, None) }),
            ("open", NewTopic::new(1, None)),
        ];
        let creatable: Vec<_> = topics.iter().map(|(name, new)| creatable(name, new)).collect();
        assert_eq!(creatable[1].num_partitions, -1);
        assert!(check_counts(&creatable, 4).is_ok() && check_counts(&creatable[..2], 3).is_ok());
        let error = check_counts(&creatable, 3).unwrap_err();
        assert!(error.to_string().ends_with("need values for partitions and replicas: [open]"), "{error}");
    }

    #[test]
    fn what_was_made_may_be_hidden_or_unknown() {
        let configs = Some(vec![CreatableTopicConfigs::default().with_name(text("a")).with_value(Some(text("b")))]);
        let full =
            CreatableTopicResult::default().with_num_partitions(3).with_replication_factor(1).with_configs(configs);
        assert_eq!(details(full.clone()).unwrap().configs["a"].value.as_deref(), Some("b"));
        let hidden = details(full.clone().with_topic_config_error_code(29)).unwrap_err();
        assert_eq!(hidden.code(), Some(ErrorCode::TOPIC_AUTHORIZATION_FAILED));
        let old = details(full.with_num_partitions(-1)).unwrap_err();
        assert_eq!(old.code(), Some(ErrorCode::UNSUPPORTED_VERSION));
    }

    #[test]
    fn every_broker_can_be_asked() {
        let topics = [("t".into(), NewTopic::new(1, None).config("a", "b"))].into();
        assert_writable(&CreateTopics { topics: &topics, validate_only: true }, "t".into(), 0);
    }
}
