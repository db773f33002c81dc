//! What the runtime offers to connectors and tasks while they run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use connect_config::Props;

use crate::data::Map;
use crate::{ConnectError, SinkRecord, SourcePartition, TopicPartition};

/// Cancelled when the task or connector is to stop: whatever waits should wait for this too.
pub type StopToken = tokio_util::sync::CancellationToken;

/// What a connector may tell the runtime at any time.
pub trait ConnectorEvents: Send + Sync {
    /// The connector's tasks should be divided anew: `task_configs` is called soon.
    fn request_task_reconfiguration(&self);
    /// The connector cannot go on: it goes to FAILED with this trace.
    fn raise_error(&self, error: ConnectError);
}

/// Given to a connector's `start`.
#[derive(Clone)]
pub struct ConnectorContext {
    pub stop: StopToken,
    pub events: Arc<dyn ConnectorEvents>,
    /// The offsets of a source connector; none for a sink connector.
    pub offsets: Option<Arc<dyn OffsetReader>>,
}

/// Reads the committed source offsets of one connector.
#[async_trait]
pub trait OffsetReader: Send + Sync {
    /// The offset of each partition, in order; none where nothing is stored. Numbers come back as 64-bit.
    /// # Errors
    /// The store cannot be read.
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError>;
}

/// How a task defines transaction boundaries under `transaction.boundary=connector`.
pub trait TransactionContext: Send + Sync {
    /// Commit after the batch that the next `poll` returns.
    fn commit_transaction(&self);
    /// Abort after the batch that the next `poll` returns.
    fn abort_transaction(&self);
}

/// Given to a source task's `start`.
#[derive(Clone)]
pub struct SourceTaskContext {
    pub stop: StopToken,
    /// The task's configuration as it stands, variables resolved.
    pub configs: Props,
    pub offsets: Arc<dyn OffsetReader>,
    /// None unless the worker runs the task exactly once with `transaction.boundary=connector`.
    pub transaction: Option<Arc<dyn TransactionContext>>,
}

/// Takes single records that a sink task could not write.
#[async_trait]
pub trait ErrantRecordReporter: Send + Sync {
    /// Ends when the record is in the dead letter queue, or has been logged where there is none. Offsets are committed
    /// only after that. To report many records await them together, as with `join_all`.
    /// # Errors
    /// `errors.tolerance` is `none`, and the task fails whatever becomes of this error; or the record could not be
    /// written, and the task decides.
    async fn report(&self, record: &SinkRecord, error: ConnectError) -> Result<(), ConnectError>;
}

/// Given to a sink task's `start`. Requests take effect when the call that made them has returned.
#[derive(Clone)]
pub struct SinkTaskContext {
    pub stop: StopToken,
    /// The task's configuration as it stands, variables resolved.
    pub configs: Props,
    /// None where there is nowhere to report to: neither a dead letter queue nor `errors.log.enable`.
    pub errant_records: Option<Arc<dyn ErrantRecordReporter>>,
    requests: Arc<Mutex<SinkRequests>>,
}

/// What a sink task has asked for since the runtime last looked.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct SinkRequests {
    /// Consume again from these offsets.
    pub rewinds: BTreeMap<TopicPartition, i64>,
    /// How long to wait before a failed `put` is tried again.
    pub timeout: Option<Duration>,
    /// In order: true pauses, false resumes.
    pub flow: Vec<(TopicPartition, bool)>,
    /// Commit offsets soon.
    pub commit: bool,
}

impl SinkTaskContext {
    pub fn new(stop: StopToken, configs: Props, errant_records: Option<Arc<dyn ErrantRecordReporter>>) -> Self {
        Self { stop, configs, errant_records, requests: Arc::default() }
    }

    /// Consume `partition` again from `offset`; overrides what was committed.
    pub fn rewind(&self, partition: TopicPartition, offset: i64) {
        self.with(|requests| requests.rewinds.insert(partition, offset));
    }

    /// Wait this long before the failed `put` is tried again.
    pub fn retry_after(&self, timeout: Duration) {
        self.with(|requests| requests.timeout = Some(timeout));
    }

    /// Deliver nothing from these partitions until they are resumed.
    pub fn pause(&self, partitions: &[TopicPartition]) {
        self.with(|requests| requests.flow.extend(partitions.iter().map(|p| (p.clone(), true))));
    }

    pub fn resume(&self, partitions: &[TopicPartition]) {
        self.with(|requests| requests.flow.extend(partitions.iter().map(|p| (p.clone(), false))));
    }

    /// Commit offsets at the next chance.
    pub fn request_commit(&self) {
        self.with(|requests| requests.commit = true);
    }

    /// For the runtime: takes what was asked for.
    pub fn take_requests(&self) -> SinkRequests {
        self.with(std::mem::take)
    }

    fn with<T>(&self, act: impl FnOnce(&mut SinkRequests) -> T) -> T {
        act(&mut self.requests.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
