//! The offset store of a standalone worker: a table in memory, written to the offset file as a whole.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use connect_api::{ConnectError, Map, OffsetReader, SourceOffset, SourceOffsets, SourcePartition};
use connect_core::ConnectorName;

use super::{FileOffsetStore, OffsetTable, java_ordered};
use crate::sync::lock;

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

    /// Every source partition of a connector that has an offset.
    /// # Errors
    /// The store cannot be read.
    async fn offsets_of(&self, connector: &ConnectorName) -> Result<SourceOffsets, ConnectError>;

    /// The same offsets as they are read back once they have been stored: integers are 64-bit, of partitions that are
    /// named twice the last counts.
    /// # Errors
    /// They have a shape that cannot be stored.
    fn normalized(&self, offsets: SourceOffsets) -> Result<SourceOffsets, ConnectError>;

    /// Sets offsets, or removes them; durable when it ends. Not for a connector whose tasks run.
    /// # Errors
    /// One has a shape that cannot be stored, and nothing was; or the store cannot be written.
    async fn alter(&self, connector: &ConnectorName, offsets: &SourceOffsets) -> Result<(), ConnectError>;

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
        let mut table = lock(&self.table);
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
        self.save().await.and(applied)
    }

    async fn offsets_of(&self, connector: &ConnectorName) -> Result<SourceOffsets, ConnectError> {
        Ok(lock(&self.table).offsets_of(connector.as_str()))
    }

    fn normalized(&self, offsets: SourceOffsets) -> Result<SourceOffsets, ConnectError> {
        let mut normalized = SourceOffsets::with_capacity(offsets.len());
        let mut places = HashMap::new();
        let table = lock(&self.table);
        for (partition, offset) in offsets {
            let (partition, offset) = (table.normalized(partition)?, table.normalized(offset)?);
            match places.entry(partition.clone()) {
                Entry::Occupied(place) => normalized[*place.get()] = (partition, offset),
                Entry::Vacant(place) => {
                    place.insert(normalized.len());
                    normalized.push((partition, offset));
                }
            }
        }
        Ok(normalized)
    }

    async fn alter(&self, connector: &ConnectorName, offsets: &SourceOffsets) -> Result<(), ConnectError> {
        self.set(connector, offsets)?;
        self.save().await
    }

    fn reader(self: Arc<Self>, connector: &ConnectorName) -> Arc<dyn OffsetReader> {
        Arc::new(Reader { store: self, connector: connector.clone() })
    }
}

impl StandaloneOffsets {
    /// All of them, or none. New ones are written as Java writes what it has read from JSON.
    fn set(&self, connector: &ConnectorName, offsets: &SourceOffsets) -> Result<(), ConnectError> {
        let mut table = lock(&self.table);
        let encoded = offsets.iter().map(|(partition, offset)| {
            let (partition, offset) = (partition.as_ref().map(java_ordered), offset.as_ref().map(java_ordered));
            table.encode(connector.as_str(), partition.as_ref(), offset.as_ref())
        });
        let encoded: Vec<_> = encoded.collect::<Result<_, _>>()?;
        encoded.into_iter().for_each(|(key, value)| table.apply(key, value));
        Ok(())
    }

    async fn save(&self) -> Result<(), ConnectError> {
        let (file, table) = (Arc::clone(&self.file), Arc::clone(&self.table));
        let saved = tokio::task::spawn_blocking(move || {
            // The state is taken under the file's lock: whoever saves last saves the newest.
            let file = lock(&file);
            let entries = lock(&table).entries().clone();
            file.save(&entries)
        });
        match saved.await {
            Ok(saved) => saved.map_err(|error| ConnectError::connect(error.to_string())),
            Err(_) => Err(ConnectError::connect("The offset file could not be written: the worker is stopping")),
        }
    }
}

struct Reader {
    store: Arc<StandaloneOffsets>,
    connector: ConnectorName,
}

#[async_trait]
impl OffsetReader for Reader {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        let table = lock(&self.store.table);
        Ok(partitions.iter().map(|partition| table.offset(self.connector.as_str(), partition)).collect())
    }
}
