//! Between our types and those of the messages.

use std::collections::BTreeMap;
use std::fmt;

use kafka_protocol::messages::BrokerId;
use kafka_protocol::protocol::StrBytes;

use super::PerKey;
pub(super) use crate::wire::{by_topic, group, text, topic, transactional_id};
use crate::{ErrorCode, KafkaError};

/// The key of a question about the cluster as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Whole;

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the call")
    }
}

pub(super) fn owned(text: &Option<StrBytes>) -> Option<String> {
    text.as_ref().map(|text| text.as_str().to_owned())
}

pub(super) fn brokers(ids: &[i32]) -> Vec<BrokerId> {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

pub(super) fn ids(brokers: &[BrokerId]) -> Vec<i32> {
    brokers.iter().map(|broker| broker.0).collect()
}

/// Keeps what a request can carry; the others fail at once. `what` is `topic name`, as in Java.
pub(super) fn representable<K: Ord + Clone + AsRef<str>, V>(
    keys: impl IntoIterator<Item = K>,
    what: &str,
) -> (Vec<K>, PerKey<K, V>) {
    let (good, bad): (Vec<K>, Vec<K>) = keys.into_iter().partition(|key| is_representable(key.as_ref()));
    let refuse = |key: K| {
        let text = format!("The given {what} '{}' cannot be represented in a request.", key.as_ref());
        (key, Err(KafkaError::refused(ErrorCode::INVALID_TOPIC_EXCEPTION, text)))
    };
    (good, bad.into_iter().map(refuse).collect::<BTreeMap<_, _>>())
}

fn is_representable(name: &str) -> bool {
    !name.is_empty() && i16::try_from(name.len()).is_ok()
}

/// A request that the broker's version of it cannot carry.
pub(super) fn unsupported(text: impl Into<std::sync::Arc<str>>) -> KafkaError {
    KafkaError::refused(ErrorCode::UNSUPPORTED_VERSION, text)
}

/// Whether the broker does not know what was asked.
pub(super) fn is_unsupported(error: &KafkaError) -> bool {
    matches!(error, KafkaError::UnsupportedVersion { .. }) || error.code() == Some(ErrorCode::UNSUPPORTED_VERSION)
}
