//! What all three clients have: addresses, timeouts, backoffs, sockets, metrics.

use connect_config::ConfigType::{Boolean, Int, List, Long, String};
use connect_config::Importance::{High, Low, Medium};

use super::row::{Row, key, nullable, required};
use super::valid::Valid;

const NO_METRICS: &str = "this client keeps no JMX metrics";

pub(super) const BOOTSTRAP_SERVERS: Row = required(
    "bootstrap.servers",
    List,
    High,
    "Where the cluster is first asked who its brokers are: `host:port` of some of them, separated by commas.",
)
.valid(Valid::NonEmptyList);

pub(super) const CLIENT_DNS_LOOKUP: Row = key(
    "client.dns.lookup",
    String,
    "use_all_dns_ips",
    Medium,
    "What a host name stands for: all of its addresses in turn, or, for bootstrap servers, the names that its addresses have.",
)
.valid(Valid::OneOf(&["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"]));

pub(super) const CLIENT_ID: Row =
    key("client.id", String, "", Medium, "The name of this client in the broker's logs, metrics and quotas.");

pub(super) const METADATA_MAX_AGE: Row = key(
    "metadata.max.age.ms",
    Long,
    "300000",
    Low,
    "After how many milliseconds topics and leaders are asked for again, even if nothing seems to have changed.",
)
.valid(Valid::AtLeast(0));

pub(super) const SEND_BUFFER: Row = key(
    "send.buffer.bytes",
    Int,
    "131072",
    Medium,
    "The size of the socket's send buffer; -1, or unset, leaves it to the operating system.",
)
.valid(Valid::AtLeast(-1));

pub(super) const RECEIVE_BUFFER: Row = key(
    "receive.buffer.bytes",
    Int,
    "65536",
    Medium,
    "The size of the socket's receive buffer; -1, or unset, leaves it to the operating system.",
)
.valid(Valid::AtLeast(-1));

pub(super) const RECONNECT_BACKOFF: Row = key(
    "reconnect.backoff.ms",
    Long,
    "50",
    Low,
    "How many milliseconds to wait before a broker that could not be reached is tried again; doubled with each failure.",
)
.valid(Valid::AtLeast(0));

pub(super) const RECONNECT_BACKOFF_MAX: Row = key(
    "reconnect.backoff.max.ms",
    Long,
    "1000",
    Low,
    "How far the pause between two tries to reach a broker may grow, in milliseconds.",
)
.valid(Valid::AtLeast(0));

pub(super) const RETRY_BACKOFF: Row = key(
    "retry.backoff.ms",
    Long,
    "100",
    Low,
    "How many milliseconds to wait before a failed request is repeated; doubled with each failure.",
)
.valid(Valid::AtLeast(0));

pub(super) const RETRY_BACKOFF_MAX: Row = key(
    "retry.backoff.max.ms",
    Long,
    "1000",
    Low,
    "How far the pause before a repeated request may grow, in milliseconds.",
)
.valid(Valid::AtLeast(0));

pub(super) const REQUEST_TIMEOUT: Row = key(
    "request.timeout.ms",
    Int,
    "30000",
    Medium,
    "How many milliseconds a broker has for an answer before the connection to it is given up.",
)
.valid(Valid::AtLeast(0));

pub(super) const DEFAULT_API_TIMEOUT: Row = key(
    "default.api.timeout.ms",
    Int,
    "60000",
    Medium,
    "How many milliseconds a call may take in all, repeated requests included.",
)
.valid(Valid::AtLeast(0));

pub(super) const SETUP_TIMEOUT: Row = key(
    "socket.connection.setup.timeout.ms",
    Long,
    "10000",
    Medium,
    "How many milliseconds a connection may take to come about; doubled with each failure in a row.",
);

pub(super) const SETUP_TIMEOUT_MAX: Row = key(
    "socket.connection.setup.timeout.max.ms",
    Long,
    "30000",
    Medium,
    "How far the time for a connection to come about may grow, in milliseconds.",
);

pub(super) const CONNECTIONS_MAX_IDLE: Row = key(
    "connections.max.idle.ms",
    Long,
    "540000",
    Medium,
    "After how many milliseconds a connection that nobody uses is closed; a negative number keeps it.",
);

pub(super) const ENABLE_METRICS_PUSH: Row =
    key("enable.metrics.push", Boolean, "true", Low, "Whether the client sends metrics to brokers that ask for them.")
        .unused("this client sends no metrics to brokers")
        .harmless(&["false"]);

pub(super) const METRICS_SAMPLE_WINDOW: Row =
    key("metrics.sample.window.ms", Long, "30000", Low, "How many milliseconds one sample of a metric covers.")
        .valid(Valid::AtLeast(0))
        .unused(NO_METRICS);

pub(super) const METRICS_NUM_SAMPLES: Row =
    key("metrics.num.samples", Int, "2", Low, "How many samples a metric is computed from.")
        .valid(Valid::AtLeast(1))
        .unused(NO_METRICS);

pub(super) const METRICS_RECORDING_LEVEL: Row =
    key("metrics.recording.level", String, "INFO", Low, "How detailed the recorded metrics are.")
        .valid(Valid::OneOf(&["INFO", "DEBUG", "TRACE"]))
        .unused(NO_METRICS);

pub(super) const METRIC_REPORTERS: Row = key(
    "metric.reporters",
    List,
    "org.apache.kafka.common.metrics.JmxReporter",
    Low,
    "The Java classes that metrics are handed to.",
)
.valid(Valid::List)
.unused("no Java classes can be loaded here")
.harmless(&[""]);

pub(super) const INTERCEPTOR_CLASSES: Row =
    key("interceptor.classes", List, "", Low, "The Java classes that see each record on its way.")
        .valid(Valid::List)
        .unused("no Java classes can be loaded here");

pub(super) const SECURITY_PROVIDERS: Row =
    nullable("security.providers", String, Low, "The Java classes that bring further security algorithms.")
        .unused("no Java classes can be loaded here; TLS and SASL are built in");

pub(super) const SECURITY_PROTOCOL: Row = key(
    "security.protocol",
    String,
    "PLAINTEXT",
    Medium,
    "Whether connections are encrypted (SSL), authenticated (SASL_PLAINTEXT), both (SASL_SSL) or neither (PLAINTEXT).",
)
.valid(Valid::OneOfInAnyCase(&["SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"]));

pub(super) const METADATA_RECOVERY: Row = key(
    "metadata.recovery.strategy",
    String,
    "rebootstrap",
    Low,
    "What to do when none of the known brokers can be reached: ask the bootstrap servers again, or keep trying.",
)
.valid(Valid::OneOfInAnyCase(&["REBOOTSTRAP", "NONE"]));

pub(super) const REBOOTSTRAP_TRIGGER: Row = key(
    "metadata.recovery.rebootstrap.trigger.ms",
    Long,
    "300000",
    Low,
    "For how many milliseconds metadata may be sought in vain before the bootstrap servers are asked again.",
)
.valid(Valid::AtLeast(0));

pub(super) const CONFIG_PROVIDERS: Row =
    key("config.providers", List, "", Low, "The names of the providers that replace variables in values.")
        .valid(Valid::List)
        .refused(
            "this client has no configuration providers, and variables would stay as they are; resolve them before",
        );
