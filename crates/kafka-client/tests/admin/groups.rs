use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connect_config::Props;
use kafka_client::admin::{Admin, GroupFilter, GroupState, GroupType, Removal};
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{
    Consumer, ConsumerConfig, Event, OffsetAndMetadata, Offsets, Subscription, TopicPartition,
};

use crate::common::{bootstrap, fresh};
use crate::support::{admin, name, topic, until};

/// A consumer that has joined.
async fn member(group: &str, topic: &str, extra: &[(&str, &str)]) -> Consumer {
    let mut props: Props = extra.iter().copied().collect();
    props.insert("bootstrap.servers", bootstrap().unwrap());
    props.insert("group.id", group);
    let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
    let mut consumer = Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap();
    consumer.subscribe(Subscription::Topics(vec![topic.to_owned()])).unwrap();
    for _ in 0..300 {
        if let Event::Assigned(_) = consumer.poll(Duration::from_millis(100)).await.unwrap() {
            return consumer;
        }
    }
    panic!("nothing was assigned");
}

async fn state(admin: &Admin, group: &str) -> Option<GroupState> {
    let listed = admin.list_groups(&GroupFilter::default()).await.unwrap().all().unwrap();
    listed.get(group).and_then(|group| group.state.clone())
}

#[tokio::test]
async fn a_group_is_listed_described_emptied_and_deleted() {
    let Some(admin) = admin() else { return };
    let (topic, group) = (topic(&admin, "grouped", 2).await, fresh("group"));
    let dynamic = member(&group, &topic, &[("client.id", "tester")]).await;
    assert_eq!(state(&admin, &group).await, Some(GroupState::Stable));
    for (filter, want) in [
        (GroupFilter::consumers(), true),
        (GroupFilter { states: [GroupState::Stable].into(), ..GroupFilter::default() }, true),
        (GroupFilter { states: [GroupState::Empty].into(), ..GroupFilter::default() }, false),
        (GroupFilter { types: [GroupType::Classic].into(), ..GroupFilter::default() }, true),
        (GroupFilter { types: [GroupType::Consumer].into(), ..GroupFilter::default() }, false),
        (GroupFilter { protocols: ["connect".to_owned()].into(), ..GroupFilter::default() }, false),
    ] {
        let listed = admin.list_groups(&filter).await.unwrap().all().unwrap();
        assert_eq!(listed.contains_key(&group), want, "{filter:?}");
    }

    let missing = fresh("missing");
    let described = admin.describe_consumer_groups(&[group.clone(), missing.clone()], true).await;
    assert_eq!(name(&described[&missing]), "GROUP_ID_NOT_FOUND");
    let found = described[&group].as_ref().unwrap();
    assert_eq!((&found.kind, &found.state, &*found.protocol), (&GroupType::Classic, &GroupState::Stable, "consumer"));
    assert!(found.coordinator.is_some() && !found.authorized.as_ref().unwrap().is_empty());
    let [of_group] = &found.members[..] else { panic!("{:?}", found.members) };
    assert_eq!((&*of_group.client_id, &of_group.instance_id), ("tester", &None));
    let both = [0, 1].map(|index| TopicPartition::new(topic.clone(), index));
    assert_eq!(of_group.assignment.as_deref(), Some(&both[..]));
    assert!(!of_group.metadata.is_empty() && !of_group.assignment_bytes.is_empty());

    assert_eq!(name(&admin.delete_groups(std::slice::from_ref(&group)).await[&group]), "NON_EMPTY_GROUP");
    let removed = admin.remove_members(&group, &Removal::All, Some("a test")).await.unwrap();
    assert_eq!(removed.values().map(name).collect::<Vec<_>>(), ["NONE"]);
    assert!(removed.contains_key(&of_group.id));
    drop(dynamic);
    until(async || state(&admin, &group).await == Some(GroupState::Empty)).await;
    let deleted = admin.delete_groups(&[group.clone(), missing.clone()]).await;
    assert_eq!((name(&deleted[&group]), name(&deleted[&missing])), ("NONE", "GROUP_ID_NOT_FOUND"));
    assert_eq!(state(&admin, &group).await, None);
}

#[tokio::test]
async fn committed_offsets_are_set_read_and_forgotten() {
    let Some(admin) = admin() else { return };
    let (topic, group) = (topic(&admin, "committed", 3).await, fresh("group"));
    let [a, b, c] = [0, 1, 2].map(|index| TopicPartition::new(topic.clone(), index));
    let detailed = OffsetAndMetadata { offset: 7, leader_epoch: Some(0), metadata: "seven".to_owned() };
    let offsets = Offsets::from([(a.clone(), 5.into()), (b.clone(), detailed.clone())]);
    let altered = admin.alter_group_offsets(&group, &offsets).await.unwrap();
    assert_eq!([&a, &b].map(|place| name(&altered[place])), ["NONE", "NONE"]);

    let other = fresh("other");
    let some: BTreeSet<_> = [b.clone(), c.clone()].into();
    let asked = BTreeMap::from([(group.clone(), None), (other.clone(), Some(some.clone()))]);
    let listed = admin.list_group_offsets(&asked, true).await;
    assert_eq!(listed[&group].as_ref().unwrap()[&b], Some(detailed.clone()));
    assert_eq!(listed[&group].as_ref().unwrap().len(), 2);
    assert_eq!(*listed[&other].as_ref().unwrap(), BTreeMap::from([(b.clone(), None), (c.clone(), None)]));
    let asked = BTreeMap::from([(group.clone(), Some(some))]);
    let named = admin.list_group_offsets(&asked, false).await.remove(&group).unwrap().unwrap();
    assert_eq!(named, BTreeMap::from([(b.clone(), Some(detailed)), (c, None)]));

    let deleted = admin.delete_group_offsets(&group, &[a.clone()].into()).await.unwrap();
    assert_eq!(name(&deleted[&a]), "NONE");
    let left = admin.list_group_offsets(&BTreeMap::from([(group.clone(), None)]), false).await;
    assert_eq!(left[&group].as_ref().unwrap().keys().collect::<Vec<_>>(), [&b]);
    assert_eq!(name(&admin.delete_group_offsets(&other, &[a].into()).await), "GROUP_ID_NOT_FOUND");
}

#[tokio::test]
async fn a_group_with_members_keeps_its_offsets() {
    let Some(admin) = admin() else { return };
    let (topic, group) = (topic(&admin, "busy", 1).await, fresh("group"));
    let place = TopicPartition::new(topic.clone(), 0);
    let fixed = member(&group, &topic, &[("group.instance.id", "one")]).await;
    let altered = admin.alter_group_offsets(&group, &Offsets::from([(place.clone(), 1.into())])).await.unwrap();
    assert_eq!(name(&altered[&place]), "UNKNOWN_MEMBER_ID");
    let deleted = admin.delete_group_offsets(&group, &[place.clone()].into()).await.unwrap();
    assert_eq!(name(&deleted[&place]), "GROUP_SUBSCRIBED_TO_TOPIC");
    let who = Removal::Instances(vec!["one".to_owned(), "two".to_owned()]);
    let removed = admin.remove_members(&group, &who, None).await.unwrap();
    assert_eq!((name(&removed["one"]), name(&removed["two"])), ("NONE", "UNKNOWN_MEMBER_ID"));
    drop(fixed);
}
