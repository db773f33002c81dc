//! The consumer's keys.

use connect_config::ConfigType::{Boolean, Class, Int, List, String};
use connect_config::Importance::{High, Low, Medium};

use super::common::*;
use super::row::{Row, key, nullable, required};
use super::valid::Valid;
use super::{oauth, sasl, ssl};

pub(super) const KEYS: &[&[Row]] = &[
    &[
        BOOTSTRAP_SERVERS,
        CLIENT_DNS_LOOKUP,
        nullable("group.id", String, High, "The group whose members share the partitions, and whose offsets are committed."),
        nullable(
            "group.instance.id",
            String,
            Medium,
            "The name of a static member, which keeps its partitions over a short restart.",
        )
        .valid(Valid::NonEmptyString),
        key("session.timeout.ms", Int, "45000", High, "After how many silent milliseconds the group gives a member up."),
        key(
            "heartbeat.interval.ms",
            Int,
            "3000",
            High,
            "How many milliseconds lie between two signs of life; less than the session timeout.",
        ),
        key(
            "partition.assignment.strategy",
            List,
            "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
            Medium,
            "The ways to share partitions that this member can go along with, the favourite first.",
        )
        .valid(Valid::List),
        METADATA_MAX_AGE,
        key("enable.auto.commit", Boolean, "true", Medium, "Whether what was polled is committed from time to time."),
        key("auto.commit.interval.ms", Int, "5000", Low, "How many milliseconds lie between two automatic commits.")
            .valid(Valid::AtLeast(0)),
        CLIENT_ID.importance(Low),
        key("client.rack", String, "", Low, "Where this client runs, so that it can read from a replica nearby."),
        key("max.partition.fetch.bytes", Int, "1048576", High, "About how many bytes of one partition an answer may hold.")
            .valid(Valid::AtLeast(0)),
        SEND_BUFFER,
        RECEIVE_BUFFER,
        key("fetch.min.bytes", Int, "1", High, "How many bytes a broker gathers before it answers.")
            .valid(Valid::AtLeast(0)),
        key("fetch.max.bytes", Int, "52428800", Medium, "About how many bytes one answer may hold.")
            .valid(Valid::AtLeast(0)),
        key("fetch.max.wait.ms", Int, "500", Low, "How many milliseconds a broker waits for `fetch.min.bytes`.")
            .valid(Valid::AtLeast(0)),
        RECONNECT_BACKOFF,
        RECONNECT_BACKOFF_MAX,
        RETRY_BACKOFF,
        RETRY_BACKOFF_MAX,
        ENABLE_METRICS_PUSH,
        key(
            "auto.offset.reset",
            String,
            "latest",
            Medium,
            "Where to start where no offset is committed or it is gone: at the beginning, at the end, some time ago, or not at all.",
        )
        .valid(Valid::OffsetReset),
        key("check.crcs", Boolean, "true", Low, "Whether the checksums of batches are verified."),
        METRICS_SAMPLE_WINDOW,
        METRICS_NUM_SAMPLES,
        METRICS_RECORDING_LEVEL,
        METRIC_REPORTERS,
        required("key.deserializer", Class, High, "The Java class that makes keys of bytes.")
            .refused(BYTES)
            .harmless(DESERIALIZERS),
        required("value.deserializer", Class, High, "The Java class that makes values of bytes.")
            .refused(BYTES)
            .harmless(DESERIALIZERS),
        REQUEST_TIMEOUT,
        DEFAULT_API_TIMEOUT,
        SETUP_TIMEOUT,
        SETUP_TIMEOUT_MAX,
        CONNECTIONS_MAX_IDLE,
        INTERCEPTOR_CLASSES,
        key("max.poll.records", Int, "500", Medium, "How many records one poll returns at most.").valid(Valid::AtLeast(1)),
        key(
            "max.poll.interval.ms",
            Int,
            "300000",
            Medium,
            "After how many milliseconds without a poll a member leaves its group.",
        )
        .valid(Valid::AtLeast(1)),
        key(
            "exclude.internal.topics",
            Boolean,
            "true",
            Medium,
            "Whether a subscription by pattern passes over the topics that Kafka keeps for itself.",
        ),
        key(
            "internal.throw.on.fetch.stable.offset.unsupported",
            Boolean,
            "false",
            Low,
            "Whether to fail where a broker cannot say which committed offsets are stable.",
        )
        .internal()
        .refused("this consumer takes what such a broker says; remove it"),
        key(
            "isolation.level",
            String,
            "read_uncommitted",
            Medium,
            "Whether records of open and aborted transactions are seen (read_uncommitted) or not (read_committed).",
        )
        .valid(Valid::OneOf(&["read_committed", "read_uncommitted"])),
        key("allow.auto.create.topics", Boolean, "true", Medium, "Whether a broker may create a topic that is asked for."),
        key("group.protocol", String, "classic", High, "Which protocol the members of the group speak.")
            .valid(Valid::OneOfInAnyCase(&["CONSUMER", "CLASSIC"]))
            .refused("this consumer speaks the classic protocol only; set classic or remove it")
            .harmless(&["classic"]),
        nullable("group.remote.assignor", String, Medium, "The broker's way to share partitions.")
            .refused("it cannot be set when group.protocol=CLASSIC; remove it"),
        SECURITY_PROVIDERS,
        SECURITY_PROTOCOL,
    ],
    ssl::KEYS,
    sasl::KEYS,
    oauth::KEYS,
    &[
        METADATA_RECOVERY,
        REBOOTSTRAP_TRIGGER,
        key(
            "share.acknowledgement.mode",
            String,
            "implicit",
            Medium,
            "How members of a share group acknowledge records.",
        )
        .valid(Valid::ShareMode(&["implicit", "explicit"]))
        .unused(NO_SHARES),
        key("share.acquire.mode", String, "BATCH_OPTIMIZED", Medium, "How many records a member of a share group acquires.")
            .valid(Valid::ShareMode(&["batch_optimized", "record_limit"]))
            .unused(NO_SHARES),
        CONFIG_PROVIDERS,
    ],
];

const NO_SHARES: &str = "only share groups have it";
const BYTES: &str = "this consumer gives bytes; remove it, and deserialize after";
const DESERIALIZERS: &[&str] = &[
    "org.apache.kafka.common.serialization.ByteArrayDeserializer",
    "org.apache.kafka.common.serialization.ByteBufferDeserializer",
    "org.apache.kafka.common.serialization.BytesDeserializer",
];
