//! The consumer's part of the configuration.

use std::time::Duration;

use connect_config::Props;

use crate::KafkaError;
use crate::config::{ClientKind, Values, invalid};

use super::OffsetReset;
use super::assign::Assignor;

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
    /// `partition.assignment.strategy`: the ways to share partitions out, the best first; never empty. If all of them are
    /// cooperative, this member keeps reading while its group rebalances.
    pub assignors: Vec<Assignor>,
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
            assignors: vec![Assignor::Range, Assignor::CooperativeSticky],
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
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, or that this consumer cannot honour.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let values = Values::parse(ClientKind::Consumer, props)?;
        let levels =
            [("read_uncommitted", IsolationLevel::ReadUncommitted), ("read_committed", IsolationLevel::ReadCommitted)];
        let text = |key| values.text(key).map(str::to_owned);
        let config = Self {
            group_id: text("group.id"),
            group_instance_id: instance_id(&values)?,
            auto_offset_reset: OffsetReset::parse(values.text("auto.offset.reset").unwrap_or("latest"))?,
            auto_commit_interval: auto_commit(&values)?,
            fetch_min_bytes: values.int("fetch.min.bytes"),
            fetch_max_bytes: values.int("fetch.max.bytes"),
            fetch_max_wait: values.millis("fetch.max.wait.ms"),
            max_partition_fetch_bytes: values.int("max.partition.fetch.bytes"),
            max_poll_records: values.size("max.poll.records"),
            max_poll_interval: values.millis("max.poll.interval.ms"),
            session_timeout: values.millis("session.timeout.ms"),
            heartbeat_interval: values.millis("heartbeat.interval.ms"),
            assignors: assignors(&values)?,
            isolation_level: values.choice("isolation.level", levels),
            allow_auto_create_topics: values.boolean("allow.auto.create.topics"),
            exclude_internal_topics: values.boolean("exclude.internal.topics"),
            check_crcs: values.boolean("check.crcs"),
            client_rack: text("client.rack").unwrap_or_default(),
            metadata_max_age: values.millis("metadata.max.age.ms"),
            retry_backoff: values.millis("retry.backoff.ms"),
            retry_backoff_max: values.millis("retry.backoff.max.ms"),
            request_timeout: values.millis("request.timeout.ms"),
            default_api_timeout: values.millis("default.api.timeout.ms"),
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
fn auto_commit(values: &Values) -> Result<Option<Duration>, KafkaError> {
    let grouped = values.text("group.id").is_some();
    let wanted = values.boolean("enable.auto.commit") && (grouped || values.is_given("enable.auto.commit"));
    match wanted {
        true if !grouped => {
            Err(KafkaError::config("enable.auto.commit cannot be set to true when default group id (null) is used."))
        }
        wanted => Ok(wanted.then(|| values.millis("auto.commit.interval.ms"))),
    }
}

fn assignors(values: &Values) -> Result<Vec<Assignor>, KafkaError> {
    const KEY: &str = "partition.assignment.strategy";
    let mut assignors = Vec::new();
    for name in values.list(KEY) {
        let assignor = Assignor::named(name).ok_or_else(|| {
            let classes: Vec<_> = Assignor::classes().collect();
            invalid(KEY, name, &format!("classes cannot be loaded here; use one of {}", classes.join(", ")))
        })?;
        if assignors.contains(&assignor) {
            let name = assignor.name();
            return Err(KafkaError::config(format!("The assignor name: '{name}' is used in more than one assignor")));
        }
        assignors.push(assignor);
    }
    if assignors.is_empty() {
        return Err(KafkaError::config(format!(
            "Must configure at least one partition assigner class name to {KEY} configuration property"
        )));
    }
    Ok(assignors)
}

const INSTANCE_ID_LEN_MAX: usize = 249;

/// Brokers take what could also be a topic's name.
fn instance_id(values: &Values) -> Result<Option<String>, KafkaError> {
    const KEY: &str = "group.instance.id";
    let Some(id) = values.text(KEY) else { return Ok(None) };
    let why = match id {
        "" => "String must be non-empty",
        "." | ".." => "it must not be \".\" or \"..\"",
        id if id.len() > INSTANCE_ID_LEN_MAX => "it must not be longer than 249 characters",
        id if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) => {
            return Ok(Some(id.to_owned()));
        }
        _ => "only ASCII letters and digits, '.', '_' and '-' are allowed",
    };
    Err(invalid(KEY, id, why))
}
