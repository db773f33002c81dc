//! `Produce` over the Kafka client.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{ConnectError, TopicPartition, java};
use connect_config::Props;
use kafka_client::admin::{Admin, AdminConfig};
use kafka_client::cluster::Cluster;
use kafka_client::config::{ClientConfig, ClientKind, unused};
use kafka_client::producer::{Ack, AppendError, Appender, Producer, ProducerConfig, Record, Topic};
use kafka_client::{ErrorCode, ErrorKind, KafkaError};

use super::{
    Acked, Acks, Appended, Blocked, Landed, Outgoing, OutgoingBatch, Produce, ProduceAndAcks, Stopped, Unsent,
};

/// A producer and its acknowledgements, made of Java's properties. Connects when it is first used.
/// # Errors
/// A property is wrong.
pub async fn open_producer(props: &Props) -> Result<ProduceAndAcks, ConnectError> {
    let cluster = open_cluster(ClientKind::Producer, props).await?;
    let config = ProducerConfig::parse(props).map_err(|error| connect_error(&error))?;
    let (producer, acks) = Producer::new(cluster, config);
    let producer = KafkaProducer { producer: Some(producer), topics: HashMap::new() };
    Ok((Box::new(producer), Box::new(KafkaAcks(acks))))
}

/// Asks about topics, made of Java's properties. Connects when it is first used.
/// # Errors
/// A property is wrong.
pub async fn open_admin(props: &Props) -> Result<Admin, ConnectError> {
    let cluster = open_cluster(ClientKind::Admin, props).await?;
    let config = AdminConfig::parse(props).map_err(|error| connect_error(&error))?;
    Ok(Admin::with_config(cluster, config))
}

/// A Kafka client's error as tasks show it.
pub(crate) fn connect_error(error: &KafkaError) -> ConnectError {
    ConnectError::new(error.java_class(), error.to_string())
}

/// The cluster of one client; it is named once what it was given and does not use.
pub(super) async fn open_cluster(kind: ClientKind, props: &Props) -> Result<Cluster, ConnectError> {
    let config = ClientConfig::load(kind, props).await.map_err(|error| connect_error(&error))?;
    let unused = unused(kind, props);
    if !unused.is_empty() {
        tracing::warn!("These {} settings have no effect: {unused}", kind.name());
    }
    Ok(Cluster::shared(config))
}

struct KafkaProducer {
    /// None after `close`.
    producer: Option<Producer>,
    topics: HashMap<Arc<str>, Topic>,
}

impl KafkaProducer {
    fn get(&self) -> Result<&Producer, ConnectError> {
        self.producer.as_ref().ok_or_else(|| connect_error(&KafkaError::Closed))
    }
}

#[async_trait]
impl Produce for KafkaProducer {
    fn append(&mut self, batch: &OutgoingBatch, from: usize) -> Result<Appended, ConnectError> {
        let mut appender = self.get()?.appender();
        let now = java::current_time_millis();
        let mut last: Option<(&Arc<str>, &Topic)> = None;
        for (index, record) in batch.records.iter().enumerate().skip(from) {
            let topic = match last {
                Some((name, topic)) if Arc::ptr_eq(name, &record.topic) => topic,
                _ => match self.topics.get(&record.topic) {
                    Some(topic) => topic,
                    None => return Ok(stopped(index, Blocked::UnknownTopic(Arc::clone(&record.topic)))),
                },
            };
            last = Some((&record.topic, topic));
            match append_one(&mut appender, topic, batch, record, now) {
                Ok(()) => {}
                Err(AppendError::BufferFull) => return Ok(stopped(index, Blocked::Full)),
                Err(AppendError::UnknownTopic(_) | AppendError::UnknownPartition { .. }) => {
                    return Ok(stopped(index, Blocked::UnknownPartition(Arc::clone(&record.topic), record.partition)));
                }
                Err(error) => {
                    let fatal = matches!(error, AppendError::Fatal(_) | AppendError::Transaction(_));
                    let error = ConnectError::new(error.java_class(), error.to_string());
                    return match fatal {
                        true => Err(error),
                        false => Ok(Appended { next: index, stopped: Some(Stopped::Refused(error)) }),
                    };
                }
            }
        }
        Ok(Appended { next: batch.records.len(), stopped: None })
    }

    async fn unblock(&mut self, blocked: &Blocked) -> Result<(), Unsent> {
        let producer = self.get().map_err(Unsent::Producer)?;
        let (name, topic) = match blocked {
            Blocked::Full => return producer.wait_ready().await.map_err(unsent),
            Blocked::UnknownTopic(name) => (name, producer.prepare(name).await),
            Blocked::UnknownPartition(name, partition) => {
                (name, producer.prepare_partition(name, partition.unwrap_or(0)).await)
            }
        };
        let topic = topic.map_err(unsent)?;
        self.topics.insert(Arc::clone(name), topic);
        Ok(())
    }

    async fn flush(&mut self) {
        if let Some(producer) = &self.producer {
            producer.flush().await;
        }
    }

    async fn close(&mut self, timeout: Duration) {
        if let Some(producer) = self.producer.take() {
            producer.close(timeout).await;
        }
    }
}

/// Rights on a topic are a matter of its records; a login, a place taken by another, or rights on the cluster are not.
fn unsent(error: KafkaError) -> Unsent {
    let of_producer = [ErrorCode::CLUSTER_AUTHORIZATION_FAILED, ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED];
    let ends = matches!(error.kind(), ErrorKind::Authentication | ErrorKind::Fenced)
        || matches!(error, KafkaError::Closed)
        || error.code().is_some_and(|code| of_producer.contains(&code));
    match ends {
        true => Unsent::Producer(connect_error(&error)),
        false => Unsent::Records(connect_error(&error)),
    }
}

fn stopped(next: usize, blocked: Blocked) -> Appended {
    Appended { next, stopped: Some(Stopped::Blocked(blocked)) }
}

fn append_one(
    appender: &mut Appender<'_>,
    topic: &Topic,
    batch: &OutgoingBatch,
    record: &Outgoing,
    now: i64,
) -> Result<(), AppendError> {
    let headers: Vec<(&str, Option<&[u8]>)> =
        record.headers.iter().map(|(name, value)| (&**name, value.as_deref())).collect();
    let record = Record {
        topic,
        partition: record.partition,
        timestamp: record.timestamp.unwrap_or(now),
        key: batch.slice(record.key.as_ref()),
        value: batch.slice(record.value.as_ref()),
        headers: &headers,
    };
    appender.append(record).map(drop)
}

struct KafkaAcks(kafka_client::producer::Acks);

#[async_trait]
impl Acks for KafkaAcks {
    async fn next(&mut self) -> Option<Acked> {
        self.0.recv().await.map(acked)
    }

    fn try_next(&mut self) -> Option<Acked> {
        self.0.try_recv().map(acked)
    }
}

fn acked(ack: Ack) -> Acked {
    let known = |number: i64| (number >= 0).then_some(number);
    let landed = Landed { base_offset: known(ack.base_offset), timestamp: known(ack.timestamp) };
    Acked {
        topic_partition: TopicPartition { topic: ack.topic, partition: ack.partition },
        numbers: ack.submissions.runs().to_vec(),
        result: ack.result.map(|()| landed).map_err(unsent),
    }
}
