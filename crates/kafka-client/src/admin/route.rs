//! Who is to be asked.
//! ```text
//! Route ─▶ metadata (leaders, controller, brokers) or coordinator lookup ─▶ NodeId, or why there is none yet
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};

use crate::cluster::{Cluster, CoordinatorKind, Metadata, NodeId, TopicName};
use crate::consumer::TopicPartition;
use crate::{ErrorCode, KafkaError};

/// How many lookups and requests of one call are under way at once.
pub(super) const CONCURRENT: usize = 32;

/// Who answers for a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    /// Any broker.
    Any,
    /// The controller, or the broker that forwards to it.
    Controller,
    /// The broker with this id.
    Broker(i32),
    /// The partition's leader.
    Leader(TopicPartition),
    /// The coordinator of a group or a transactional id.
    Coordinator(CoordinatorKind, String),
}

/// Where each route leads. One that leads nowhere costs only its own keys.
pub(super) async fn resolve(cluster: &Cluster, routes: Vec<Route>) -> BTreeMap<Route, Result<NodeId, KafkaError>> {
    let metadata = look(cluster, &routes).await;
    let mut lookups = Vec::with_capacity(routes.len());
    for route in routes {
        lookups.push(node(cluster, &metadata, route).boxed());
    }
    stream::iter(lookups).buffer_unordered(CONCURRENT).collect().await
}

/// Makes the next lookup ask the cluster, if the error says that this route led to the wrong coordinator.
pub(super) fn distrust(cluster: &Cluster, route: &Route, error: &KafkaError) {
    if let Route::Coordinator(kind, key) = route
        && has_moved(error)
    {
        cluster.invalidate_coordinator(*kind, key);
    }
}

/// Whether the error says that the picture of the cluster is wrong about this route.
pub(super) fn needs_refresh(route: &Route, error: &KafkaError) -> bool {
    has_moved(error) && !matches!(route, Route::Coordinator(..) | Route::Any)
}

/// Topics whose leaders are asked.
pub(super) fn topics<'a>(routes: impl IntoIterator<Item = &'a Route>) -> Vec<TopicName> {
    let leaders = routes.into_iter().filter_map(|route| match route {
        Route::Leader(partition) => Some(partition.topic.clone()),
        _ => None,
    });
    let mut topics: Vec<TopicName> = leaders.collect();
    topics.sort();
    topics.dedup();
    topics
}

fn has_moved(error: &KafkaError) -> bool {
    match error.code() {
        Some(ErrorCode::NOT_COORDINATOR | ErrorCode::COORDINATOR_NOT_AVAILABLE | ErrorCode::NOT_CONTROLLER) => true,
        _ => error.kind() == crate::ErrorKind::RefreshMetadata,
    }
}

/// A picture of the cluster that has what these routes need; an old one will do.
async fn look(cluster: &Cluster, routes: &[Route]) -> Result<Arc<Metadata>, KafkaError> {
    let needed = |route: &Route| !matches!(route, Route::Any | Route::Coordinator(..));
    match routes.iter().any(needed) {
        true => cluster.metadata(&topics(routes), false).await,
        false => Ok(cluster.cached_metadata()),
    }
}

async fn node(
    cluster: &Cluster,
    metadata: &Result<Arc<Metadata>, KafkaError>,
    route: Route,
) -> (Route, Result<NodeId, KafkaError>) {
    let metadata = metadata.as_ref().map_err(Clone::clone);
    let node = match &route {
        Route::Any => cluster.any_broker().await,
        Route::Coordinator(kind, key) => cluster.coordinator(*kind, key).await,
        Route::Controller => match metadata.map(|metadata| metadata.controller) {
            Ok(Some(controller)) => Ok(controller),
            Ok(None) => cluster.any_broker().await, // it knows the way, or answers NOT_CONTROLLER
            Err(error) => Err(error),
        },
        Route::Broker(id) => metadata.map(|_| NodeId::new(*id)),
        Route::Leader(partition) => metadata.and_then(|metadata| leader(metadata, partition)),
    };
    (route, node)
}

fn leader(metadata: &Metadata, partition: &TopicPartition) -> Result<NodeId, KafkaError> {
    let TopicPartition { topic, partition: index } = partition;
    let refuse = |code, why: &str| {
        Err(KafkaError::refused(code, format!("Failed to fetch metadata for partition {partition} {why}")))
    };
    match metadata.usable(topic).map_err(|error| error.code()) {
        Err(Some(ErrorCode::TOPIC_AUTHORIZATION_FAILED)) => {
            refuse(ErrorCode::TOPIC_AUTHORIZATION_FAILED, "due to topic authorization failure")
        }
        Err(Some(ErrorCode::INVALID_TOPIC_EXCEPTION)) => {
            refuse(ErrorCode::INVALID_TOPIC_EXCEPTION, &format!("due to invalid topic `{topic}`"))
        }
        Err(Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)) => refuse(
            ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
            &format!("because metadata for topic `{topic}` could not be found"),
        ),
        Err(Some(ErrorCode::LEADER_NOT_AVAILABLE)) => {
            refuse(ErrorCode::LEADER_NOT_AVAILABLE, "because it has no leader")
        }
        Err(code) => refuse(
            code.unwrap_or(ErrorCode::UNKNOWN_SERVER_ERROR),
            &format!("due to unexpected error for topic `{topic}`"),
        ),
        Ok(_) => match metadata.leader(topic, *index) {
            Some(leader) => Ok(leader),
            None => refuse(ErrorCode::LEADER_NOT_AVAILABLE, "because it has no leader"),
        },
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
    use kafka_protocol::messages::{BrokerId, MetadataResponse, TopicName as WireName};
    use kafka_protocol::protocol::StrBytes;

    use super::*;

    #[test]
    fn a_leader_is_found_or_the_reason_is_told_in_javas_words() {
        let partitions = [(0, 7), (1, -1)].map(|(index, leader)| {
            MetadataResponsePartition::default().with_partition_index(index).with_leader_id(BrokerId(leader))
        });
        let topic = |name, code| {
            let topic = MetadataResponseTopic::default().with_name(Some(WireName(StrBytes::from_static_str(name))));
            topic.with_error_code(code).with_partitions(partitions.to_vec())
        };
        let topics = vec![topic("t", 0), topic("secret", 29), topic("a b", 17), topic("odd", 42)];
        let metadata = Metadata::default().merged(MetadataResponse::default().with_topics(topics), false);
        for (name, index, want) in [
            ("t", 0, Ok(7)),
            ("t", 1, Err("t-1 because it has no leader")),
            ("t", 2, Err("t-2 because it has no leader")),
            ("secret", 0, Err("secret-0 due to topic authorization failure")),
            ("a b", 0, Err("a b-0 due to invalid topic `a b`")),
            ("gone", 0, Err("gone-0 because metadata for topic `gone` could not be found")),
            ("odd", 0, Err("odd-0 due to unexpected error for topic `odd`")),
        ] {
            let got = leader(&metadata, &TopicPartition::new(name, index));
            let got = got.map(|node| node.id).map_err(|error| error.to_string());
            assert_eq!(got, want.map_err(|text| format!("Failed to fetch metadata for partition {text}")));
        }
    }

    #[test]
    fn only_what_moved_is_looked_up_again() {
        for (code, want) in
            [(16, true), (15, true), (41, true), (6, true), (3, true), (14, false), (7, false), (51, false)]
        {
            assert_eq!(has_moved(&KafkaError::broker(ErrorCode(code), "")), want, "{code}");
        }
    }
}
