//! Questions about the log: where partitions begin and end, and what was written when.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::KafkaError;
use crate::net::Backoff;

use super::fetch::isolation;
use super::offsets::{self, At, Found, Listed};
use super::{Consumer, ConsumerError, TopicPartition};

impl Consumer {
    /// The first offset of each partition.
    pub async fn beginning_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, ConsumerError> {
        self.list(partitions.iter().map(|name| (name.clone(), At::Beginning)).collect()).await.map(offsets_only)
    }

    /// The offset after the last record of each partition; with `read_committed`, after the last one that is decided.
    pub async fn end_offsets(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<BTreeMap<TopicPartition, i64>, ConsumerError> {
        self.list(partitions.iter().map(|name| (name.clone(), At::End)).collect()).await.map(offsets_only)
    }

    /// The first record of each partition that is not older than its timestamp: offset and timestamp. Partitions without are left out.
    pub async fn offsets_for_times(
        &self,
        timestamps: &BTreeMap<TopicPartition, i64>,
    ) -> Result<BTreeMap<TopicPartition, (i64, i64)>, ConsumerError> {
        if let Some((name, millis)) = timestamps.iter().find(|(_, millis)| **millis < 0) {
            let text = format!("The target time for partition {name} is {millis}. The target time cannot be negative.");
            return Err(ConsumerError::IllegalArgument(text));
        }
        let wanted = timestamps.iter().map(|(name, millis)| (name.clone(), At::Timestamp(*millis)));
        self.list(wanted.collect()).await
    }

    async fn list(
        &self,
        wanted: BTreeMap<TopicPartition, At>,
    ) -> Result<BTreeMap<TopicPartition, Found>, ConsumerError> {
        let mut topics: Vec<_> = wanted.keys().map(|name| name.topic.clone()).collect();
        topics.dedup();
        let isolation = isolation(&self.config);
        let mut distrusted = false;
        let timeout = self.config.default_api_timeout;
        self.patiently("the offsets could be determined", timeout, || {
            // The first failure may be the cache's fault.
            let fresh = std::mem::replace(&mut distrusted, true);
            let (topics, wanted) = (&topics, &wanted);
            async move {
                let metadata = match fresh {
                    true => self.cluster.refresh(topics).await?,
                    false => self.cluster.metadata(topics, self.config.allow_auto_create_topics).await?,
                };
                found_only(offsets::list(&self.cluster, &metadata, wanted, isolation).await)
            }
        })
        .await
    }

    /// Repeats what may be repeated, until `timeout`; `before` says what did not come about.
    pub(super) async fn patiently<T, F: Future<Output = Result<T, KafkaError>>>(
        &self,
        before: &str,
        timeout: Duration,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, ConsumerError> {
        let mut backoff = Backoff::new(self.config.retry_backoff, self.config.retry_backoff_max);
        let mut last = None;
        let attempts = async {
            loop {
                match attempt().await {
                    Err(error) if error.is_retriable() => last = Some(error),
                    result => return result,
                }
                tokio::time::sleep(backoff.next_delay()).await;
            }
        };
        // What failed last says more than that the time is over.
        match tokio::time::timeout(timeout, attempts).await {
            Ok(result) => result.map_err(ConsumerError::from),
            Err(_) => Err(last.unwrap_or_else(|| expired(before, timeout)).into()),
        }
    }
}

fn expired(before: &str, timeout: Duration) -> KafkaError {
    KafkaError::Timeout(format!("Timeout of {}ms expired before {before}", timeout.as_millis()).into())
}

/// All that was found, or the first error.
fn found_only(listed: Listed) -> Result<BTreeMap<TopicPartition, Found>, KafkaError> {
    listed
        .into_iter()
        .filter_map(|(name, result)| Some((name, result.transpose()?)))
        .map(|(name, result)| Ok((name, result?)))
        .collect()
}

fn offsets_only(found: BTreeMap<TopicPartition, Found>) -> BTreeMap<TopicPartition, i64> {
    found.into_iter().map(|(name, (offset, _))| (name, offset)).collect()
}
