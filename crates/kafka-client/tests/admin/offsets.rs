use std::collections::BTreeMap;

use kafka_client::ErrorCode;
use kafka_client::admin::OffsetSpec;
use kafka_client::consumer::{IsolationLevel, TopicPartition};

use crate::common::fresh;
use crate::support::{admin, fill, name, topic};

#[tokio::test]
async fn partitions_begin_where_records_were_deleted() {
    let Some(admin) = admin() else { return };
    let place = TopicPartition::new(topic(&admin, "log", 1).await, 0);
    fill(&place.topic, 5).await;
    let check = async |cases: &[(OffsetSpec, (i64, i64))]| {
        for (spec, want) in cases.iter().copied() {
            let asked = BTreeMap::from([(place.clone(), spec)]);
            let listed = admin.list_offsets(&asked, IsolationLevel::ReadUncommitted).await;
            let listed = listed[&place].as_ref().unwrap();
            assert_eq!((listed.offset, listed.timestamp), want, "{spec:?}");
        }
    };
    let written = 1_700_000_000_000;
    check(&[
        (OffsetSpec::Earliest, (0, -1)),
        (OffsetSpec::Latest, (5, -1)),
        (OffsetSpec::ForTimestamp(1_600_000_000_000), (0, written)),
        (OffsetSpec::ForTimestamp(1_800_000_000_000), (-1, -1)),
        (OffsetSpec::MaxTimestamp, (0, written)),
    ])
    .await;

    for (before, want) in [(3, Ok(3)), (9, Err(ErrorCode::OFFSET_OUT_OF_RANGE)), (2, Ok(3)), (-1, Ok(5))] {
        let deleted = admin.delete_records(&BTreeMap::from([(place.clone(), before)])).await.remove(&place).unwrap();
        assert_eq!(deleted.map_err(|error| error.code().unwrap()), want, "before {before}");
    }
    check(&[
        (OffsetSpec::Earliest, (5, -1)),
        (OffsetSpec::Latest, (5, -1)),
        (OffsetSpec::ForTimestamp(0), (-1, -1)),
        (OffsetSpec::ForTimestamp(1_800_000_000_000), (-1, -1)),
    ])
    .await;
}

#[tokio::test]
async fn offsets_of_a_topic_that_is_not_there_fail_at_once() {
    let Some(admin) = admin() else { return };
    let [there, missing] =
        [topic(&admin, "there", 1).await, fresh("missing").into()].map(|t| TopicPartition::new(t, 0));
    let asked = [&there, &missing].map(|place| (place.clone(), OffsetSpec::Latest)).into();
    let listed = admin.list_offsets(&asked, IsolationLevel::ReadCommitted).await;
    assert_eq!((name(&listed[&there]), name(&listed[&missing])), ("NONE", "UNKNOWN_TOPIC_OR_PARTITION"));
    let topic = &missing.topic;
    assert_eq!(
        listed[&missing].as_ref().unwrap_err().to_string(),
        format!(
            "Failed to fetch metadata for partition {topic}-0 because metadata for topic `{topic}` could not be found"
        )
    );
    let absent = TopicPartition::new(there.topic.clone(), 9);
    let quick = admin.within(std::time::Duration::from_millis(400));
    let waited =
        quick.list_offsets(&[(absent.clone(), OffsetSpec::Latest)].into(), IsolationLevel::ReadCommitted).await;
    assert!(waited[&absent].as_ref().unwrap_err().to_string().contains("timed out"), "a partition may still appear");
}
