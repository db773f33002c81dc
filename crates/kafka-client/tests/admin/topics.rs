use std::collections::BTreeMap;

use kafka_client::admin::{NewPartitions, NewTopic, TopicId};
use kafka_client::cluster::TopicName;

use crate::common::fresh;
use crate::support::{admin, name, topic, until};

#[tokio::test]
async fn a_topic_is_created_described_grown_and_deleted() {
    let Some(admin) = admin() else { return };
    let [plain, assigned, open]: [TopicName; 3] = ["plain", "assigned", "open"].map(|stem| fresh(stem).into());
    let broker = *admin.describe_cluster().await.unwrap().brokers.keys().next().unwrap();
    let topics = BTreeMap::from([
        (plain.clone(), NewTopic::new(2, 1).config("cleanup.policy", "compact")),
        (
            assigned.clone(),
            NewTopic { assignments: (0..3).map(|i| (i, vec![broker])).collect(), ..NewTopic::default() },
        ),
        (open.clone(), NewTopic::new(None, None)),
    ]);
    let validated = admin.create_topics(&topics, true).await;
    assert_eq!(validated.values().map(name).collect::<Vec<_>>(), ["NONE"; 3]);
    assert!(!admin.list_topics(false).await.unwrap().contains_key(&plain));

    let created = admin.create_topics(&topics, false).await;
    let details = |topic: &TopicName| created[topic].as_ref().unwrap().details.as_ref().unwrap();
    assert_eq!((details(&plain).partitions, details(&plain).replication_factor), (2, 1));
    assert_eq!(details(&plain).configs["cleanup.policy"].value.as_deref(), Some("compact"));
    assert_eq!((details(&assigned).partitions, details(&open).partitions), (3, 1));
    let id = created[&plain].as_ref().unwrap().id.unwrap();

    let described = admin.describe_topics(&[plain.clone(), assigned.clone()], true).await;
    let found = described[&plain].as_ref().unwrap();
    assert_eq!((found.id, found.internal, found.partitions.len()), (Some(id), false, 2));
    assert!(found.partitions.values().all(|p| p.leader.is_some() && p.in_sync == p.replicas && p.offline.is_empty()));
    assert!(!found.authorized.as_ref().unwrap().is_empty());
    let by_id = admin.describe_topics_by_id(&[id, TopicId(7)], false).await;
    assert_eq!(by_id[&id].as_ref().unwrap().name, plain);
    assert_eq!(
        (by_id[&id].as_ref().unwrap().authorized.is_none(), name(&by_id[&TopicId(7)])),
        (true, "UNKNOWN_TOPIC_ID")
    );

    for (total, validate_only, want) in [(5, true, "NONE"), (5, false, "NONE"), (4, false, "INVALID_PARTITIONS")] {
        let wanted = BTreeMap::from([(plain.clone(), NewPartitions::to(total))]);
        assert_eq!(name(&admin.create_partitions(&wanted, validate_only).await[&plain]), want);
    }
    let partitions = async || {
        admin.describe_topics(std::slice::from_ref(&plain), false).await[&plain].as_ref().unwrap().partitions.len()
    };
    until(async || partitions().await == 5).await;

    assert_eq!(name(&admin.delete_topics_by_id(&[id]).await[&id]), "NONE");
    let gone = admin.delete_topics(&[assigned.clone(), open.clone(), plain.clone()]).await;
    assert_eq!(
        [&assigned, &open, &plain].map(|topic| name(&gone[topic])),
        ["NONE", "NONE", "UNKNOWN_TOPIC_OR_PARTITION"]
    );
    until(async || !admin.list_topics(false).await.unwrap().contains_key(&assigned)).await;
}

#[tokio::test]
async fn topics_fail_one_by_one_in_the_words_of_the_broker() {
    let Some(admin) = admin() else { return };
    let there = topic(&admin, "there", 1).await;
    let fine: TopicName = fresh("fine").into();
    let topics = [
        ("", NewTopic::new(1, 1)),
        ("a b", NewTopic::new(1, 1)),
        (&there, NewTopic::new(1, 1)),
        (&fine, NewTopic::new(1, 1)),
    ];
    let mut topics: BTreeMap<TopicName, NewTopic> = topics.into_iter().map(|(name, new)| (name.into(), new)).collect();
    let odd: TopicName = fresh("odd").into();
    topics.insert(odd.clone(), NewTopic::new(1, 1).config("no.such.key", 1));
    let created = admin.create_topics(&topics, false).await;
    for (topic, want) in [
        ("", "The given topic name '' cannot be represented in a request.".to_owned()),
        ("a b", "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'".to_owned()),
        (&there, format!("Topic '{there}' already exists.")),
        (&odd, "Unknown topic config name: no.such.key".to_owned()),
    ] {
        assert_eq!(created[topic].as_ref().unwrap_err().to_string(), want);
    }
    assert!(created[&fine].is_ok());
    let missing: TopicName = fresh("missing").into();
    let described = admin.describe_topics(&[missing.clone(), there.clone()], false).await;
    assert_eq!((name(&described[&missing]), name(&described[&there])), ("UNKNOWN_TOPIC_OR_PARTITION", "NONE"));
    assert!(!admin.list_topics(true).await.unwrap().contains_key(&missing), "asking creates nothing");
}
