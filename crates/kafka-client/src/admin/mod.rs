//! Questions to a cluster, and orders: topics, configurations, offsets, groups, rights, transactions.
//! ```text
//! Admin::delete_groups(…) ─▶ Ask (one impl a call: route, request, read) ─▶ driver (ask.rs)
//!     route: any broker · controller · this broker · leader · coordinator       │
//!     repeated within default.api.timeout.ms and retries, silent while throttled ▼
//!                                       PerKey: each key's own answer or failure
//! ```
//! Start at [`Admin`]; its calls stand beside their types, one file each. A call about many things answers for each of
//! them ([`PerKey`]): one that fails costs the others nothing. Errors are Java's, in class and text.

mod acl;
mod ask;
mod call;
mod cluster;
mod codes;
mod config;
mod configs;
mod features;
mod groups;
mod offsets;
mod records;
mod route;
#[cfg(test)]
mod tests;
mod throttle;
mod topics;
mod transactions;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use acl::{AclBinding, AclFilter, AclOperation, AclPermission, AclResourceType, PatternFilter, PatternType};
pub use cluster::ClusterDescription;
pub use config::AdminConfig;
pub use configs::{
    AlterOp, Alterations, ConfigEntry, ConfigResource, ConfigSource, ConfigSynonym, ConfigType, DescribeConfigs,
};
pub use features::{FeatureRange, Features};
pub use groups::{
    GroupDescription, GroupFilter, GroupListing, GroupListings, GroupState, GroupType, MemberDescription, Removal,
};
pub use offsets::{IsolationLevel, ListedOffset, OffsetSpec};
pub use topics::{
    CreatedTopic, CreatedTopicDetails, NewPartitions, NewTopic, PartitionDescription, TopicDescription, TopicId,
    TopicListing, validate_topic_name,
};
pub use transactions::{
    AbortTransaction, ActiveProducer, ProducerIdAndEpoch, TransactionDescription, TransactionFilter,
    TransactionListing, TransactionListings, TransactionState,
};

use crate::KafkaError;
use crate::cluster::Cluster;
use throttle::Throttles;

/// What became of each thing that a call was about: one entry for every key that was given.
pub type PerKey<K, V> = BTreeMap<K, Result<V, KafkaError>>;

/// Asks a cluster; cheap to make and to clone. Clones share what brokers said about quotas.
///
/// Every call ends within `default.api.timeout.ms`, or within the time that [`within`](Self::within) sets. Dropping a
/// pending call stops its repetitions; what was sent may still be done.
#[derive(Clone, Debug)]
pub struct Admin {
    cluster: Cluster,
    config: Arc<AdminConfig>,
    throttles: Arc<Throttles>,
}

impl Admin {
    /// Asks over the connections of `cluster`, as often as its `default.api.timeout.ms` allows.
    pub fn new(cluster: Cluster) -> Self {
        let config = AdminConfig::of(&cluster);
        Self::with_config(cluster, config)
    }

    /// Asks over the connections of `cluster`, as patiently as `config` says.
    pub fn with_config(cluster: Cluster, config: AdminConfig) -> Self {
        Admin { cluster, config: Arc::new(config), throttles: Arc::default() }
    }

    /// The same, with another time for each call: Java's `timeoutMs` of one call's options.
    pub fn within(&self, allowed: Duration) -> Self {
        let config = AdminConfig { default_api_timeout: allowed, ..*self.config };
        Admin { config: Arc::new(config), ..self.clone() }
    }

    /// With what is left of the time of a call that began then: for calls that take more than one question.
    fn left_since(&self, begun: Instant) -> Self {
        self.within(self.config.default_api_timeout.saturating_sub(begun.elapsed()))
    }
}

/// All answers, or the first failure.
/// # Errors
/// The failure of the first key that has one.
pub fn all<K: Ord, V>(results: PerKey<K, V>) -> Result<BTreeMap<K, V>, KafkaError> {
    results.into_iter().map(|(key, result)| Ok((key, result?))).collect()
}
