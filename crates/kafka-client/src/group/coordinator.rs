//! Talking to the group's coordinator: on a connection of its own, found again whenever it moved.

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::{Cluster, CoordinatorKind, Lane};
use crate::net::{Connection, Request};
use crate::{ErrorCode, KafkaError};

use super::GroupConfig;

/// The way to one group's coordinator. Clones share the connection.
#[derive(Clone, Debug)]
pub(crate) struct Coordinator {
    cluster: Cluster,
    lane: Lane,
    group_id: String,
    /// How long a broker may hold a join or a sync: until the slowest member has come, or was given up.
    patience: Duration,
}

/// What Java allows over the rebalance timeout for the answer's way back.
const PATIENCE_MARGIN: Duration = Duration::from_secs(5);

impl Coordinator {
    /// For the membership: joins are answered late, so nobody else may wait behind them.
    pub(super) fn of_member(cluster: &Cluster, config: &GroupConfig) -> Self {
        let patience = config.rebalance_timeout.saturating_add(PATIENCE_MARGIN).max(cluster.config().request_timeout);
        Self { cluster: cluster.clone(), lane: cluster.new_lane(), group_id: config.group_id.clone(), patience }
    }

    /// For requests that are answered at once: offsets.
    pub(crate) fn for_offsets(cluster: &Cluster, group_id: &str) -> Self {
        let patience = cluster.config().request_timeout;
        Self { cluster: cluster.clone(), lane: Lane::SHARED, group_id: group_id.to_owned(), patience }
    }

    pub(crate) fn group_id(&self) -> &str {
        &self.group_id
    }

    /// Sends to the coordinator, looking it up first if need be.
    pub(crate) async fn send<R: Request>(&self, request: &R) -> Result<R::Response, KafkaError> {
        self.send_within(request, self.cluster.config().request_timeout).await
    }

    /// As [`send`](Self::send), for requests that the coordinator holds until the other members have come.
    pub(crate) async fn send_patiently<R: Request>(&self, request: &R) -> Result<R::Response, KafkaError> {
        self.send_within(request, self.patience).await
    }

    /// The way past everything that is under way on this lane.
    pub(super) fn beside(&self) -> Self {
        Self { lane: Lane::SHARED, ..self.clone() }
    }

    async fn send_within<R: Request>(&self, request: &R, allowed: Duration) -> Result<R::Response, KafkaError> {
        self.connection().await?.send_within(request, allowed).await.inspect_err(|_| self.forget())
    }

    /// The newest version of `R` that the coordinator understands.
    pub(crate) async fn version<R: Request>(&self) -> Result<i16, KafkaError> {
        self.connection().await?.version::<R>()
    }

    /// A coordinator that cannot be reached is forgotten: the group may have found another one by the next attempt.
    async fn connection(&self) -> Result<Arc<Connection>, KafkaError> {
        let node = self.cluster.coordinator(CoordinatorKind::Group, &self.group_id).await?.on(self.lane);
        self.cluster.connection(node).await.inspect_err(|_| self.forget())
    }

    /// An error from an answer's code. If the code says that the coordinator is elsewhere, the next request looks for it.
    pub(crate) fn check(&self, code: i16, what: &str) -> Result<(), KafkaError> {
        if matches!(ErrorCode(code), ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE) {
            self.forget();
        }
        KafkaError::check(code, || format!("Group {}, {what}", self.group_id))
    }

    fn forget(&self) {
        self.cluster.invalidate_coordinator(CoordinatorKind::Group, &self.group_id);
    }

    /// Closes the connections of the membership.
    pub(super) fn close(&self) {
        self.cluster.close_lane(self.lane);
    }
}
