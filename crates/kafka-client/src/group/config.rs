use std::time::Duration;

/// How one member behaves in its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupConfig {
    pub group_id: String,
    /// Set for a static member.
    pub instance_id: Option<String>,
    /// `consumer` or `connect`; all members of a group have the same.
    pub protocol_type: String,
    /// The group gives a silent member up after this.
    pub session_timeout: Duration,
    /// How long the others wait for this member to join again.
    pub rebalance_timeout: Duration,
    pub heartbeat_interval: Duration,
    /// How long the owner may be silent before the task leaves for it; `None` for ever.
    pub poll_interval_max: Option<Duration>,
    pub retry_backoff: Duration,
    pub retry_backoff_max: Duration,
}
