//! `topic.creation.<group>.*`: with which settings the worker creates the topics of a source connector.

use connect_config::validators::{Lambda, NonNull};
use connect_config::{
    ConfigDef, ConfigException, ConfigKey, ConfigType, Importance, JavaRegex, Parsed, ParsedConfig, Props, Width,
};

use super::{distinct_items, positive_or_default};

const PREFIX: &str = "topic.creation.";
const DEFAULT_GROUP: &str = "default";
const OWN_KEYS: [&str; 4] = ["include", "exclude", "replication.factor", "partitions"];

/// Topics that are created alike.
#[derive(Debug, Clone)]
pub struct TopicCreationGroup {
    pub name: String,
    /// -1 is the broker's default.
    pub partitions: i32,
    /// -1 is the broker's default.
    pub replication_factor: i16,
    /// Topic configurations for CreateTopics: every other key of the group.
    pub topic_config: Props,
    /// `None` in the default group, which takes what the others leave.
    patterns: Option<(JavaRegex, JavaRegex)>,
}

impl TopicCreationGroup {
    /// True if topics of this name belong to the group: one inclusion matches the whole name and no exclusion does.
    pub fn matches(&self, topic: &str) -> bool {
        self.patterns.as_ref().is_none_or(|(include, exclude)| include.matches(topic) && !exclude.matches(topic))
    }
}

/// True if any key asks for topic creation.
pub fn uses_topic_creation(props: &Props) -> bool {
    props.keys().any(|key| key.starts_with(PREFIX))
}

/// The groups in the order in which they are tried; the default group is last and matches everything.
/// # Errors
/// The default group lacks a setting, or a setting is wrong: the first that Java would have raised.
pub fn topic_creation_groups(props: &Props) -> Result<Vec<TopicCreationGroup>, ConfigException> {
    let mut def = ConfigDef::new();
    def.embed("topic.creation.default.", "default", 0, &default_group_def());
    let defaults = def.parse(props)?;
    let names = group_names(props)?;
    let (replication_factor, partitions) = settings(&defaults, DEFAULT_GROUP)?;
    for name in &names {
        let child = group_def(name, replication_factor, partitions);
        def.embed(&format!("{PREFIX}{name}."), &format!("Topic Creation: {name}"), 0, &child);
    }
    let values = def.parse(props)?;
    let groups = names.iter().map(|name| group(&values, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(groups.into_iter().chain([group(&values, DEFAULT_GROUP)?]).collect())
}

/// Without the default group, which needs no listing.
fn group_names(props: &Props) -> Result<Vec<String>, ConfigException> {
    let listed = distinct_items("topic.creation.groups", props)?;
    Ok(listed.into_iter().filter(|name| name != DEFAULT_GROUP).collect())
}

fn group(values: &ParsedConfig, name: &str) -> Result<TopicCreationGroup, ConfigException> {
    let (replication_factor, partitions) = settings(values, name)?;
    let all = values.originals_with_prefix(&format!("{PREFIX}{name}."));
    let patterns = |key: &str| join_patterns(key, values.list(&format!("{PREFIX}{name}.{key}")).unwrap_or_default());
    Ok(TopicCreationGroup {
        name: name.to_owned(),
        partitions,
        replication_factor,
        topic_config: all.iter().filter(|(key, _)| !OWN_KEYS.contains(key)).collect(),
        patterns: if name == DEFAULT_GROUP { None } else { Some((patterns("include")?, patterns("exclude")?)) },
    })
}

fn settings(values: &ParsedConfig, name: &str) -> Result<(i16, i32), ConfigException> {
    let replication_factor = format!("{PREFIX}{name}.replication.factor");
    let partitions = format!("{PREFIX}{name}.partitions");
    let null = |key: &str| ConfigException::invalid(key, "null", "Value must be non-null");
    Ok((
        values.short(&replication_factor).ok_or_else(|| null(&replication_factor))?,
        values.int(&partitions).ok_or_else(|| null(&partitions))?,
    ))
}

fn join_patterns(key: &str, patterns: &[String]) -> Result<JavaRegex, ConfigException> {
    let joined = patterns.join("|");
    JavaRegex::new(&joined).map_err(|error| {
        ConfigException::invalid(key, &joined, format_args!("Syntax error in regular expression: {error}"))
    })
}

fn key(name: &str, ty: ConfigType, group: &str, order: i32, what: &str) -> ConfigKey {
    ConfigKey::new(name, ty)
        .importance(Importance::Low)
        .group(group, order)
        .width(Width::Long)
        .display(format!("{what} {group}"))
}

fn default_group_def() -> ConfigDef {
    ConfigDef::new()
        .define(include(DEFAULT_GROUP).default([".*"]).validator(NonNull))
        .define(exclude(DEFAULT_GROUP).validator(NonNull))
        .define(replication_factor(DEFAULT_GROUP))
        .define(partitions(DEFAULT_GROUP))
}

fn group_def(name: &str, default_replication_factor: i16, default_partitions: i32) -> ConfigDef {
    ConfigDef::new()
        .define(include(name).validator(patterns_validator()))
        .define(exclude(name).validator(patterns_validator()))
        .define(replication_factor(name).default(default_replication_factor))
        .define(partitions(name).default(default_partitions))
}

fn include(group: &str) -> ConfigKey {
    key("include", ConfigType::List, group, 1, "Inclusion Topic Pattern for")
        .default(Parsed::List(Vec::new()))
        .doc("Regular expressions: topics of which one matches the whole name belong to the group.")
}

fn exclude(group: &str) -> ConfigKey {
    key("exclude", ConfigType::List, group, 2, "Exclusion Topic Pattern for")
        .default(Parsed::List(Vec::new()))
        .doc("Regular expressions: topics of which one matches the whole name do not belong to the group after all.")
}

fn replication_factor(group: &str) -> ConfigKey {
    key("replication.factor", ConfigType::Short, group, 3, "Replication Factor for Topics in")
        .doc("How many replicas the topics get; -1 for the broker's default.")
        .validator(positive_or_default(
            "Positive number not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
            "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default",
        ))
}

fn partitions(group: &str) -> ConfigKey {
    key("partitions", ConfigType::Int, group, 4, "Partition Count for Topics in")
        .doc("How many partitions the topics get; -1 for the broker's default.")
        .validator(positive_or_default(
            "Positive number, or -1 to use the broker's default",
            "Number of partitions must be positive, or -1 to use the broker's default",
        ))
}

fn patterns_validator() -> impl connect_config::Validator {
    Lambda::new("Positive number, or -1 to use the broker's default", |name: &str, value: &Parsed| {
        value.as_list().unwrap_or_default().iter().try_for_each(|pattern| {
            JavaRegex::new(pattern).map(drop).map_err(|error| {
                ConfigException::invalid(name, value, format_args!("Syntax error in regular expression: {error}"))
            })
        })
    })
}
