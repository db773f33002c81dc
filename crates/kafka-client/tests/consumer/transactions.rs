//! `read_committed` against transactions that the broker really aborted and committed.

use std::time::Duration;

use bytes::Bytes;
use kafka_client::KafkaError;
use kafka_client::cluster::{Cluster, CoordinatorKind, NodeId};
use kafka_client::consumer::{Event, TopicPartition};
use kafka_client::record::{BatchBuilder, Compression, ProducerIdentity};
use kafka_protocol::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use kafka_protocol::messages::{
    AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest, ProducerId, TopicName, TransactionalId,
};
use kafka_protocol::protocol::StrBytes;

use crate::support::*;

/// One transactional producer, by hand.
struct Transactions<'a> {
    cluster: &'a Cluster,
    coordinator: NodeId,
    id: String,
    producer: ProducerIdentity,
}

impl<'a> Transactions<'a> {
    async fn begin(cluster: &'a Cluster, id: &str) -> Self {
        let wanted = || TransactionalId(StrBytes::from(id.to_owned()));
        for _ in 0..200 {
            let Ok(coordinator) = cluster.coordinator(CoordinatorKind::Transaction, id).await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let request = InitProducerIdRequest::default()
                .with_transactional_id(Some(wanted()))
                .with_transaction_timeout_ms(60_000)
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1);
            let answer = cluster.send(coordinator, request).await.unwrap();
            if answer.error_code == 0 {
                let (producer_id, epoch) = (answer.producer_id.0, answer.producer_epoch);
                let producer = ProducerIdentity { id: producer_id, epoch, base_sequence: 0, transactional: true };
                return Self { cluster, coordinator, id: id.to_owned(), producer };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no transaction coordinator");
    }

    fn id(&self) -> TransactionalId {
        TransactionalId(StrBytes::from(self.id.clone()))
    }

    async fn write(&mut self, partition: &TopicPartition, values: &[String]) {
        let topic = AddPartitionsToTxnTopic::default()
            .with_name(TopicName(StrBytes::from(partition.topic.to_string())))
            .with_partitions(vec![partition.partition]);
        loop {
            let request = AddPartitionsToTxnRequest::default()
                .with_v3_and_below_transactional_id(self.id())
                .with_v3_and_below_producer_id(ProducerId(self.producer.id))
                .with_v3_and_below_producer_epoch(self.producer.epoch)
                .with_v3_and_below_topics(vec![topic.clone()]);
            let answer = self.cluster.send(self.coordinator, request).await.unwrap();
            let code = answer.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code;
            match KafkaError::check(code, String::new) {
                Ok(()) => break,
                Err(error) => assert!(error.is_retriable(), "{error}"), // the last transaction is still being completed
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let batch = self.batch(values);
        produce_in(self.cluster, partition, batch, Some(self.id())).await.unwrap();
        self.producer.base_sequence += values.len() as i32;
    }

    fn batch(&self, values: &[String]) -> Bytes {
        let mut batch = BatchBuilder::new(Compression::Lz4 { level: 9 }, 1024);
        values.iter().for_each(|value| batch.append(1_000, None, Some(value.as_bytes()), &[]));
        batch.build(self.producer)
    }

    async fn end(&mut self, committed: bool) {
        // Version 3 keeps the producer's epoch; newer ones, which need a request per transaction less, raise it.
        let request = EndTxnRequest::default()
            .with_transactional_id(self.id())
            .with_producer_id(ProducerId(self.producer.id))
            .with_producer_epoch(self.producer.epoch)
            .with_committed(committed);
        let answer = self.cluster.send(self.coordinator, request).await.unwrap();
        KafkaError::check(answer.error_code, || "EndTxn".to_owned()).unwrap();
        if answer.producer_id.0 >= 0 {
            self.producer.base_sequence =
                if answer.producer_epoch > self.producer.epoch { 0 } else { self.producer.base_sequence };
            (self.producer.id, self.producer.epoch) = (answer.producer_id.0, answer.producer_epoch);
        }
    }
}

#[tokio::test]
async fn only_committed_records_are_read() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("transactions"));
    create_topic(&cluster, &topic, 1).await;
    let partition = TopicPartition::new(topic.as_str(), 0);
    let mut transactions = Transactions::begin(&cluster, &topic).await;
    transactions.write(&partition, &values(0..5)).await;
    transactions.end(true).await;
    transactions.write(&partition, &values(5..10)).await;
    transactions.end(false).await;
    produce(&cluster, &partition, &values(10..12)).await;
    transactions.write(&partition, &values(12..15)).await; // stays open for now

    for (level, wanted) in
        [("read_committed", [values(0..5), values(10..12)].concat()), ("read_uncommitted", values(0..15))]
    {
        let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", "earliest"), ("isolation.level", level)]);
        consumer.assign(std::slice::from_ref(&partition)).unwrap();
        let mut seen = Seen::default();
        drive(&mut consumer, &mut seen, |seen| seen.values.len() >= wanted.len()).await;
        assert!(matches!(consumer.poll(Duration::from_millis(600)).await.unwrap(), Event::Idle), "{level}");
        assert_eq!(seen.values, wanted, "{level}");
        if level == "read_committed" {
            let end = consumer.end_offsets(std::slice::from_ref(&partition)).await.unwrap()[&partition];
            assert_eq!(end, 14, "the last stable offset: 12 records before it, and two markers");
            transactions.end(true).await;
            drive(&mut consumer, &mut seen, |seen| seen.values.len() >= wanted.len() + 3).await;
            assert_eq!(seen.values[wanted.len()..], values(12..15));
        }
    }
}
