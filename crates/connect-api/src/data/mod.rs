//! Schemas and the values under them.
//! ```text
//! SchemaParts, SchemaBuilder ─▶ Schema ─┬─▶ Struct, validate: does a value fit
//!                                       ├─▶ logical: Decimal, Date, Time, Timestamp by the schema's name
//!                                       └─▶ project: a value of one schema under another
//! text ◀─▶ values: what header converters and transformations read into text
//! ```

mod builder;
mod decimal;
mod headers;
pub mod logical;
mod map;
mod number;
mod projector;
mod schema;
mod structs;
mod validate;
mod value;
mod value_display;
pub mod values;

pub use builder::SchemaBuilder;
pub use decimal::Decimal;
pub use headers::{Header, HeaderBytes, Headers};
pub use map::{IntoIter as MapIntoIter, Iter as MapIter, Map};
pub use number::Number;
pub use projector::project;
pub use schema::{Field, Schema, SchemaParts, Type};
pub use structs::Struct;
pub use value::Value;

#[cfg(test)]
mod tests;
