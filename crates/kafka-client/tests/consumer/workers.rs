//! A group of another protocol type: the membership alone, as Connect's workers use it.

use std::time::Duration;

use bytes::Bytes;
use kafka_client::cluster::CoordinatorKind;
use kafka_client::group::{Group, GroupConfig, JoinProtocol, Notice};
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::{ApiVersionsRequest, GroupId, LeaveGroupRequest};
use kafka_protocol::protocol::StrBytes;

use crate::support::*;

fn worker(bootstrap: &str, group: &str) -> Group {
    let config = GroupConfig {
        group_id: group.to_owned(),
        instance_id: None,
        protocol_type: "connect".to_owned(),
        session_timeout: Duration::from_secs(10),
        rebalance_timeout: Duration::from_secs(20),
        heartbeat_interval: Duration::from_millis(200),
        poll_interval_max: None,
        retry_backoff: Duration::from_millis(100),
        retry_backoff_max: Duration::from_secs(1),
    };
    Group::start(&cluster(bootstrap), config)
}

fn offer(url: &str) -> Vec<JoinProtocol> {
    let protocol = |name: &str| JoinProtocol { name: name.to_owned(), metadata: Bytes::from(format!("{name} {url}")) };
    vec![protocol("sessioned"), protocol("compatible")]
}

async fn notice(group: &mut Group) -> Notice {
    tokio::time::timeout(PATIENCE, group.notice()).await.unwrap().unwrap()
}

/// As the leader, gives each member its own metadata back, with a mark.
fn lead(group: &Group, notice: Notice) -> usize {
    let Notice::Elected { generation, protocol, members, .. } = notice else { panic!("{notice:?}") };
    assert_eq!(protocol, "sessioned");
    let count = members.len();
    let parts = members.into_iter().map(|member| (member.id, [b"for ", &member.metadata[..]].concat().into()));
    group.sync(generation, parts.collect());
    count
}

#[tokio::test]
async fn workers_join_share_and_leave() {
    let Some(bootstrap) = bootstrap() else { return };
    let name = unique("workers");
    let (mut a, mut b) = (worker(&bootstrap, &name), worker(&bootstrap, &name));
    a.join(offer("a"), "starting");
    let elected = notice(&mut a).await;
    assert_eq!(lead(&a, elected), 1);
    assert!(matches!(notice(&mut a).await, Notice::Assigned { assignment, .. } if assignment == "for sessioned a"));

    b.join(offer("b"), "starting");
    assert!(matches!(notice(&mut a).await, Notice::Rebalancing));
    a.join(offer("a"), "rebalancing");
    let elected = notice(&mut a).await;
    assert_eq!(lead(&a, elected), 2);
    let Notice::Assigned { generation, leader_id, assignment, .. } = notice(&mut b).await else { panic!() };
    assert_eq!(assignment, "for sessioned b");
    let Notice::Assigned { generation: of_leader, .. } = notice(&mut a).await else { panic!() };
    assert_eq!((of_leader.id, &of_leader.member_id), (generation.id, &leader_id));

    // The leader stops: the other takes over.
    b.alive();
    a.leave("stopping", PATIENCE).await;
    assert!(matches!(notice(&mut b).await, Notice::Rebalancing));
    b.join(offer("b"), "rebalancing");
    let elected = notice(&mut b).await;
    assert_eq!(lead(&b, elected), 1);
    assert!(matches!(notice(&mut b).await, Notice::Assigned { .. }));
    b.leave("stopping", PATIENCE).await;
}

/// From this version on a member has its id before it waits for the others: Kafka 2.2 and later.
const JOIN_BY_ID: i16 = 4;

async fn newest_join(bootstrap: &str) -> i16 {
    let cluster = cluster(bootstrap);
    let node = cluster.any_broker().await.unwrap();
    let versions = cluster.send(node, ApiVersionsRequest::default()).await.unwrap();
    versions.api_keys.iter().find(|api| api.api_key == 11).map_or(-1, |api| api.max_version)
}

#[tokio::test]
async fn who_leaves_while_joining_holds_nobody_up() {
    let Some(bootstrap) = bootstrap() else { return };
    let name = unique("leaver");
    let (mut a, b) = (worker(&bootstrap, &name), worker(&bootstrap, &name));
    a.join(offer("a"), "starting");
    let elected = notice(&mut a).await;
    lead(&a, elected);
    assert!(matches!(notice(&mut a).await, Notice::Assigned { .. }));
    b.join(offer("b"), "starting");
    assert!(matches!(notice(&mut a).await, Notice::Rebalancing));
    // The broker holds the second member's join now, for as long as the first does not join again.
    let begun = std::time::Instant::now();
    b.leave("changed its mind", PATIENCE).await;
    if newest_join(&bootstrap).await < JOIN_BY_ID {
        // It has no member id to leave with: the broker gives it up after its session, as it does with Java's clients.
        assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
        return a.leave("stopping", PATIENCE).await;
    }
    a.join(offer("a"), "rebalancing");
    let elected = notice(&mut a).await;
    assert_eq!(lead(&a, elected), 1);
    assert!(matches!(notice(&mut a).await, Notice::Assigned { .. }));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    a.leave("stopping", PATIENCE).await;
    assert!(nobody_else_is_left(&bootstrap, &name).await);
}

/// While the group rebalances a member has other things to say: the leader hears the last of them.
#[tokio::test]
async fn who_joins_again_is_heard_with_its_new_metadata() {
    let Some(bootstrap) = bootstrap() else { return };
    let name = unique("news");
    let (mut a, mut b) = (worker(&bootstrap, &name), worker(&bootstrap, &name));
    a.join(offer("a"), "starting");
    let elected = notice(&mut a).await;
    lead(&a, elected);
    assert!(matches!(notice(&mut a).await, Notice::Assigned { .. }));
    b.join(offer("old"), "starting");
    b.join(offer("new"), "there are news");
    assert!(matches!(notice(&mut a).await, Notice::Rebalancing));
    // The first of the two joins may have a generation of its own.
    let heard = loop {
        a.join(offer("a"), "rebalancing");
        let Notice::Elected { generation, members, .. } = notice(&mut a).await else { panic!() };
        let heard = members.iter().any(|member| member.metadata == "sessioned new");
        a.sync(generation, members.into_iter().map(|member| (member.id, member.metadata)).collect());
        if heard {
            break true;
        }
        while !matches!(notice(&mut a).await, Notice::Rebalancing) {}
    };
    assert!(heard);
    let assigned = async {
        while !matches!(notice(&mut b).await, Notice::Assigned { assignment, .. } if assignment == "sessioned new") {}
    };
    tokio::time::timeout(PATIENCE, assigned).await.unwrap();
    a.leave("stopping", PATIENCE).await;
    b.leave("stopping", PATIENCE).await;
}

/// Somebody else removes a member from the group, as an operator would.
async fn remove(bootstrap: &str, group: &str, member_id: &str) {
    let cluster = cluster(bootstrap);
    let coordinator = cluster.coordinator(CoordinatorKind::Group, group).await.unwrap();
    let member = MemberIdentity::default().with_member_id(StrBytes::from(member_id.to_owned()));
    let group = GroupId(StrBytes::from(group.to_owned()));
    let request = LeaveGroupRequest::default().with_group_id(group).with_members(vec![member]);
    assert_eq!(cluster.send(coordinator, request).await.unwrap().error_code, 0);
}

#[tokio::test]
async fn who_was_removed_joins_anew_once_it_has_heard_of_it() {
    let Some(bootstrap) = bootstrap() else { return };
    let name = unique("removed");
    let mut a = worker(&bootstrap, &name);
    a.join(offer("a"), "starting");
    let elected = notice(&mut a).await;
    lead(&a, elected);
    let Notice::Assigned { generation, .. } = notice(&mut a).await else { panic!() };
    // Its next heartbeat is refused.
    remove(&bootstrap, &name, &generation.member_id).await;
    while a.generation().id >= 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    a.join(offer("claims what is lost"), "has not heard of it");
    assert!(matches!(notice(&mut a).await, Notice::Lost(_)));
    a.join(offer("b"), "starting anew");
    let Notice::Elected { generation, members, .. } = notice(&mut a).await else { panic!() };
    assert_eq!(members[0].metadata, "sessioned b");
    a.sync(generation, vec![(members[0].id.clone(), Bytes::from_static(b"all"))]);
    let Notice::Assigned { generation, .. } = notice(&mut a).await else { panic!() };

    // It joins by itself before a heartbeat could tell: the join is refused, and it hears of that.
    remove(&bootstrap, &name, &generation.member_id).await;
    a.join(offer("claims what is lost"), "wants more");
    assert!(matches!(notice(&mut a).await, Notice::Lost(_)));
    a.join(offer("c"), "starting anew");
    let Notice::Elected { members, .. } = notice(&mut a).await else { panic!() };
    assert_eq!(members[0].metadata, "sessioned c");
    a.leave("stopping", PATIENCE).await;
}

async fn nobody_else_is_left(bootstrap: &str, name: &str) -> bool {
    let mut last = worker(bootstrap, name);
    last.join(offer("c"), "starting");
    let elected = notice(&mut last).await;
    let count = lead(&last, elected);
    last.leave("stopping", PATIENCE).await;
    count == 1
}
