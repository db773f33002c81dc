//! The built-in transformations and predicates: changes to one record at a time.
//! ```text
//! record ─▶ Side: its key or its value ─┬─▶ schemaless: the map is changed in place
//!                                       └─▶ with schema: Recent: schema ─▶ plan, worked out once ─▶ run over the struct
//! ```
//! What depends on the schema alone (the new schema, positions of fields, casts) is in the plan; a record only costs what
//! depends on its values. Start at [`register`]; a file a transformation. Their answers, error texts among them, are the
//! reference's. Source: Apache Kafka, `org.apache.kafka.connect.transforms`.

mod carry;
mod cast;
mod config;
mod drop_headers;
mod extract_field;
mod field_path;
mod filter;
mod flatten;
mod header_from;
mod hoist_field;
mod insert_field;
mod insert_header;
mod mask_field;
mod predicates;
mod recent;
mod regex_router;
mod replace_field;
mod requirements;
mod set_schema_metadata;
mod side;
#[cfg(test)]
mod tests;
mod timestamp_converter;
mod timestamp_router;
mod value_to_key;

use std::sync::Arc;

use connect_api::{ConnectError, Factory, Plugin, PluginTable, Predicate, Transformation};
use connect_config::{ConfigDef, Props};

use crate::side::Side;

/// The version of the Apache Kafka that these classes come from there.
const VERSION: &str = "4.3.1";

/// A transformation or predicate that is told by its configuration what to do.
trait Configured: Sized {
    fn config_def() -> &'static ConfigDef;

    /// # Errors
    /// What Java raises.
    fn configured(configs: &Props) -> Result<Self, ConnectError>;
}

/// Adds every transformation and predicate of this crate.
pub fn register(table: &mut PluginTable) {
    macro_rules! one {
        ($class:literal, $of:ty) => {
            add(table, $class, <$of as Configured>::config_def(), || Box::new(side::Whole::<$of>::default()))
        };
    }
    macro_rules! key_and_value {
        ($key:literal, $value:literal, $of:ty) => {
            let def = <$of as Configured>::config_def();
            add(table, $key, def, || Box::new(side::Half::<$of>::new(Side::Key)));
            add(table, $value, def, || Box::new(side::Half::<$of>::new(Side::Value)));
        };
    }
    key_and_value!(
        "org.apache.kafka.connect.transforms.Cast$Key",
        "org.apache.kafka.connect.transforms.Cast$Value",
        cast::Cast
    );
    one!("org.apache.kafka.connect.transforms.DropHeaders", drop_headers::DropHeaders);
    key_and_value!(
        "org.apache.kafka.connect.transforms.ExtractField$Key",
        "org.apache.kafka.connect.transforms.ExtractField$Value",
        extract_field::ExtractField
    );
    one!("org.apache.kafka.connect.transforms.Filter", filter::Filter);
    key_and_value!(
        "org.apache.kafka.connect.transforms.Flatten$Key",
        "org.apache.kafka.connect.transforms.Flatten$Value",
        flatten::Flatten
    );
    key_and_value!(
        "org.apache.kafka.connect.transforms.HeaderFrom$Key",
        "org.apache.kafka.connect.transforms.HeaderFrom$Value",
        header_from::HeaderFrom
    );
    key_and_value!(
        "org.apache.kafka.connect.transforms.HoistField$Key",
        "org.apache.kafka.connect.transforms.HoistField$Value",
        hoist_field::HoistField
    );
    key_and_value!(
        "org.apache.kafka.connect.transforms.InsertField$Key",
        "org.apache.kafka.connect.transforms.InsertField$Value",
        insert_field::InsertField
    );
    one!("org.apache.kafka.connect.transforms.InsertHeader", insert_header::InsertHeader);
    key_and_value!(
        "org.apache.kafka.connect.transforms.MaskField$Key",
        "org.apache.kafka.connect.transforms.MaskField$Value",
        mask_field::MaskField
    );
    one!("org.apache.kafka.connect.transforms.RegexRouter", regex_router::RegexRouter);
    key_and_value!(
        "org.apache.kafka.connect.transforms.ReplaceField$Key",
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
        replace_field::ReplaceField
    );
    key_and_value!(
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Key",
        "org.apache.kafka.connect.transforms.SetSchemaMetadata$Value",
        set_schema_metadata::SetSchemaMetadata
    );
    key_and_value!(
        "org.apache.kafka.connect.transforms.TimestampConverter$Key",
        "org.apache.kafka.connect.transforms.TimestampConverter$Value",
        timestamp_converter::TimestampConverter
    );
    one!("org.apache.kafka.connect.transforms.TimestampRouter", timestamp_router::TimestampRouter);
    one!("org.apache.kafka.connect.transforms.ValueToKey", value_to_key::ValueToKey);
    predicates::register(table);
}

fn add(
    table: &mut PluginTable,
    class: &'static str,
    config_def: &'static ConfigDef,
    make: fn() -> Box<dyn Transformation>,
) {
    table.add(Plugin { class, version: VERSION, config_def, factory: Factory::Transformation(Arc::new(make)) });
}

fn add_predicate(
    table: &mut PluginTable,
    class: &'static str,
    config_def: &'static ConfigDef,
    make: fn() -> Box<dyn Predicate>,
) {
    table.add(Plugin { class, version: VERSION, config_def, factory: Factory::Predicate(Arc::new(make)) });
}
