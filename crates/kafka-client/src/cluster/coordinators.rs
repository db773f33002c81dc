//! Which broker coordinates a group or a transactional id.

use std::collections::HashMap;

use kafka_protocol::messages::FindCoordinatorRequest;
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::protocol::StrBytes;

use super::{Cluster, NodeId};
use crate::sync::lock;
use crate::{ErrorCode, KafkaError};

/// What is coordinated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoordinatorKind {
    /// The key is a `group.id`.
    Group,
    /// The key is a `transactional.id`.
    Transaction,
}

pub(super) type Coordinators = HashMap<(CoordinatorKind, String), NodeId>;

impl Cluster {
    /// The coordinator, from the cache or the cluster. Put it on a lane of one's own before joining a group.
    /// # Errors
    /// `COORDINATOR_NOT_AVAILABLE` while the broker makes its internal topics, and all that
    /// [`send`](Self::send) returns.
    pub async fn coordinator(&self, kind: CoordinatorKind, key: &str) -> Result<NodeId, KafkaError> {
        let cached = lock(&self.shared.coordinators).get(&(kind, key.to_owned())).copied();
        match cached {
            Some(node) => Ok(node),
            None => self.find_coordinator(kind, key).await,
        }
    }

    /// The broker that was found to coordinate it last, if it still counts.
    pub(crate) fn known_coordinator(&self, kind: CoordinatorKind, key: &str) -> Option<i32> {
        lock(&self.shared.coordinators).get(&(kind, key.to_owned())).map(|node| node.id)
    }

    /// Forgets a coordinator that answered `NOT_COORDINATOR` or could not be reached.
    pub fn invalidate_coordinator(&self, kind: CoordinatorKind, key: &str) {
        lock(&self.shared.coordinators).remove(&(kind, key.to_owned()));
    }

    async fn find_coordinator(&self, kind: CoordinatorKind, key: &str) -> Result<NodeId, KafkaError> {
        let node = self.any_broker().await?;
        let connection = self.connection(node).await?;
        let batched = connection.version::<FindCoordinatorRequest>()? >= 4;
        let mut response = connection.send(&request(kind, key, batched)).await?;
        let found = match batched {
            true => response.coordinators.pop().unwrap_or_default(),
            false => Coordinator::default()
                .with_error_code(response.error_code)
                .with_node_id(response.node_id)
                .with_host(response.host)
                .with_port(response.port),
        };
        KafkaError::check(found.error_code, || format!("Coordinator of {key}"))?;
        self.remember(kind, key, &found)
    }

    fn remember(&self, kind: CoordinatorKind, key: &str, found: &Coordinator) -> Result<NodeId, KafkaError> {
        let Some(port) = u16::try_from(found.port).ok().filter(|port| *port > 0) else {
            return Err(KafkaError::broker(ErrorCode::COORDINATOR_NOT_AVAILABLE, format!("Coordinator of {key}")));
        };
        let node = NodeId::new(found.node_id.0);
        self.shared.nodes.set_broker(node.id, (found.host.as_str().to_owned(), port));
        lock(&self.shared.coordinators).insert((kind, key.to_owned()), node);
        Ok(node)
    }
}

fn request(kind: CoordinatorKind, key: &str, batched: bool) -> FindCoordinatorRequest {
    let key = StrBytes::from_string(key.to_owned());
    let request = FindCoordinatorRequest::default().with_key_type(match kind {
        CoordinatorKind::Group => 0,
        CoordinatorKind::Transaction => 1,
    });
    match batched {
        true => request.with_coordinator_keys(vec![key]),
        false => request.with_key(key),
    }
}
