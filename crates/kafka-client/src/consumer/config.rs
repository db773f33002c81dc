//! The consumer's part of the configuration.

use std::time::Duration;

use connect_config::Props;

use crate::KafkaError;
use crate::config::{ClientConfig, Keys};

use super::OffsetReset;

/// How one consumer reads; the defaults are Java's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerConfig {
    /// `group.id`; without it only [`assign`](super::Consumer::assign) works, and nothing can be committed.
    pub group_id: Option<String>,
    /// `group.instance.id`: a static member.
    pub group_instance_id: Option<String>,
    /// Where to start without a committed offset, or when it is gone.
    pub auto_offset_reset: OffsetReset,
    /// `auto.commit.interval.ms`, if `enable.auto.commit` asks for it: what earlier polls returned is committed by a poll when
    /// the interval is over, before a rebalance, and on close.
    pub auto_commit_interval: Option<Duration>,
    /// A broker answers when it has this much, in bytes.
    pub fetch_min_bytes: i32,
    /// One answer holds about this much, and as much may lie here unread for each broker.
    pub fetch_max_bytes: i32,
    /// How long a broker waits for `fetch_min_bytes`.
    pub fetch_max_wait: Duration,
    /// The share of one partition in an answer, in bytes.
    pub max_partition_fetch_bytes: i32,
    /// One poll returns at most so many records.
    pub max_poll_records: usize,
    /// Who does not poll for so long leaves the group.
    pub max_poll_interval: Duration,
    /// The group gives a silent member up after this.
    pub session_timeout: Duration,
    pub heartbeat_interval: Duration,
    pub isolation_level: IsolationLevel,
    /// Whether looking at a topic that is missing creates it.
    pub allow_auto_create_topics: bool,
    /// Whether patterns pass over `__consumer_offsets` and its like.
    pub exclude_internal_topics: bool,
    /// Whether checksums are verified.
    pub check_crcs: bool,
    /// `client.rack`, for nearer replicas and the leader's assignor; empty for none.
    pub client_rack: String,
    /// How old metadata may become before it is fetched again without need.
    pub metadata_max_age: Duration,
    pub retry_backoff: Duration,
    pub retry_backoff_max: Duration,
    pub request_timeout: Duration,
    pub default_api_timeout: Duration,
}

/// `isolation.level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationLevel {
    ReadUncommitted,
    ReadCommitted,
}

impl Default for ConsumerConfig {
    fn default() -> Self {
        Self {
            group_id: None,
            group_instance_id: None,
            auto_offset_reset: OffsetReset::Latest,
            auto_commit_interval: None,
            fetch_min_bytes: 1,
            fetch_max_bytes: 50 << 20,
            fetch_max_wait: Duration::from_millis(500),
            max_partition_fetch_bytes: 1 << 20,
            max_poll_records: 500,
            max_poll_interval: Duration::from_secs(300),
            session_timeout: Duration::from_secs(45),
            heartbeat_interval: Duration::from_secs(3),
            isolation_level: IsolationLevel::ReadUncommitted,
            allow_auto_create_topics: true,
            exclude_internal_topics: true,
            check_crcs: true,
            client_rack: String::new(),
            metadata_max_age: Duration::from_secs(300),
            retry_backoff: Duration::from_millis(100),
            retry_backoff_max: Duration::from_secs(1),
            request_timeout: Duration::from_secs(30),
            default_api_timeout: Duration::from_secs(60),
        }
    }
}

impl ConsumerConfig {
    /// The keys that [`parse`](Self::parse) reads beside [`ClientConfig::KEYS`].
    pub const KEYS: &[&str] = &[
        "group.id",
        "group.instance.id",
        "group.protocol",
        "auto.offset.reset",
        "enable.auto.commit",
        "auto.commit.interval.ms",
        "fetch.min.bytes",
        "fetch.max.bytes",
        "fetch.max.wait.ms",
        "max.partition.fetch.bytes",
        "max.poll.records",
        "max.poll.interval.ms",
        "session.timeout.ms",
        "heartbeat.interval.ms",
        "isolation.level",
        "allow.auto.create.topics",
        "exclude.internal.topics",
        "check.crcs",
        "client.rack",
        "partition.assignment.strategy",
        "key.deserializer",
        "value.deserializer",
    ];

    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, or that this consumer cannot honour.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let client = ClientConfig::parse(props)?;
        let keys = Keys::new(props);
        refuse_unsupported(&keys)?;
        let levels =
            [("read_uncommitted", IsolationLevel::ReadUncommitted), ("read_committed", IsolationLevel::ReadCommitted)];
        let text = |key| keys.text(key).filter(|text: &&str| !text.is_empty()).map(str::to_owned);
        let config = Self {
            group_id: text("group.id"),
            group_instance_id: text("group.instance.id"),
            auto_offset_reset: OffsetReset::parse(keys.text("auto.offset.reset").unwrap_or("latest"))?,
            auto_commit_interval: auto_commit(&keys)?,
            fetch_min_bytes: keys.int("fetch.min.bytes", 1, 0..=i32::MAX)?,
            fetch_max_bytes: keys.int("fetch.max.bytes", 50 << 20, 0..=i32::MAX)?,
            fetch_max_wait: keys.millis("fetch.max.wait.ms", 500)?,
            max_partition_fetch_bytes: keys.int("max.partition.fetch.bytes", 1 << 20, 0..=i32::MAX)?,
            max_poll_records: keys.int("max.poll.records", 500, 1..=i32::MAX)?.unsigned_abs() as usize,
            max_poll_interval: keys.millis("max.poll.interval.ms", 300_000)?,
            session_timeout: keys.millis("session.timeout.ms", 45_000)?,
            heartbeat_interval: keys.millis("heartbeat.interval.ms", 3_000)?,
            isolation_level: keys.choice("isolation.level", IsolationLevel::ReadUncommitted, &levels)?,
            allow_auto_create_topics: keys.boolean("allow.auto.create.topics", true)?,
            exclude_internal_topics: keys.boolean("exclude.internal.topics", true)?,
            check_crcs: keys.boolean("check.crcs", true)?,
            client_rack: text("client.rack").unwrap_or_default(),
            metadata_max_age: client.metadata_max_age,
            retry_backoff: client.retry_backoff,
            retry_backoff_max: client.retry_backoff_max,
            request_timeout: client.request_timeout,
            default_api_timeout: client.default_api_timeout,
        };
        config.check()?;
        Ok(config)
    }

    /// What holds between the values.
    pub(super) fn check(&self) -> Result<(), KafkaError> {
        if self.group_id.is_some() && self.heartbeat_interval >= self.session_timeout {
            return Err(KafkaError::config("Heartbeat must be set lower than the session timeout"));
        }
        Ok(())
    }
}

/// Java's default is true, where there is a group to commit for.
fn auto_commit(keys: &Keys<'_>) -> Result<Option<Duration>, KafkaError> {
    let grouped = keys.text("group.id").is_some_and(|group| !group.is_empty());
    let interval = keys.millis("auto.commit.interval.ms", 5_000)?;
    match keys.boolean("enable.auto.commit", grouped)? {
        true if !grouped => {
            Err(KafkaError::config("enable.auto.commit cannot be set to true when default group id (null) is used."))
        }
        wanted => Ok(wanted.then_some(interval)),
    }
}

/// Values that would silently change who commits or who owns what are errors, not warnings.
fn refuse_unsupported(keys: &Keys<'_>) -> Result<(), KafkaError> {
    if let Some(other) = keys.text("group.protocol").filter(|protocol| !protocol.eq_ignore_ascii_case("classic")) {
        return Err(KafkaError::config(format!(
            "Invalid value {other} for configuration group.protocol: this consumer speaks the classic protocol only"
        )));
    }
    // Java's default names the range assignor first and offers the cooperative one beside it: the range assignor is what
    // a group of such members uses.
    let strategies = keys.list("partition.assignment.strategy");
    let range =
        strategies.iter().any(|name| matches!(*name, "range" | "org.apache.kafka.clients.consumer.RangeAssignor"));
    if !strategies.is_empty() && !range {
        return Err(KafkaError::config(format!(
            "Invalid value {} for configuration partition.assignment.strategy: only \
             org.apache.kafka.clients.consumer.RangeAssignor is there; add it",
            strategies.join(",")
        )));
    }
    Ok(())
}
