//! Brokers whose quota this client has overdrawn: it says nothing to them until the time they named is over.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use kafka_protocol::messages as m;
use tokio::time::{Instant, sleep_until};

use crate::cluster::NodeId;
use crate::sync::lock;

/// An answer that names how long the client is to be silent.
pub(super) trait Throttled {
    fn throttle_ms(&self) -> i32;
}

macro_rules! throttled {
    ($($response:ident)*) => {
        $(impl Throttled for m::$response {
            fn throttle_ms(&self) -> i32 {
                self.throttle_time_ms
            }
        })*
    };
}

throttled! {
    ApiVersionsResponse ConsumerGroupDescribeResponse CreateAclsResponse CreatePartitionsResponse CreateTopicsResponse
    DeleteAclsResponse DeleteGroupsResponse DeleteRecordsResponse DeleteTopicsResponse DescribeAclsResponse
    DescribeClusterResponse DescribeConfigsResponse DescribeGroupsResponse DescribeProducersResponse
    DescribeTransactionsResponse IncrementalAlterConfigsResponse InitProducerIdResponse LeaveGroupResponse
    ListGroupsResponse ListOffsetsResponse ListTransactionsResponse MetadataResponse OffsetCommitResponse
    OffsetDeleteResponse OffsetFetchResponse
}

impl Throttled for m::WriteTxnMarkersResponse {
    /// The one answer that has no such field.
    fn throttle_ms(&self) -> i32 {
        0
    }
}

/// Until when each node is to be left alone.
#[derive(Debug, Default)]
pub(super) struct Throttles(Mutex<HashMap<NodeId, Instant>>);

impl Throttles {
    pub(super) fn note(&self, node: NodeId, answer: &impl Throttled) {
        let millis = u64::try_from(answer.throttle_ms()).unwrap_or(0);
        let until = Instant::now().checked_add(Duration::from_millis(millis));
        let mut silent = lock(&self.0);
        silent.retain(|_, until| *until > Instant::now());
        if let Some(until) = until.filter(|_| millis > 0) {
            tracing::debug!(?node, millis, "throttled by the broker");
            silent.insert(node, until);
        }
    }

    /// Waits while the node is to be left alone; callers limit it by the time their call has left.
    pub(super) async fn wait(&self, node: NodeId) {
        let until = lock(&self.0).get(&node).copied();
        if let Some(until) = until {
            sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn only_the_broker_that_asked_for_it_is_left_alone() {
        let throttles = Throttles::default();
        for (node, millis, silent) in [(1, 0, false), (1, -5, false), (2, 60_000, true), (3, i32::MAX, true)] {
            throttles.note(NodeId::new(node), &m::DeleteGroupsResponse::default().with_throttle_time_ms(millis));
            let waited = timeout(Duration::from_millis(20), throttles.wait(NodeId::new(node))).await;
            assert_eq!(waited.is_err(), silent, "{millis} ms");
            assert!(timeout(Duration::from_millis(20), throttles.wait(NodeId::new(9))).await.is_ok());
        }
    }
}
