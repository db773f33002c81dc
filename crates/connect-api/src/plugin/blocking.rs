//! Plugins that block a thread, behind the same contracts: each task gets a thread of its own.
//! ```text
//! SourceTask::poll ─▶ a call in the task's channel ─▶ its thread: BlockingSourceTask::poll ─▶ oneshot ─▶ the batch
//! ```

use std::sync::{Arc, mpsc};
use std::thread;

use async_trait::async_trait;
use tokio::sync::oneshot;

use super::{SinkTask, SinkTaskContext, SourceTask, SourceTaskContext, TopicOffsets};
use crate::{ConnectError, RecordMetadata, SinkBatch, SourceBatch, SourceRecord, TaskError, TopicPartition};

/// As [`SourceTask`], for code that blocks. The stop token is in the context: look at it while waiting.
pub trait BlockingSourceTask: Send + 'static {
    /// # Errors
    /// As [`SourceTask::start`].
    fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError>;
    /// # Errors
    /// As [`SourceTask::poll`].
    fn poll(&mut self) -> Result<SourceBatch, TaskError>;
    fn wants_record_acks(&self) -> bool {
        false
    }
    /// # Errors
    /// As [`SourceTask::commit_record`].
    fn commit_record(&mut self, _: SourceRecord, _: Option<RecordMetadata>) -> Result<(), ConnectError> {
        Ok(())
    }
    /// # Errors
    /// As [`SourceTask::commit`].
    fn commit(&mut self) -> Result<(), ConnectError> {
        Ok(())
    }
    fn stop(&mut self) {}
}

/// As [`SinkTask`], for code that blocks.
pub trait BlockingSinkTask: Send + 'static {
    /// # Errors
    /// As [`SinkTask::start`].
    fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError>;
    /// # Errors
    /// As [`SinkTask::open`].
    fn open(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }
    /// # Errors
    /// As [`SinkTask::put`].
    fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError>;
    /// # Errors
    /// As [`SinkTask::flush`].
    fn flush(&mut self, _: &TopicOffsets) -> Result<(), ConnectError> {
        Ok(())
    }
    /// # Errors
    /// As [`SinkTask::pre_commit`].
    fn pre_commit(&mut self, offsets: &TopicOffsets) -> Result<TopicOffsets, ConnectError> {
        self.flush(offsets)?;
        Ok(offsets.clone())
    }
    /// # Errors
    /// As [`SinkTask::close`].
    fn close(&mut self, _: &[TopicPartition]) -> Result<(), ConnectError> {
        Ok(())
    }
    fn stop(&mut self) {}
}

/// A blocking task on its own thread. The thread ends when this is dropped and its last call has returned.
pub struct Blocking<T> {
    calls: mpsc::Sender<Call<T>>,
    wants_record_acks: bool,
}

type Call<T> = Box<dyn FnOnce(&mut T) + Send>;

impl<T: Send + 'static> Blocking<T> {
    /// Starts a thread called `name` for `task`.
    pub fn new(name: &str, mut task: T) -> Self {
        let (calls, queue) = mpsc::channel::<Call<T>>();
        let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || {
            for call in queue {
                call(&mut task);
            }
        });
        // Without a thread the queue is gone, and every call answers with the error of `on_thread`.
        drop(spawned);
        Self { calls, wants_record_acks: false }
    }

    async fn on_thread<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, ConnectError> {
        let (answer, answered) = oneshot::channel();
        // The thread logs as the task that calls it.
        let span = tracing::Span::current();
        let boxed: Call<T> = Box::new(move |task| drop(answer.send(span.in_scope(|| call(task)))));
        let gone = || ConnectError::connect("The task's thread could not be started or has panicked");
        self.calls.send(boxed).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())
    }
}

#[async_trait]
impl<T: BlockingSourceTask> SourceTask for Blocking<T> {
    async fn start(&mut self, context: SourceTaskContext) -> Result<(), ConnectError> {
        let started = self.on_thread(|task| task.start(context).map(|()| task.wants_record_acks())).await?;
        self.wants_record_acks = started?;
        Ok(())
    }

    async fn poll(&mut self) -> Result<SourceBatch, TaskError> {
        self.on_thread(T::poll).await?
    }

    fn wants_record_acks(&self) -> bool {
        self.wants_record_acks
    }

    async fn commit_record(
        &mut self,
        record: SourceRecord,
        metadata: Option<RecordMetadata>,
    ) -> Result<(), ConnectError> {
        self.on_thread(|task| task.commit_record(record, metadata)).await?
    }

    async fn commit(&mut self) -> Result<(), ConnectError> {
        self.on_thread(T::commit).await?
    }

    async fn stop(&mut self) {
        let _thread_is_gone = self.on_thread(T::stop).await;
    }
}

#[async_trait]
impl<T: BlockingSinkTask> SinkTask for Blocking<T> {
    async fn start(&mut self, context: SinkTaskContext) -> Result<(), ConnectError> {
        self.on_thread(|task| task.start(context)).await?
    }

    async fn open(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let partitions = partitions.to_vec();
        self.on_thread(move |task| task.open(&partitions)).await?
    }

    async fn put(&mut self, batch: &SinkBatch) -> Result<(), TaskError> {
        let batch = Arc::clone(batch);
        self.on_thread(move |task| task.put(&batch)).await?
    }

    async fn flush(&mut self, offsets: &TopicOffsets) -> Result<(), ConnectError> {
        let offsets = offsets.clone();
        self.on_thread(move |task| task.flush(&offsets)).await?
    }

    async fn pre_commit(&mut self, offsets: &TopicOffsets) -> Result<TopicOffsets, ConnectError> {
        let offsets = offsets.clone();
        self.on_thread(move |task| task.pre_commit(&offsets)).await?
    }

    async fn close(&mut self, partitions: &[TopicPartition]) -> Result<(), ConnectError> {
        let partitions = partitions.to_vec();
        self.on_thread(move |task| task.close(&partitions)).await?
    }

    async fn stop(&mut self) {
        let _thread_is_gone = self.on_thread(T::stop).await;
    }
}
