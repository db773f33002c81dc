//! The end of a consumer: everything consumed is committed, the group and the brokers are told.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::Consumer;
use super::fetch;
use super::poll::deadline;
use crate::cluster::NodeId;
use crate::group::Departure;

/// How long the brokers are given to hear that the fetch sessions end. They would find out by themselves.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

impl Consumer {
    /// Within `timeout`: commits what was consumed if `enable.auto.commit` asks for it, waits for commits under way, closes the
    /// fetch sessions and leaves the group. Without automatic commits the caller commits before.
    /// A static member keeps its place for a session, so that a restart moves nothing.
    pub async fn close(self, timeout: Duration) {
        self.close_as(Departure::AsConfigured, timeout).await;
    }

    /// As [`close`](Self::close), with another say about whether the group is left.
    pub async fn close_as(mut self, departure: Departure, timeout: Duration) {
        let deadline = deadline(timeout);
        let left = || deadline.saturating_duration_since(Instant::now());
        self.commit_at_end(left()).await;
        self.earlier_commits_end(deadline).await;
        let group = self.group.take();
        let farewell = self.close_sessions(left().min(FAREWELL_MAX));
        match group {
            Some(group) => {
                tokio::join!(farewell, group.depart(departure, "the consumer is being closed", left()));
            }
            None => farewell.await,
        }
    }

    async fn commit_at_end(&mut self, timeout: Duration) {
        let offsets = self.partitions.consumed();
        if self.auto_commit.is_none() || self.offsets.is_none() || offsets.is_empty() {
            return;
        }
        let generation = self.generation.clone();
        if let Err(error) = self.commit_within(&offsets, &generation, timeout).await {
            tracing::warn!(%error, "the commit on close failed: the records may be read again");
        }
    }

    /// Beside the fetches under way, which their brokers may hold.
    async fn close_sessions(&self, timeout: Duration) {
        let mut farewells = JoinSet::new();
        for (node, session) in self.fetches.open() {
            let cluster = self.cluster.clone();
            farewells.spawn(async move { fetch::close(&cluster, NodeId::new(node), session).await });
        }
        let all = async {
            while let Some(told) = farewells.join_next().await {
                if let Ok(Err(error)) = told {
                    tracing::debug!(%error, "a fetch session could not be closed");
                }
            }
        };
        if tokio::time::timeout(timeout, all).await.is_err() {
            tracing::debug!("some fetch sessions could not be closed in time");
        }
    }
}
