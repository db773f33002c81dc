//! What every sink connector's configuration has.

use connect_config::{ConfigDef, ConfigException, ConfigType, JavaRegex, ParsedConfig, Props, parse_type};
use indexmap::IndexSet;

use super::connector::{ConnectorConfig, from_values, values_of};
use super::enrich::Plugins;

const TOPICS: &str = "topics";
const TOPICS_REGEX: &str = "topics.regex";
const DLQ_TOPIC: &str = "errors.deadletterqueue.topic.name";

/// The keys that the framework reads from a sink connector's configuration.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct SinkConnectorConfig {
    #[config(flatten)]
    pub connector: ConnectorConfig,
    /// The topics to read. Either this or `topics.regex`.
    #[config(default = "", importance = High, validate = ValidList::any_non_duplicate_values(true, false),
             group = "Common", order = 4, width = Long, display = "Topics")]
    pub topics: Vec<String>,
    /// A Java regular expression: every topic whose whole name matches is read. Either this or `topics`.
    #[config(default = "", importance = High, validate = ValidRegex,
             group = "Common", order = 4, width = Long, display = "Topics regex")]
    pub topics_regex: String,
    /// The dead letter queue: the topic for records that could not be processed. Empty for none.
    #[config(name = "errors.deadletterqueue.topic.name", default = "", importance = Medium,
             group = "Error Handling", order = 6, width = Medium, display = "Dead Letter Queue Topic Name")]
    pub dlq_topic_name: String,
    /// How many replicas the dead letter queue gets where it is created.
    #[config(name = "errors.deadletterqueue.topic.replication.factor", default = 3, importance = Medium,
             group = "Error Handling", order = 7, width = Medium, display = "Dead Letter Queue Topic Replication Factor")]
    pub dlq_topic_replication_factor: i16,
    /// Whether records in the dead letter queue say in their headers what went wrong.
    #[config(name = "errors.deadletterqueue.context.headers.enable", default = false, importance = Medium,
             group = "Error Handling", order = 8, width = Medium, display = "Enable Error Context Headers")]
    pub dlq_context_headers_enable: bool,
}

impl SinkConnectorConfig {
    /// Reads the framework's keys and applies the rules between them.
    /// # Errors
    /// The first that Java would have raised.
    pub fn new(props: &Props, plugins: &dyn Plugins) -> Result<Self, ConfigException> {
        from_values(&Self::values(props, plugins)?)
    }

    /// The values that Java's class would hold; null passes where no validator minds.
    /// # Errors
    /// The first that Java would have raised.
    pub fn values(props: &Props, plugins: &dyn Plugins) -> Result<ParsedConfig, ConfigException> {
        if let Some((key, why)) = Self::topic_errors(props).into_iter().next() {
            return Err(ConfigException::invalid(key, props.get(key).unwrap_or("null"), why));
        }
        values_of(Self::def(), props, plugins)
    }

    /// What is wrong with the choice of topics: per error the key it belongs to and the text, without the value.
    /// Source: Apache Kafka, `SinkConnectorConfig.validate`.
    pub fn topic_errors(props: &Props) -> Vec<(&'static str, String)> {
        let given = |key| props.get(key).filter(|text| !text.trim_matches(|c| c <= ' ').is_empty());
        let (topics, regex) = (given(TOPICS), given(TOPICS_REGEX));
        let both = |why: &str| vec![(TOPICS, why.to_owned()), (TOPICS_REGEX, why.to_owned())];
        let mut errors = match (topics, regex) {
            (Some(_), Some(_)) => both("topics and topics.regex are mutually exclusive options, but both are set."),
            (None, None) => both("Must configure one of topics or topics.regex"),
            _ => Vec::new(),
        };
        let dlq = given(DLQ_TOPIC).map(|name| name.trim_matches(|c| c <= ' '));
        errors.extend(dlq.and_then(|dlq| dlq_in_topics(dlq, topics?)));
        errors.extend(dlq.and_then(|dlq| dlq_matches(dlq, regex?)));
        errors
    }
}

/// A connector that read its own dead letter queue would never end.
fn dlq_in_topics(dlq: &str, topics: &str) -> Option<(&'static str, String)> {
    let parsed = parse_type(TOPICS, topics, ConfigType::List).ok()?;
    let items = parsed.as_list()?.iter().map(String::as_str);
    let listed: IndexSet<&str> = items.filter(|topic| !topic.is_empty()).collect();
    if !listed.contains(dlq) {
        return None;
    }
    let listed = listed.into_iter().collect::<Vec<_>>().join(", ");
    let why = format!(
        "The DLQ topic '{dlq}' may not be included in the list of topics ('topics=[{listed}]') consumed by the connector"
    );
    Some((TOPICS, why))
}

/// A malformed pattern is for its validator to tell.
fn dlq_matches(dlq: &str, regex: &str) -> Option<(&'static str, String)> {
    let why = format!(
        "The DLQ topic '{dlq}' may not be matched by the regex for the topics ('topics.regex={regex}') consumed by the connector"
    );
    JavaRegex::new(regex).ok()?.matches(dlq).then_some((TOPICS_REGEX, why))
}
