//! Where source connectors have got to: offset records, and the file in which a standalone worker keeps them.
//! ```text
//! load ─▶ key and value bytes ─▶ OffsetTable ─▶ the stored offset of a partition
//! committed offsets ─▶ OffsetTable::encode ─▶ key and value bytes ─▶ apply, save   (standalone)
//!                                                               └─▶ offsets topic ─▶ apply   (distributed)
//! ```
//! [`OffsetTable`] knows what the bytes mean, [`FileOffsetStore`] how they are kept, [`java_file`] how Java lays them out;
//! [`StandaloneOffsets`] puts them together for the source tasks.

mod file_store;
pub mod java_file;
mod store;
mod table;

use bytes::Bytes;
use indexmap::IndexMap;

pub use file_store::{FileOffsetStore, OffsetFileError};
pub use store::{OffsetStore, StandaloneOffsets};
pub use table::{OffsetCodec, OffsetTable, java_ordered};

/// Offset records, key → value; no value where the offset was removed.
/// Shape: `["local-file-source",{"filename":"/var/log/a"}]` → `{"position":4096}`, both JSON without white space.
pub type OffsetEntries = IndexMap<Bytes, Option<Bytes>>;
