use std::time::Instant;

use kafka_protocol::messages::{OffsetCommitRequest, OffsetFetchRequest};
use kafka_protocol::protocol::StrBytes;

use crate::committed;
use crate::consumer::{Offsets, TopicPartition};
use crate::group::{Coordinator, Generation};
use crate::net::Backoff;
use crate::wire::group;
use crate::{ErrorCode, KafkaError};

/// Commits once; whether to repeat is the caller's to say.
pub(in crate::consumer) async fn commit(
    coordinator: &Coordinator,
    generation: &Generation,
    instance_id: Option<&str>,
    offsets: &Offsets,
) -> Result<(), KafkaError> {
    if offsets.is_empty() {
        return Ok(());
    }
    let request = OffsetCommitRequest::default()
        .with_group_id(group(coordinator.group_id()))
        .with_generation_id_or_member_epoch(generation.id)
        .with_member_id(StrBytes::from(generation.member_id.clone()))
        .with_group_instance_id(instance_id.map(|id| StrBytes::from(id.to_owned())))
        .with_topics(committed::topics(offsets));
    let response = coordinator.send(&request).await?;
    for topic in &response.topics {
        for partition in &topic.partitions {
            let what = format!("commit of {}-{}", topic.name.as_str(), partition.partition_index);
            coordinator.check(partition.error_code, &what)?;
        }
    }
    Ok(())
}

/// A commit to a topic that is gone is not repeated: if one comes back under its name, it is another one, and whoever
/// reads it would begin behind records that nobody has read.
pub(in crate::consumer) fn is_gone(error: &KafkaError) -> bool {
    error.code() == Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION)
}

/// Repeats a commit while that may help, for whoever joins the group only after it.
pub(in crate::consumer) async fn until<A: Future<Output = Result<(), KafkaError>>>(
    deadline: Instant,
    mut backoff: Backoff,
    attempt: impl Fn() -> A,
) -> Result<(), KafkaError> {
    let may_help = |error: &KafkaError| error.is_retriable() && !is_gone(error);
    let attempts = async {
        loop {
            match attempt().await {
                Err(error) if may_help(&error) => {
                    tracing::debug!(%error, "the commit before a rebalance failed; trying again");
                    tokio::time::sleep(backoff.next_delay()).await;
                }
                result => return result,
            }
        }
    };
    tokio::time::timeout_at(deadline.into(), attempts).await.unwrap_or_else(|_| {
        tracing::warn!("the commit before a rebalance did not succeed within max.poll.interval.ms; joining without it");
        Err(KafkaError::Timeout("The commit before a rebalance did not succeed within max.poll.interval.ms".into()))
    })
}

/// What the group committed; partitions without a committed offset are left out. One that a transaction is about to change is
/// waited for, at every isolation level: whoever has the partition next would do the transaction's work again.
pub(in crate::consumer) async fn committed(
    coordinator: &Coordinator,
    partitions: &[TopicPartition],
) -> Result<Offsets, KafkaError> {
    let version = coordinator.version::<OffsetFetchRequest>().await?;
    let response = coordinator.send(&request(coordinator.group_id(), partitions, version)).await?;
    coordinator.check(committed::failure(&response), "committed offsets")?;
    let mut offsets = Offsets::new();
    for (partition, error, offset) in committed::rows(response) {
        coordinator.check(error, &format!("offset of {partition}"))?;
        offsets.extend(offset.map(|offset| (partition, offset)));
    }
    Ok(offsets)
}

fn request(group: &str, partitions: &[TopicPartition], version: i16) -> OffsetFetchRequest {
    let mut sorted = partitions.to_vec();
    sorted.sort();
    committed::request(group, Some(&sorted), true, version)
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use kafka_protocol::protocol::Encodable;

    use super::*;
    use crate::net::Request;

    #[test]
    fn every_broker_can_be_asked_what_was_committed() {
        for version in 1..=OffsetFetchRequest::MAX_VERSION {
            let request = request("g", &[TopicPartition::new("t", 0)], version);
            assert!(request.encode(&mut BytesMut::new(), version).is_ok(), "version {version}");
            assert_eq!(request.require_stable, version >= 7);
        }
    }
}
