//! Questions to a real broker, whose address is in `LONGSHORE_TEST_BOOTSTRAP`.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod common;

use common::{append, bootstrap, fresh, producer, receive, record};
use kafka_client::ErrorCode;
use kafka_client::admin::{Admin, OffsetSpec};
use kafka_client::cluster::TopicName;

#[tokio::test]
async fn describes_a_cluster_its_topics_and_their_offsets() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, producer, mut acks) = producer(&bootstrap, &[]);
    let admin = Admin::new(cluster);
    let described = admin.describe_cluster().await.unwrap();
    assert!(described.cluster_id.is_some() && described.controller.is_some() && !described.brokers.is_empty());

    let names: [TopicName; 2] = [fresh("there").into(), fresh("missing").into()];
    let topic = producer.prepare(&names[0]).await.unwrap();
    for value in [b"a", b"b", b"c"] {
        append(&producer, record(&topic, None, value)).await;
    }
    receive(&mut acks, 3).await;
    let topics = admin.describe_topics(&names).await.unwrap();
    assert_eq!(topics[&names[0]].as_ref().unwrap().partitions.len(), 1);
    let missing = topics[&names[1]].as_ref().unwrap_err();
    assert_eq!(missing.code(), Some(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION));
    assert!(admin.list_topics().await.unwrap().contains(&names[0]));

    let place = (names[0].clone(), 0);
    for (spec, want) in [
        (OffsetSpec::Earliest, (0, -1)),
        (OffsetSpec::Latest, (3, -1)),
        (OffsetSpec::ForTimestamp(1_600_000_000_000), (0, 1_700_000_000_000)),
        (OffsetSpec::ForTimestamp(1_800_000_000_000), (-1, -1)),
    ] {
        let listed = admin.list_offsets(std::slice::from_ref(&place), spec).await.unwrap()[&place];
        assert_eq!((listed.offset, listed.timestamp), want, "{spec:?}");
    }
}
