//! The producer's keys.

use connect_config::ConfigType::{Boolean, Class, Int, Long, String};
use connect_config::Importance::{High, Low, Medium};

use super::common::*;
use super::row::{Row, key, nullable, required};
use super::valid::Valid;
use super::{oauth, sasl, ssl};

pub(super) const KEYS: &[&[Row]] = &[
    &[
        BOOTSTRAP_SERVERS,
        CLIENT_DNS_LOOKUP,
        key(
            "buffer.memory",
            Long,
            "33554432",
            High,
            "How many bytes of records may wait to be sent or acknowledged; beyond that the sender waits.",
        )
        .valid(Valid::AtLeast(0)),
        key("retries", Int, "2147483647", High, "How often a batch that failed for the moment is sent again.")
            .valid(Valid::Between(0, i32::MAX as i64)),
        key(
            "acks",
            String,
            "all",
            Low,
            "Who must have a batch before it counts as written: nobody (0), the leader (1), all replicas in sync (all or -1).",
        )
        .valid(Valid::OneOf(&["all", "-1", "0", "1"])),
        key("compression.type", String, "none", High, "The codec that batches are compressed with.")
            .valid(Valid::OneOf(&["none", "gzip", "snappy", "lz4", "zstd"])),
        key("compression.gzip.level", Int, "-1", Medium, "The level of gzip; -1 is the codec's own default.")
            .valid(Valid::GzipLevel),
        key("compression.lz4.level", Int, "9", Medium, "The level of lz4.").valid(Valid::Between(1, 17)),
        key("compression.zstd.level", Int, "3", Medium, "The level of zstd.").valid(Valid::Between(-131_072, 22)),
        key("batch.size", Int, "16384", Medium, "At how many bytes a batch is full and no longer waits for more records.")
            .valid(Valid::AtLeast(0)),
        key(
            "partitioner.adaptive.partitioning.enable",
            Boolean,
            "true",
            Low,
            "Whether partitions of slow brokers get fewer of the records without a key.",
        ),
        key(
            "partitioner.availability.timeout.ms",
            Long,
            "0",
            Low,
            "After how many milliseconds without progress a partition gets no more records without a key; 0 never.",
        )
        .valid(Valid::AtLeast(0)),
        key(
            "partitioner.ignore.keys",
            Boolean,
            "false",
            Medium,
            "Whether records with a key are spread over the partitions like those without.",
        ),
        key("linger.ms", Long, "5", Medium, "How many milliseconds a batch that is not full waits for more records.")
            .valid(Valid::AtLeast(0)),
        key(
            "delivery.timeout.ms",
            Int,
            "120000",
            Medium,
            "Within how many milliseconds a record is acknowledged or failed, repeated requests included.",
        )
        .valid(Valid::AtLeast(0)),
        CLIENT_ID,
        SEND_BUFFER,
        RECEIVE_BUFFER.by_default("32768"),
        key("max.request.size", Int, "1048576", Medium, "The largest request and the largest record, in bytes.")
            .valid(Valid::AtLeast(0)),
        RECONNECT_BACKOFF,
        RECONNECT_BACKOFF_MAX,
        RETRY_BACKOFF,
        RETRY_BACKOFF_MAX,
        ENABLE_METRICS_PUSH,
        key(
            "max.block.ms",
            Long,
            "60000",
            Medium,
            "How many milliseconds a call may wait for buffer space, metadata or a transaction.",
        )
        .valid(Valid::AtLeast(0)),
        REQUEST_TIMEOUT,
        METADATA_MAX_AGE,
        key(
            "metadata.max.idle.ms",
            Long,
            "300000",
            Low,
            "After how many milliseconds a topic that nobody asks for is forgotten.",
        )
        .valid(Valid::AtLeast(5_000)),
        METRICS_SAMPLE_WINDOW,
        METRICS_NUM_SAMPLES,
        METRICS_RECORDING_LEVEL,
        METRIC_REPORTERS,
        key(
            "max.in.flight.requests.per.connection",
            Int,
            "5",
            Low,
            "How many requests may be on their way to one broker; more than 1 keeps the order only with idempotence.",
        )
        .valid(Valid::AtLeast(1)),
        required("key.serializer", Class, High, "The Java class that turns keys into bytes.")
            .refused(BYTES)
            .harmless(SERIALIZERS),
        required("value.serializer", Class, High, "The Java class that turns values into bytes.")
            .refused(BYTES)
            .harmless(SERIALIZERS),
        SETUP_TIMEOUT,
        SETUP_TIMEOUT_MAX,
        CONNECTIONS_MAX_IDLE,
        nullable("partitioner.class", Class, Medium, "The Java class that chooses the partition of a record.")
            .refused("no Java classes can be loaded here, and records would get other partitions; remove it, or use RoundRobinPartitioner")
            .harmless(&["org.apache.kafka.clients.producer.RoundRobinPartitioner"]),
        INTERCEPTOR_CLASSES,
        SECURITY_PROTOCOL,
        SECURITY_PROVIDERS,
    ],
    ssl::KEYS,
    sasl::KEYS,
    oauth::KEYS,
    &[
        key("enable.idempotence", Boolean, "true", Low, "Whether each record is stored once, and in order, when requests are repeated."),
        key(
            "transaction.timeout.ms",
            Int,
            "60000",
            Low,
            "After how many milliseconds the broker aborts a transaction that is still open.",
        ),
        nullable(
            "transactional.id",
            String,
            Low,
            "The name under which a producer's transactions go on after a restart; without it there are none.",
        )
        .valid(Valid::NonEmptyString),
        key(
            "transaction.two.phase.commit.enable",
            Boolean,
            "false",
            Low,
            "Whether an outside coordinator decides about transactions, which then never time out.",
        )
        .refused("this producer takes part in no two-phase commit, and the broker would abort what is prepared; remove it"),
        METADATA_RECOVERY,
        REBOOTSTRAP_TRIGGER,
        CONFIG_PROVIDERS,
    ],
];

const BYTES: &str = "this producer takes bytes; remove it, and serialize before";
const SERIALIZERS: &[&str] = &[
    "org.apache.kafka.common.serialization.ByteArraySerializer",
    "org.apache.kafka.common.serialization.ByteBufferSerializer",
    "org.apache.kafka.common.serialization.BytesSerializer",
];
