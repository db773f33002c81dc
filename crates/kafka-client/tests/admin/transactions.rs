use std::collections::BTreeMap;
use std::time::Duration;

use connect_config::Props;
use kafka_client::KafkaError;
use kafka_client::admin::{
    AbortTransaction, Admin, OffsetSpec, ProducerIdAndEpoch, TransactionFilter, TransactionState,
};
use kafka_client::cluster::{Cluster, CoordinatorKind};
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{IsolationLevel, TopicPartition};
use kafka_client::record::{BatchBuilder, Compression, ProducerIdentity};
use kafka_protocol::messages::add_partitions_to_txn_request::AddPartitionsToTxnTopic;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{AddPartitionsToTxnRequest, ProduceRequest, ProducerId, TopicName, TransactionalId};
use kafka_protocol::protocol::StrBytes;

use crate::common::{bootstrap, fresh};
use crate::support::{admin, name, topic, until};

/// Opens a transaction by hand, writes one record into it, and goes away.
async fn open(admin: &Admin, id: &str, place: &TopicPartition) -> ProducerIdAndEpoch {
    let props = Props::from([("bootstrap.servers", bootstrap().unwrap().as_str())]);
    let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
    // Twice, so that there is an epoch before this one.
    admin.fence_producers(&[id.to_owned()]).await.remove(id).unwrap().unwrap();
    let producer = admin.fence_producers(&[id.to_owned()]).await.remove(id).unwrap().unwrap();
    let wire = || TopicName(StrBytes::from(place.topic.to_string()));
    let transactional = || TransactionalId(StrBytes::from(id.to_owned()));
    let request = AddPartitionsToTxnRequest::default()
        .with_v3_and_below_transactional_id(transactional())
        .with_v3_and_below_producer_id(ProducerId(producer.id))
        .with_v3_and_below_producer_epoch(producer.epoch)
        .with_v3_and_below_topics(vec![
            AddPartitionsToTxnTopic::default().with_name(wire()).with_partitions(vec![place.partition]),
        ]);
    let coordinator = cluster.coordinator(CoordinatorKind::Transaction, id).await.unwrap();
    let added = cluster.send(coordinator, request).await.unwrap();
    assert_eq!(added.results_by_topic_v3_and_below[0].results_by_partition[0].partition_error_code, 0);

    let mut batch = BatchBuilder::new(Compression::None, 1024);
    batch.append(1_000, None, Some(b"v"), &[]);
    let batch =
        batch.build(ProducerIdentity { id: producer.id, epoch: producer.epoch, base_sequence: 0, transactional: true });
    let data = PartitionProduceData::default().with_index(place.partition).with_records(Some(batch));
    let data = TopicProduceData::default().with_name(wire()).with_partition_data(vec![data]);
    let request = ProduceRequest::default().with_acks(-1).with_timeout_ms(20_000).with_topic_data(vec![data]);
    let metadata = cluster.metadata(std::slice::from_ref(&place.topic), false).await.unwrap();
    let leader = metadata.leader(&place.topic, place.partition).unwrap();
    let answer = cluster.send(leader, request.with_transactional_id(Some(transactional()))).await.unwrap();
    KafkaError::check(answer.responses[0].partition_responses[0].error_code, || place.to_string()).unwrap();
    producer
}

async fn end(admin: &Admin, place: &TopicPartition, isolation: IsolationLevel) -> i64 {
    let asked = BTreeMap::from([(place.clone(), OffsetSpec::Latest)]);
    admin.list_offsets(&asked, isolation).await.remove(place).unwrap().unwrap().offset
}

#[tokio::test]
async fn an_open_transaction_is_seen_and_its_producer_fenced() {
    let Some(admin) = admin() else { return };
    let place = TopicPartition::new(topic(&admin, "written", 1).await, 0);
    let id = fresh("transaction");
    let producer = open(&admin, &id, &place).await;
    assert_eq!(end(&admin, &place, IsolationLevel::ReadUncommitted).await, 1);
    assert_eq!(end(&admin, &place, IsolationLevel::ReadCommitted).await, 0);

    let missing = fresh("missing");
    let described = admin.describe_transactions(&[id.clone(), missing.clone()]).await;
    let found = described[&id].as_ref().unwrap();
    assert_eq!(
        (&found.state, found.producer_id, found.producer_epoch),
        (&TransactionState::Ongoing, producer.id, producer.epoch)
    );
    assert!(found.coordinator.is_some() && found.start_ms.is_some() && found.partitions.contains(&place));
    assert_eq!(
        described[&missing].as_ref().unwrap_err().to_string(),
        format!(
            "DescribeTransactions request for transactionalId `{missing}` failed because the ID could not be found"
        )
    );
    for (filter, want) in [
        (TransactionFilter::default(), true),
        (TransactionFilter { states: [TransactionState::Ongoing].into(), ..Default::default() }, true),
        (TransactionFilter { states: [TransactionState::Empty].into(), ..Default::default() }, false),
        (TransactionFilter { producer_ids: [producer.id].into(), ..Default::default() }, true),
        (TransactionFilter { open_for: Some(Duration::from_secs(900)), ..Default::default() }, false),
        (TransactionFilter { pattern: Some(format!("{id}.*")), ..Default::default() }, true),
        (TransactionFilter { pattern: Some("no-such-.*".to_owned()), ..Default::default() }, false),
    ] {
        let listed = admin.list_transactions(&filter).await.unwrap().all().unwrap();
        assert_eq!(listed.iter().any(|found| found.transactional_id == id), want, "{filter:?}");
    }

    // The coordinator first ends the transaction, and says CONCURRENT_TRANSACTIONS until it has.
    let fenced = admin.fence_producers(std::slice::from_ref(&id)).await.remove(&id).unwrap().unwrap();
    assert!(fenced.id != producer.id || fenced.epoch > producer.epoch, "{fenced:?} after {producer:?}");
    until(async || end(&admin, &place, IsolationLevel::ReadCommitted).await == 2).await; // the record and its marker
}

#[tokio::test]
async fn a_transaction_that_hangs_is_ended_in_its_partition() {
    let Some(admin) = admin() else { return };
    let place = TopicPartition::new(topic(&admin, "hanging", 1).await, 0);
    let producer = open(&admin, &fresh("transaction"), &place).await;
    let open_from = async || {
        let described = admin.describe_producers(std::slice::from_ref(&place), None).await;
        let producers = described[&place].as_ref().unwrap();
        producers.iter().find(|found| found.id == producer.id).and_then(|found| found.transaction_start)
    };
    assert_eq!(open_from().await, Some(0));

    let epoch = producer.epoch;
    let which = |producer_epoch| AbortTransaction {
        partition: place.clone(),
        producer_id: producer.id,
        producer_epoch,
        coordinator_epoch: 0,
    };
    let stale = admin.abort_transaction(&which(epoch - 1)).await;
    assert_eq!(name(&stale), "INVALID_PRODUCER_EPOCH", "{stale:?}");
    admin.abort_transaction(&which(epoch)).await.unwrap();
    assert_eq!(open_from().await, None);
    until(async || end(&admin, &place, IsolationLevel::ReadCommitted).await == 2).await;

    let missing = TopicPartition::new(fresh("missing"), 0);
    let quick = admin.within(Duration::from_millis(300)).describe_producers(std::slice::from_ref(&missing), None).await;
    assert!(quick[&missing].as_ref().unwrap_err().to_string().contains("callName=describeProducers"));
}
