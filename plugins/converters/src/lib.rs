//! The built-in converters: between Connect data and the bytes in Kafka.
//! ```text
//! json     JsonConverter       {"schema":…,"payload":…}, or the payload alone
//! string   StringConverter     any value as text
//! bytes    ByteArrayConverter, BooleanConverter
//! number   ShortConverter, IntegerConverter, LongConverter, FloatConverter, DoubleConverter
//! ```
//! Each is a converter of keys and values and a header converter too. Start at [`register`].

mod bytes;
mod config;
pub mod json;
mod number;
mod plain;
mod simple_header;
mod string;

use std::sync::Arc;

use connect_api::{Converter, Factory, HeaderConverter, Plugin, PluginTable};
use connect_config::ConfigDef;

pub use crate::bytes::{Boolean, ByteArray};
pub use crate::config::converter_config_def;
pub use crate::json::{JsonConverter, JsonConverterConfig, JsonHeaderConverter};
pub use crate::number::{Double, Float, Integer, Long, Number, NumberConverter, Short};
pub use crate::plain::{Plain, PlainConverter};
pub use crate::simple_header::SimpleHeaderConverter;
pub use crate::string::{StringText, string_converter_config_def};

/// The version of the Apache Kafka that these classes come from there.
const VERSION: &str = "4.3.1";

/// Adds every converter of this crate, as converter and as header converter.
pub fn register(table: &mut PluginTable) {
    add::<JsonConverter, JsonHeaderConverter>(
        table,
        "org.apache.kafka.connect.json.JsonConverter",
        JsonConverterConfig::def(),
    );
    add_plain::<StringText>(table, "org.apache.kafka.connect.storage.StringConverter");
    add_plain::<ByteArray>(table, "org.apache.kafka.connect.converters.ByteArrayConverter");
    add_plain::<Boolean>(table, "org.apache.kafka.connect.converters.BooleanConverter");
    add_plain::<NumberConverter<Short>>(table, "org.apache.kafka.connect.converters.ShortConverter");
    add_plain::<NumberConverter<Integer>>(table, "org.apache.kafka.connect.converters.IntegerConverter");
    add_plain::<NumberConverter<Long>>(table, "org.apache.kafka.connect.converters.LongConverter");
    add_plain::<NumberConverter<Float>>(table, "org.apache.kafka.connect.converters.FloatConverter");
    add_plain::<NumberConverter<Double>>(table, "org.apache.kafka.connect.converters.DoubleConverter");
    table.add(Plugin {
        class: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
        version: VERSION,
        config_def: SimpleHeaderConverter::def(),
        factory: Factory::HeaderConverter(Arc::new(|| Box::new(SimpleHeaderConverter))),
    });
}

fn add_plain<P: Plain>(table: &mut PluginTable, class: &'static str) {
    add::<PlainConverter<P>, PlainConverter<P>>(table, class, P::config_def());
}

fn add<C, H>(table: &mut PluginTable, class: &'static str, config_def: &'static ConfigDef)
where
    C: Converter + Default + 'static,
    H: HeaderConverter + Default + 'static,
{
    let plugin = |factory| Plugin { class, version: VERSION, config_def, factory };
    table.add(plugin(Factory::Converter(Arc::new(|| Box::new(C::default())))));
    table.add(plugin(Factory::HeaderConverter(Arc::new(|| Box::new(H::default())))));
}
