//! Who the cluster is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use kafka_protocol::messages::{DescribeClusterRequest, DescribeClusterResponse, MetadataRequest, MetadataResponse};

use super::Admin;
use super::acl::{AclOperation, authorized};
use super::ask::{Ask, Outcome, Outcomes, Terms, check};
use super::route::Route;
use super::wire::{Whole, is_unsupported};
use crate::KafkaError;
use crate::cluster::{Broker, Metadata, NodeId};

/// A cluster as its brokers describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    /// The cluster's id.
    pub cluster_id: Option<Arc<str>>,
    /// The node that forwards to the controller.
    pub controller: Option<NodeId>,
    /// The brokers by id.
    pub brokers: BTreeMap<i32, Broker>,
    /// What this client may do with the cluster; none if it was not asked for, or before Kafka 2.3.
    pub authorized: Option<BTreeSet<AclOperation>>,
}

impl Admin {
    /// Id, controller and brokers.
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_cluster(&self) -> Result<ClusterDescription, KafkaError> {
        self.describe_cluster_with(false).await
    }

    /// As [`describe_cluster`](Self::describe_cluster), with the rights that this client has in it.
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_cluster_authorized(&self) -> Result<ClusterDescription, KafkaError> {
        self.describe_cluster_with(true).await
    }

    async fn describe_cluster_with(&self, authorized: bool) -> Result<ClusterDescription, KafkaError> {
        let begun = Instant::now();
        match self.ask_one(&DescribeCluster { authorized }, Whole).await {
            // Before Kafka 2.8 the metadata tell the same.
            Err(error) if is_unsupported(&error) => {
                self.left_since(begun).ask_one(&ByMetadata { authorized }, Whole).await
            }
            answer => answer,
        }
    }
}

struct DescribeCluster {
    authorized: bool,
}

impl Ask for DescribeCluster {
    type Key = Whole;
    type Value = ClusterDescription;
    type Request = DescribeClusterRequest;
    const NAME: &'static str = "listNodes";

    fn route(&self, _: &Whole) -> Route {
        Route::Any
    }

    fn request(&self, _: &[Whole], _: Terms) -> Result<DescribeClusterRequest, KafkaError> {
        Ok(DescribeClusterRequest::default().with_include_cluster_authorized_operations(self.authorized))
    }

    fn read(&self, _: &[Whole], answer: DescribeClusterResponse) -> Outcomes<Self> {
        let described = check(answer.error_code, answer.error_message.as_deref()).map(|()| ClusterDescription {
            cluster_id: Some(answer.cluster_id.as_str().into()),
            controller: Some(answer.controller_id.0).filter(|id| *id >= 0).map(NodeId::new),
            brokers: answer.brokers.into_iter().filter_map(broker).collect(),
            authorized: authorized(answer.cluster_authorized_operations),
        });
        vec![(Whole, Outcome::of(described))]
    }
}

fn broker(broker: kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker) -> Option<(i32, Broker)> {
    let port = u16::try_from(broker.port).ok()?;
    let rack = broker.rack.map(|rack| rack.as_str().to_owned());
    Some((broker.broker_id.0, Broker { host: broker.host.as_str().to_owned(), port, rack }))
}

struct ByMetadata {
    authorized: bool,
}

/// From this version on the metadata name rights.
const AUTHORIZED: i16 = 8;
/// After this version they no longer do: that is where DescribeCluster begins.
const AUTHORIZED_MAX: i16 = 10;

impl Ask for ByMetadata {
    type Key = Whole;
    type Value = ClusterDescription;
    type Request = MetadataRequest;
    const NAME: &'static str = "listNodes";

    fn route(&self, _: &Whole) -> Route {
        Route::Any
    }

    fn request(&self, _: &[Whole], terms: Terms) -> Result<MetadataRequest, KafkaError> {
        let named = (AUTHORIZED..=AUTHORIZED_MAX).contains(&terms.version);
        Ok(MetadataRequest::default()
            .with_topics(Some(Vec::new()))
            .with_include_cluster_authorized_operations(self.authorized && named))
    }

    fn read(&self, _: &[Whole], answer: MetadataResponse) -> Outcomes<Self> {
        let (code, bits) = (answer.error_code, answer.cluster_authorized_operations);
        let Metadata { cluster_id, controller, brokers, .. } = Metadata::default().merged(answer, true);
        let described = ClusterDescription { cluster_id, controller, brokers, authorized: authorized(bits) };
        vec![(Whole, Outcome::of(check(code, None).map(|()| described)))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_from_2_1_on_can_be_asked() {
        assert_writable(&DescribeCluster { authorized: true }, Whole, 0);
        assert_writable(&ByMetadata { authorized: true }, Whole, 7);
    }
}
