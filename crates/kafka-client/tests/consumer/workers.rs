//! A group of another protocol type: the membership alone, as Connect's workers use it.

use std::time::Duration;

use bytes::Bytes;
use kafka_client::group::{Group, GroupConfig, JoinProtocol, Notice};

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
    a.join(offer("a"), "rebalancing");
    let elected = notice(&mut a).await;
    assert_eq!(lead(&a, elected), 1);
    assert!(matches!(notice(&mut a).await, Notice::Assigned { .. }));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    a.leave("stopping", PATIENCE).await;
    assert!(nobody_else_is_left(&bootstrap, &name).await);
}

async fn nobody_else_is_left(bootstrap: &str, name: &str) -> bool {
    let mut last = worker(bootstrap, name);
    last.join(offer("c"), "starting");
    let elected = notice(&mut last).await;
    let count = lead(&last, elected);
    last.leave("stopping", PATIENCE).await;
    count == 1
}
