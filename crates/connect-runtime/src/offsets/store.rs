//! The offset store of a standalone worker: a table in memory, written to the offset file as a whole.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use connect_api::{ConnectError, Map, OffsetReader, SourceOffset, SourcePartition};
use connect_core::ConnectorName;

use super::{FileOffsetStore, OffsetTable};

/// Keeps the source offsets of all connectors.
#[async_trait]
pub trait OffsetStore: Send + Sync {
    /// Makes the offsets durable, with those that an earlier call could not: on an error, or when dropped half way, they
    /// are kept and go with the next call, which may bring none of its own. An offset that cannot be stored is left out.
    /// # Errors
    /// An offset has a shape that cannot be stored, or the store cannot be written.
    async fn commit(
        &self,
        connector: &ConnectorName,
        offsets: Vec<(Arc<SourcePartition>, SourceOffset)>,
    ) -> Result<(), ConnectError>;

    /// The offsets of one connector, for its tasks.
    fn reader(self: Arc<Self>, connector: &ConnectorName) -> Arc<dyn OffsetReader>;
}

/// The store over one file.
pub struct StandaloneOffsets {
    table: Arc<Mutex<OffsetTable>>,
    /// One save at a time, so that an older state never overwrites a newer one.
    file: Arc<Mutex<FileOffsetStore>>,
}

impl StandaloneOffsets {
    /// `table` is what `file` held at the start.
    pub fn new(table: OffsetTable, file: FileOffsetStore) -> Arc<Self> {
        Arc::new(Self { table: Arc::new(Mutex::new(table)), file: Arc::new(Mutex::new(file)) })
    }

    fn apply(
        &self,
        connector: &ConnectorName,
        offsets: &[(Arc<SourcePartition>, SourceOffset)],
    ) -> Result<(), ConnectError> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcome = Ok(());
        for (partition, offset) in offsets {
            let offset = offset.to_map();
            match table.encode(connector.as_str(), Some(partition), offset.as_deref()) {
                Ok((key, value)) => table.apply(key, value),
                // The others are stored all the same.
                Err(error) => outcome = outcome.and(Err(error)),
            }
        }
        outcome
    }
}

#[async_trait]
impl OffsetStore for StandaloneOffsets {
    async fn commit(
        &self,
        connector: &ConnectorName,
        offsets: Vec<(Arc<SourcePartition>, SourceOffset)>,
    ) -> Result<(), ConnectError> {
        let applied = self.apply(connector, &offsets);
        let (file, table) = (Arc::clone(&self.file), Arc::clone(&self.table));
        let saved = tokio::task::spawn_blocking(move || {
            // The state is taken under the file's lock: whoever saves last saves the newest.
            let file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let entries = table.lock().unwrap_or_else(PoisonError::into_inner).entries().clone();
            file.save(&entries)
        });
        match saved.await {
            Ok(saved) => saved.map_err(|error| ConnectError::connect(error.to_string())).and(applied),
            Err(_) => Err(ConnectError::connect("The offset file could not be written: the worker is stopping")),
        }
    }

    fn reader(self: Arc<Self>, connector: &ConnectorName) -> Arc<dyn OffsetReader> {
        Arc::new(Reader { store: self, connector: connector.clone() })
    }
}

struct Reader {
    store: Arc<StandaloneOffsets>,
    connector: ConnectorName,
}

#[async_trait]
impl OffsetReader for Reader {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        let table = self.store.table.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(partitions.iter().map(|partition| table.offset(self.connector.as_str(), partition)).collect())
    }
}
