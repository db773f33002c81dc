//! What every source connector's configuration has.

use std::fmt;
use std::str::FromStr;

use connect_config::{ConfigDef, ConfigException, ParsedConfig, Props};

use super::connector::{ConnectorConfig, from_values, unique_aliases, values_of, words};
use super::enrich::Plugins;
use super::topic_creation;

/// The keys that the framework reads from a source connector's configuration, but for `topic.creation.<group>.*`.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct SourceConnectorConfig {
    #[config(flatten)]
    pub connector: ConnectorConfig,
    /// The groups of topics that the worker creates with settings of their own; `default` is always there.
    #[config(default = "", importance = Low, validate = unique_aliases("topic creation groups", "Duplicate topic creation group provided."),
             group = "Topic Creation", order = 1, width = Long, display = "Topic Creation Groups")]
    pub topic_creation_groups: Vec<String>,
    /// Whether the connector must be able to deliver exactly once (`required`) or need not (`requested`).
    #[config(default = "requested", importance = Medium,
             validate = CaseInsensitiveValidString::one_of(["required", "requested"]),
             group = "Exactly Once Support", order = 2, width = Short, display = "Exactly once support")]
    pub exactly_once_support: ExactlyOnceSupportLevel,
    /// Where exactly-once transactions end: after each batch, after an interval, or where the connector says.
    #[config(default = "poll", importance = Medium,
             validate = CaseInsensitiveValidString::one_of(["interval", "poll", "connector"]),
             group = "Exactly Once Support", order = 3, width = Short, display = "Transaction Boundary")]
    pub transaction_boundary: TransactionBoundary,
    /// How many milliseconds a transaction lasts, with the boundary `interval`; the worker's flush interval if unset.
    #[config(importance = Low, validate = OrNull(Range::at_least(0)),
             group = "Exactly Once Support", order = 4, width = Short, display = "Transaction boundary interval")]
    pub transaction_boundary_interval_ms: Option<i64>,
    /// A topic for this connector's source offsets, in place of the worker's.
    #[config(importance = Low, validate = NonEmptyString,
             group = "offsets.topic", order = 1, width = Long, display = "Offsets topic")]
    pub offsets_storage_topic: Option<String>,
}

impl SourceConnectorConfig {
    /// Reads the framework's keys. `create_topics` is the worker's `topic.creation.enable`: if it is on and any key
    /// begins with `topic.creation.`, the groups are checked too.
    /// # Errors
    /// The first that Java would have raised.
    pub fn new(props: &Props, plugins: &dyn Plugins, create_topics: bool) -> Result<Self, ConfigException> {
        from_values(&Self::values(props, plugins, create_topics)?)
    }

    /// The values that Java's class would hold; null passes where no validator minds.
    /// # Errors
    /// The first that Java would have raised.
    pub fn values(props: &Props, plugins: &dyn Plugins, create_topics: bool) -> Result<ParsedConfig, ConfigException> {
        let values = values_of(Self::def(), props, plugins)?;
        if create_topics && topic_creation::uses_topic_creation(props) {
            topic_creation::topic_creation_groups(props)?;
        }
        Ok(values)
    }
}

/// Whether exactly-once delivery is a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExactlyOnceSupportLevel {
    Requested,
    Required,
}

/// Where a source task's transactions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionBoundary {
    Poll,
    Interval,
    Connector,
}

words!(ExactlyOnceSupportLevel { Requested = "requested", Required = "required" });
words!(TransactionBoundary { Poll = "poll", Interval = "interval", Connector = "connector" });
