//! `Consume` over the Kafka client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, TopicOffsets, TopicPartition};
use connect_config::Props;
use kafka_client::config::ClientKind;
use kafka_client::consumer::{self, Consumer, ConsumerError, Event, OffsetAndMetadata};

pub use kafka_client::consumer::Subscription;

use super::producer::{connect_error, open_cluster};
use super::{Consume, Incoming};

/// How long a partition's starting position may take to find out.
const POSITION_TIMEOUT: Duration = Duration::from_secs(60);

/// A group member, made of Java's properties. Connects when it is first polled.
/// # Errors
/// A property is wrong.
pub async fn open_consumer(props: &Props, subscription: Subscription) -> Result<Box<dyn Consume>, ConnectError> {
    let cluster = open_cluster(ClientKind::Consumer, props).await?;
    let config = crate::client_config::parse_consumer(props).map_err(|error| connect_error(&error))?;
    let mut consumer = Consumer::new(cluster, config).map_err(|error| connect_error(&error))?;
    consumer.subscribe(subscription).map_err(|error| raised(&error))?;
    Ok(Box::new(KafkaConsumer { consumer: Some(consumer) }))
}

struct KafkaConsumer {
    /// None after `close`.
    consumer: Option<Consumer>,
}

fn raised(error: &ConsumerError) -> ConnectError {
    ConnectError::new(error.java_class(), error.to_string())
}

fn closed() -> ConnectError {
    ConnectError::new("java.lang.IllegalStateException", "This consumer has already been closed.")
}

#[async_trait]
impl Consume for KafkaConsumer {
    async fn poll(&mut self, timeout: Duration) -> Result<Incoming, ConnectError> {
        let consumer = self.consumer.as_mut().ok_or_else(closed)?;
        Ok(match consumer.poll(timeout).await.map_err(|error| raised(&error))? {
            Event::Assigned(partitions) => Incoming::Assigned(all_ours(partitions)),
            Event::Revoked(partitions) => Incoming::Revoked(all_ours(partitions)),
            Event::Lost(partitions) => Incoming::Lost(all_ours(partitions)),
            Event::Records(records) => Incoming::Records(records),
            Event::Committed { id, result } => Incoming::Committed(id, result.map_err(|error| raised(&error))),
            Event::Idle => Incoming::Idle,
        })
    }

    fn commit_async(&mut self, offsets: &TopicOffsets) -> Result<u64, ConnectError> {
        let consumer = self.consumer.as_mut().ok_or_else(closed)?;
        consumer.commit_async(theirs_with(offsets)).map_err(|error| raised(&error))
    }

    async fn commit(&mut self, offsets: &TopicOffsets) -> Result<(), ConnectError> {
        let consumer = self.consumer.as_mut().ok_or_else(closed)?;
        consumer.commit(&theirs_with(offsets)).await.map_err(|error| raised(&error))
    }

    async fn position(&mut self, partition: &TopicPartition) -> Result<Option<i64>, ConnectError> {
        let consumer = self.consumer.as_mut().ok_or_else(closed)?;
        loop {
            match consumer.position(&theirs(partition), POSITION_TIMEOUT).await {
                Ok(position) => return Ok(Some(position)),
                Err(ConsumerError::NotAssigned(_)) => return Ok(None),
                Err(error) if error.is_retriable() => tracing::warn!("{error}; trying again"),
                Err(error) => return Err(raised(&error)),
            }
        }
    }

    fn seek(&mut self, partition: &TopicPartition, offset: i64) {
        self.each("seek", std::slice::from_ref(partition), |consumer, at| consumer.seek(at, offset));
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        self.each("pause", partitions, |consumer, at| consumer.pause(std::slice::from_ref(at)));
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        self.each("resume", partitions, |consumer, at| consumer.resume(std::slice::from_ref(at)));
    }

    async fn close(&mut self, timeout: Duration) {
        if let Some(consumer) = self.consumer.take() {
            consumer.close(timeout).await;
        }
    }
}

impl KafkaConsumer {
    /// A partition that has just been given up cannot be changed any more, and need not.
    fn each(
        &mut self,
        what: &str,
        partitions: &[TopicPartition],
        act: impl Fn(&mut Consumer, &consumer::TopicPartition) -> Result<(), ConsumerError>,
    ) {
        let Some(consumer) = &mut self.consumer else { return };
        for partition in partitions {
            if let Err(error) = act(consumer, &theirs(partition)) {
                tracing::debug!("could not {what} {partition}: {error}");
            }
        }
    }
}

/// A partition as the runtime has it.
pub(crate) fn ours(at: consumer::TopicPartition) -> TopicPartition {
    TopicPartition { topic: at.topic, partition: at.partition }
}

/// A partition as the client has it.
pub(crate) fn theirs(at: &TopicPartition) -> consumer::TopicPartition {
    consumer::TopicPartition { topic: Arc::clone(&at.topic), partition: at.partition }
}

fn all_ours(partitions: Vec<consumer::TopicPartition>) -> Vec<TopicPartition> {
    partitions.into_iter().map(ours).collect()
}

fn theirs_with(offsets: &TopicOffsets) -> BTreeMap<consumer::TopicPartition, OffsetAndMetadata> {
    offsets.iter().map(|(at, &offset)| (theirs(at), offset.into())).collect()
}
