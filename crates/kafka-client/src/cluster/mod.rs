//! A Kafka cluster: its brokers, who leads what, and one connection to each.
//! ```text
//! send(node, request) ─▶ Nodes: address ─▶ Link: connection, reconnect backoff ─▶ net::Connection
//! metadata(topics)    ─▶ Metadata, cached for metadata.max.age.ms ─▶ leader(topic, partition)
//! coordinator(kind, key) ─▶ cached until `invalidate_coordinator`
//! ```
//! Start at [`Cluster`]. Nothing here retries a request: callers know what a failure means to them. An error whose kind
//! is [`RefreshMetadata`](crate::ErrorKind::RefreshMetadata) asks for [`Cluster::refresh`] before the next attempt.

mod coordinators;
mod leaders;
mod link;
mod metadata;
mod node;
mod nodes;
mod refresh;
mod registry;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

pub use coordinators::CoordinatorKind;
pub(crate) use leaders::LeaderNews;
pub use metadata::{Broker, Metadata, PartitionMetadata, TopicMetadata};
pub use node::{Lane, NodeId};

use crate::KafkaError;
use crate::config::ClientConfig;
use crate::net::{Backoff, Connection, Request};
use coordinators::Coordinators;
use nodes::Nodes;

/// A topic's name; cheap to clone.
pub type TopicName = Arc<str>;

/// A handle to a cluster; clones share connections and metadata. Nothing is connected before the first use, and the
/// connections end with the last handle.
///
/// A handle has the patience of its own client: `default.api.timeout.ms` and `retry.backoff*`. All other properties belong to
/// what is shared.
#[derive(Clone, Debug)]
pub struct Cluster {
    config: Arc<ClientConfig>,
    shared: Arc<Shared>,
}

/// What the clients of one cluster have in common.
#[derive(Debug)]
struct Shared {
    /// Whether clients that know nothing of each other may use it.
    is_public: bool,
    config: Arc<ClientConfig>,
    nodes: Nodes,
    metadata: RwLock<Arc<Metadata>>,
    // Held while a metadata request is under way, so that callers who want the same share one.
    refreshing: tokio::sync::Mutex<()>,
    /// Since when metadata was asked for in vain.
    sought_since: Mutex<Option<Instant>>,
    coordinators: Mutex<Coordinators>,
}

impl Cluster {
    /// A cluster that is reached through `bootstrap.servers`, with connections that only the clones of this handle use.
    pub fn new(config: ClientConfig) -> Cluster {
        let config = Arc::new(config);
        Cluster { shared: Arc::new(Shared::new(config.clone(), false)), config }
    }

    /// As [`new`](Self::new), but connections and metadata are shared with every other handle that was made by this call
    /// and is alive, if both have the same `bootstrap.servers`, security, `client.id` and settings of connections and metadata, and were
    /// made in the same runtime, with which its connections end. So no client is bound by what another one is told.
    pub fn shared(config: ClientConfig) -> Cluster {
        let config = Arc::new(config);
        Cluster { shared: registry::shared(&config), config }
    }

    /// What the cluster was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// Sends a request in the newest version that both sides speak. Requests to one node and lane are pipelined and
    /// answered in order.
    /// # Errors
    /// Connect and disconnect (both ask for fresh metadata), no answer within `request.timeout.ms`, or an answer that
    /// cannot be read. Error codes inside the answer are the caller's to check.
    pub async fn send<R: Request>(&self, node: NodeId, request: R) -> Result<R::Response, KafkaError> {
        self.connection(node).await?.send(&request).await
    }

    /// A broker that is connected now, or the first one that can be.
    pub async fn any_broker(&self) -> Result<NodeId, KafkaError> {
        self.shared.nodes.any(Lane::SHARED).await
    }

    /// Connections of one's own: for requests that the broker answers late (fetch, join), behind which the requests of
    /// others must not wait.
    pub fn new_lane(&self) -> Lane {
        self.shared.nodes.new_lane()
    }

    /// Where a client sends requests that keep a broker busy: connections of its own if others share the rest.
    pub(crate) fn data_lane(&self) -> OwnLane {
        let lane = if self.shared.is_public { self.new_lane() } else { Lane::SHARED };
        OwnLane { cluster: self.clone(), lane }
    }

    /// Closes the connections of a lane that is no longer used.
    pub fn close_lane(&self, lane: Lane) {
        self.shared.nodes.close_lane(lane);
    }

    /// The pauses between attempts: `retry.backoff.ms` growing to `retry.backoff.max.ms`.
    pub fn retry_backoff(&self) -> Backoff {
        Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max)
    }

    pub(crate) async fn connection(&self, node: NodeId) -> Result<Arc<Connection>, KafkaError> {
        self.shared.nodes.connection(node).await
    }
}

impl Shared {
    fn new(config: Arc<ClientConfig>, is_public: bool) -> Self {
        Shared {
            is_public,
            nodes: Nodes::new(config.clone()),
            metadata: RwLock::default(),
            refreshing: tokio::sync::Mutex::default(),
            sought_since: Mutex::default(),
            coordinators: Mutex::default(),
            config,
        }
    }
}

/// The lane of one client, closed with it.
#[derive(Debug)]
pub(crate) struct OwnLane {
    cluster: Cluster,
    lane: Lane,
}

impl OwnLane {
    /// The lane.
    pub(crate) fn lane(&self) -> Lane {
        self.lane
    }
}

impl Drop for OwnLane {
    fn drop(&mut self) {
        if self.lane != Lane::SHARED {
            self.cluster.close_lane(self.lane);
        }
    }
}
