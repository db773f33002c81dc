//! The Connect data model and the contracts that plugins implement.
//! ```text
//! SourceTask::poll ─▶ SourceBatch of SourceRecord ─▶ Transformation ─▶ HeaderConverter, Converter ─▶ bytes
//! bytes ─▶ Converter, HeaderConverter ─▶ SinkBatch of SinkRecord ─▶ Transformation ─▶ SinkTask::put
//! ```
//! A plugin needs this crate and `connect-config`, nothing else of ours: a built-in one has no privilege.
//! Start at [`SourceTask`] or [`SinkTask`]; the values that flow are [`Value`] and [`Schema`].

pub mod data;
mod error;
pub mod java;
mod plugin;
mod record;

pub use data::{Decimal, Field, Header, Headers, Map, Number, Schema, SchemaBuilder, Struct, Type, Value};
pub use error::{ConnectError, TaskError, class};
pub use plugin::*;
pub use record::*;
