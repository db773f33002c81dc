//! Which Java logger stands for which of our modules.

use std::borrow::Cow;

/// A module of ours, with all below it, and the Java loggers that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoggerName {
    /// A module path.
    pub target: &'static str,
    /// The first is shown; a level of any of them holds.
    pub java: &'static [&'static str],
}

/// Every module that has a counterpart. Where several rows fit, the longest path counts.
pub const LOGGERS: &[LoggerName] = &[
    row_of("longshore", &["org.apache.kafka.connect.cli.AbstractConnectCli"]),
    row_of("longshore::standalone", &["org.apache.kafka.connect.cli.ConnectStandalone"]),
    row_of("longshore::connector_files", &["org.apache.kafka.connect.cli.ConnectStandalone"]),
    row_of("longshore::signals", &["org.apache.kafka.connect.runtime.Connect"]),
    row_of("longshore::worker_file", &["org.apache.kafka.connect.runtime.WorkerConfig"]),
    row_of("longshore::cluster", &["org.apache.kafka.connect.runtime.WorkerConfig"]),
    row_of("connect_runtime", &["org.apache.kafka.connect.runtime.Worker"]),
    row_of(
        "connect_runtime::herder",
        &[
            "org.apache.kafka.connect.runtime.standalone.StandaloneHerder",
            "org.apache.kafka.connect.runtime.AbstractHerder",
        ],
    ),
    row_of("connect_runtime::task_configs", &["org.apache.kafka.connect.runtime.AbstractHerder"]),
    row_of("connect_runtime::validation", &["org.apache.kafka.connect.runtime.AbstractHerder"]),
    row_of("connect_runtime::connector", &["org.apache.kafka.connect.runtime.WorkerConnector"]),
    row_of("connect_runtime::supervise", &["org.apache.kafka.connect.runtime.WorkerTask"]),
    row_of("connect_runtime::task", &["org.apache.kafka.connect.runtime.WorkerTask"]),
    row_of(
        "connect_runtime::source",
        &[
            "org.apache.kafka.connect.runtime.AbstractWorkerSourceTask",
            "org.apache.kafka.connect.runtime.WorkerSourceTask",
        ],
    ),
    row_of("connect_runtime::kafka::producer", &["org.apache.kafka.connect.runtime.AbstractWorkerSourceTask"]),
    row_of("connect_runtime::sink", &["org.apache.kafka.connect.runtime.WorkerSinkTask"]),
    row_of("connect_runtime::kafka::consumer", &["org.apache.kafka.connect.runtime.WorkerSinkTask"]),
    row_of("connect_runtime::transforms", &["org.apache.kafka.connect.runtime.TransformationChain"]),
    row_of(
        "connect_runtime::errors",
        &[
            "org.apache.kafka.connect.runtime.errors.LogReporter",
            "org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator",
        ],
    ),
    row_of("connect_runtime::offsets", &["org.apache.kafka.connect.storage.OffsetStorageWriter"]),
    row_of("connect_runtime::offsets::file_store", &["org.apache.kafka.connect.storage.FileOffsetBackingStore"]),
    row_of("connect_rest", &["org.apache.kafka.connect.runtime.rest.RestServer"]),
    row_of("connect_rest::error", &["org.apache.kafka.connect.runtime.rest.errors.ConnectExceptionMapper"]),
    row_of("connect_rest::routes", &["org.apache.kafka.connect.runtime.rest.resources.ConnectorsResource"]),
    row_of("kafka_client", &["org.apache.kafka.clients.NetworkClient"]),
    row_of(
        "kafka_client::net",
        &["org.apache.kafka.clients.NetworkClient", "org.apache.kafka.common.network.Selector"],
    ),
    row_of("kafka_client::cluster", &["org.apache.kafka.clients.Metadata"]),
    row_of("kafka_client::admin", &["org.apache.kafka.clients.admin.KafkaAdminClient"]),
    row_of("kafka_client::security", &["org.apache.kafka.common.security.authenticator.SaslClientAuthenticator"]),
    row_of("kafka_client::security::tls", &["org.apache.kafka.common.security.ssl.SslFactory"]),
    row_of(
        "kafka_client::group",
        &[
            "org.apache.kafka.clients.consumer.internals.AbstractCoordinator",
            "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator",
        ],
    ),
    row_of(
        "kafka_client::consumer",
        &[
            "org.apache.kafka.clients.consumer.KafkaConsumer",
            "org.apache.kafka.clients.consumer.internals.ClassicKafkaConsumer",
        ],
    ),
    row_of("kafka_client::consumer::fetch", &["org.apache.kafka.clients.consumer.internals.AbstractFetch"]),
    row_of("kafka_client::consumer::positions", &["org.apache.kafka.clients.consumer.internals.SubscriptionState"]),
    row_of("kafka_client::consumer::validate", &["org.apache.kafka.clients.consumer.internals.SubscriptionState"]),
    row_of("kafka_client::consumer::offsets", &["org.apache.kafka.clients.consumer.internals.OffsetFetcher"]),
    row_of("kafka_client::consumer::membership", COORDINATOR),
    row_of("kafka_client::consumer::autocommit", COORDINATOR),
    row_of("kafka_client::consumer::commits", COORDINATOR),
    row_of("kafka_client::producer", &["org.apache.kafka.clients.producer.KafkaProducer"]),
    row_of("kafka_client::producer::sender", SENDER),
    row_of("kafka_client::producer::settle", SENDER),
    row_of("kafka_client::producer::identify", TRANSACTIONS),
    row_of("kafka_client::producer::transactional", TRANSACTIONS),
    row_of("kafka_client::producer::transaction", TRANSACTIONS),
    row_of("plugin_converters::json", &["org.apache.kafka.connect.json.JsonConverter"]),
    row_of("plugin_file::source", &["org.apache.kafka.connect.file.FileStreamSourceTask"]),
    row_of("plugin_file::sink", &["org.apache.kafka.connect.file.FileStreamSinkTask"]),
    row_of("plugin_verifiable", &["org.apache.kafka.connect.tools.VerifiableSourceTask"]),
    row_of("plugin_verifiable::schema_source", &["org.apache.kafka.connect.tools.SchemaSourceTask"]),
    row_of("plugin_verifiable::mock::connector", &["org.apache.kafka.connect.tools.MockConnector"]),
    row_of("plugin_verifiable::mock::source", &["org.apache.kafka.connect.tools.MockSourceTask"]),
    row_of("plugin_verifiable::mock::sink", &["org.apache.kafka.connect.tools.MockSinkTask"]),
];

const COORDINATOR: &[&str] = &["org.apache.kafka.clients.consumer.internals.ConsumerCoordinator"];
const SENDER: &[&str] = &["org.apache.kafka.clients.producer.internals.Sender"];
const TRANSACTIONS: &[&str] = &["org.apache.kafka.clients.producer.internals.TransactionManager"];

const fn row_of(target: &'static str, java: &'static [&'static str]) -> LoggerName {
    LoggerName { target, java }
}

/// The Java name of what logs under `target`: the counterpart of a module of ours, else the target with dots.
pub fn java_name(target: &str) -> Cow<'_, str> {
    match row(target).and_then(|row| row.java.first()) {
        Some(java) => Cow::Borrowed(*java),
        None => dotted(target),
    }
}

/// The row of the nearest module at or above `target`.
pub(super) fn row(target: &str) -> Option<&'static LoggerName> {
    LOGGERS.iter().filter(|row| is_at_or_below(target, row.target)).max_by_key(|row| row.target.len())
}

fn is_at_or_below(target: &str, module: &str) -> bool {
    target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A module path as log4j would write it.
pub(super) fn dotted(name: &str) -> Cow<'_, str> {
    match name.contains("::") {
        true => Cow::Owned(name.replace("::", ".")),
        false => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_of_targets() {
        for (target, want) in [
            ("connect_runtime::worker", "org.apache.kafka.connect.runtime.Worker"),
            ("connect_runtime::source::pipeline", "org.apache.kafka.connect.runtime.AbstractWorkerSourceTask"),
            ("connect_runtime::sourcery", "org.apache.kafka.connect.runtime.Worker"),
            ("org.apache.kafka.connect.runtime.rest.RestServer", "org.apache.kafka.connect.runtime.rest.RestServer"),
            ("own_plugin::source", "own_plugin.source"),
            ("", ""),
        ] {
            assert_eq!(java_name(target), want, "{target}");
        }
    }

    #[test]
    fn each_module_stands_once_with_a_name() {
        let targets: BTreeSet<_> = LOGGERS.iter().map(|row| row.target).collect();
        assert_eq!(targets.len(), LOGGERS.len());
        assert!(LOGGERS.iter().all(|row| !row.java.is_empty()));
    }
}
