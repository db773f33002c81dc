//! The contracts between the runtime and plugins, and the table in which plugins are registered.

mod blocking;
mod config_provider;
mod connector;
mod context;
mod converter;
mod sink;
mod source;
mod table;
mod transformation;

pub use blocking::{Blocking, BlockingSinkTask, BlockingSourceTask};
pub use config_provider::{ConfigData, ConfigProvider};
pub use connector::{
    Connector, ExactlyOnceSupport, SinkConnector, SourceConnector, SourceOffsets, TransactionBoundaries,
};
pub use context::{
    ConnectorContext, ConnectorEvents, ErrantRecordReporter, OffsetReader, SinkRequests, SinkTaskContext,
    SourceTaskContext, StopToken, TransactionContext,
};
pub use converter::{Conversion, Converter, HeaderConverter, SchemaAndValue};
pub use sink::{SinkTask, TopicOffsets};
pub use source::SourceTask;
pub use table::{Factory, Plugin, PluginKind, PluginTable};
pub use transformation::{Predicate, RecordTransformation, Transformation, Verdict};
