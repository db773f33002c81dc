//! The admin client's keys.

use connect_config::ConfigType::{Int, List};
use connect_config::Importance::{High, Low};

use super::common::*;
use super::row::{Row, key};
use super::valid::Valid;
use super::{oauth, sasl, ssl};

pub(super) const KEYS: &[&[Row]] = &[
    &[
        BOOTSTRAP_SERVERS.by_default("").valid(Valid::List),
        key("bootstrap.controllers", List, "", High, "Where the controllers are, for questions that only they answer.")
            .valid(Valid::List)
            .refused("this client asks brokers only; set bootstrap.servers instead"),
        CLIENT_ID,
        METADATA_MAX_AGE,
        SEND_BUFFER,
        RECEIVE_BUFFER,
        RECONNECT_BACKOFF,
        RECONNECT_BACKOFF_MAX,
        RETRY_BACKOFF,
        RETRY_BACKOFF_MAX,
        ENABLE_METRICS_PUSH.by_default("false").harmless(&[]),
        REQUEST_TIMEOUT,
        SETUP_TIMEOUT,
        SETUP_TIMEOUT_MAX,
        CONNECTIONS_MAX_IDLE.by_default("300000"),
        key("retries", Int, "2147483647", Low, "How often a request that failed for the moment is sent again.")
            .valid(Valid::Between(0, i32::MAX as i64)),
        DEFAULT_API_TIMEOUT,
        METRICS_SAMPLE_WINDOW,
        METRICS_NUM_SAMPLES,
        METRIC_REPORTERS,
        METRICS_RECORDING_LEVEL,
        CLIENT_DNS_LOOKUP,
        SECURITY_PROVIDERS,
        SECURITY_PROTOCOL,
    ],
    ssl::KEYS,
    sasl::KEYS,
    oauth::KEYS,
    &[METADATA_RECOVERY, REBOOTSTRAP_TRIGGER, CONFIG_PROVIDERS],
];
