//! Connectors to try a worker out with and to test it: numbered records that can be checked at the other end, records
//! with schemas, and failures on demand. Nothing but Kafka is needed.
//! ```text
//! VerifiableSource ─▶ 0, 1, 2 … ─▶ topic ─▶ VerifiableSink
//!        │ a line of JSON a record              │ a line of JSON a record
//!        └──────────▶ standard output ◀─────────┘ and again when it is acknowledged, or flushed
//! SchemaSource ─▶ the same struct, in one version or two ─▶ topic
//! MockSource, MockSink: no records; the connector or its task fails after a delay
//! ```
//! Start at [`VerifiableSourceTask`] or [`VerifiableSinkTask`]. Source: Apache Kafka, `connect-test-plugins`.

mod connector;
mod json;
mod mock;
mod number;
mod output;
mod schema_source;
mod sequence;
#[cfg(test)]
mod tests;
mod throttle;
mod verifiable;

use std::sync::{Arc, LazyLock};

use connect_api::{Factory, Plugin, PluginTable, SinkConnector, SinkTask, SourceConnector, SourceTask};
use connect_config::ConfigDef;

pub use connector::NumberedTasks;
pub use mock::{MockConnector, MockSinkTask, MockSourceTask};
pub use schema_source::SchemaSourceTask;
pub use verifiable::{VerifiableSinkTask, VerifiableSourceTask};

const VERSION: &str = "4.3.1";

/// What all five connectors declare: nothing. Their tasks read the keys, and fail where one is wrong.
static NO_KEYS: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

/// Adds all five connectors.
pub fn register(table: &mut PluginTable) {
    table.add(source::<NumberedTasks, VerifiableSourceTask>(
        "org.apache.kafka.connect.tools.VerifiableSourceConnector",
        "org.apache.kafka.connect.tools.VerifiableSourceTask",
    ));
    table.add(source::<NumberedTasks, SchemaSourceTask>(
        "org.apache.kafka.connect.tools.SchemaSourceConnector",
        "org.apache.kafka.connect.tools.SchemaSourceTask",
    ));
    table.add(sink::<NumberedTasks, VerifiableSinkTask>(
        "org.apache.kafka.connect.tools.VerifiableSinkConnector",
        "org.apache.kafka.connect.tools.VerifiableSinkTask",
    ));
    table.add(source::<MockConnector, MockSourceTask>(
        "org.apache.kafka.connect.tools.MockSourceConnector",
        "org.apache.kafka.connect.tools.MockSourceTask",
    ));
    table.add(sink::<MockConnector, MockSinkTask>(
        "org.apache.kafka.connect.tools.MockSinkConnector",
        "org.apache.kafka.connect.tools.MockSinkTask",
    ));
}

fn source<C, T>(class: &'static str, task_class: &'static str) -> Plugin
where
    C: SourceConnector + Default + 'static,
    T: SourceTask + Default + 'static,
{
    let (connector, task) = (Arc::new(|| Box::<C>::default() as _), Arc::new(|| Box::<T>::default() as _));
    plugin(class, Factory::Source { connector, task_class, task })
}

fn sink<C, T>(class: &'static str, task_class: &'static str) -> Plugin
where
    C: SinkConnector + Default + 'static,
    T: SinkTask + Default + 'static,
{
    let (connector, task) = (Arc::new(|| Box::<C>::default() as _), Arc::new(|| Box::<T>::default() as _));
    plugin(class, Factory::Sink { connector, task_class, task })
}

fn plugin(class: &'static str, factory: Factory) -> Plugin {
    Plugin { class, version: VERSION, config_def: &NO_KEYS, factory }
}
