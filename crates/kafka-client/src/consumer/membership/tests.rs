use std::time::Duration;

use connect_config::Props;

use super::*;
use crate::cluster::Cluster;
use crate::config::ClientConfig;
use crate::consumer::ConsumerConfig;
use crate::consumer::assign::encode_assignment;

/// A member of a group that is not there, which reads topic `t`.
fn member(strategy: &str) -> Consumer {
    member_with(&[("partition.assignment.strategy", strategy)])
}

fn member_with(extra: &[(&str, &str)]) -> Consumer {
    let mut props = Props::from([("bootstrap.servers", "127.0.0.1:1"), ("group.id", "g")]);
    props.insert("enable.auto.commit", "false");
    extra.iter().for_each(|(key, value)| props.insert(*key, *value));
    let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
    let mut consumer = Consumer::new(cluster, ConsumerConfig::parse(&props).unwrap()).unwrap();
    consumer.subscribe(Subscription::Topics(vec!["t".to_owned()])).unwrap();
    consumer.joined_topics = vec!["t".to_owned()];
    consumer.phase = Phase::Joining;
    consumer
}

/// `t0 t2`: partitions of their topics.
fn partitions(text: &str) -> Vec<TopicPartition> {
    text.split_whitespace().map(|name| TopicPartition::new(&name[..1], name[1..].parse().unwrap())).collect()
}

fn assigned(id: i32, text: &str) -> Notice {
    Notice::Assigned {
        generation: Generation { id, member_id: "m".to_owned() },
        leader_id: "l".to_owned(),
        protocol: "sticky".to_owned(),
        assignment: encode_assignment(&partitions(text)).unwrap(),
    }
}

fn lost() -> Notice {
    Notice::Lost(KafkaError::broker(ErrorCode::UNKNOWN_MEMBER_ID, ""))
}

fn fenced() -> Notice {
    Notice::Failed(KafkaError::broker(ErrorCode::FENCED_INSTANCE_ID, ""))
}

/// What the caller is told until nothing more is ready; each poll goes on with the rebalance.
fn told(consumer: &mut Consumer) -> String {
    let list =
        |names: &[TopicPartition]| names.iter().map(|n| format!(" {}{}", n.topic, n.partition)).collect::<String>();
    let mut told = Vec::new();
    loop {
        consumer.resume_rebalance();
        match consumer.events.pop_front().or_else(|| consumer.prepare_rejoin().map(Event::Revoked)) {
            Some(Event::Assigned(names)) => told.push(format!("assigned{}", list(&names))),
            Some(Event::Revoked(names)) => told.push(format!("revoked{}", list(&names))),
            Some(Event::Lost(names)) => told.push(format!("lost{}", list(&names))),
            Some(other) => panic!("{other:?}"),
            None => return told.join(", "),
        }
    }
}

#[tokio::test]
async fn a_rebalance_is_told_as_its_protocol_wants() {
    let first = "t0 t1 t2";
    for (strategy, notices, want, phase) in [
        ("range", vec![assigned(2, "t1 t3")], "revoked t0 t1 t2, assigned t1 t3", "Stable"),
        ("range", vec![assigned(2, "")], "revoked t0 t1 t2, assigned", "Stable"),
        ("range", vec![lost()], "revoked t0 t1 t2", "Rejoin"), // it had nothing left to lose
        ("cooperative-sticky", vec![assigned(2, "t0 t1 t2")], "assigned", "Stable"),
        ("cooperative-sticky", vec![assigned(2, "t0 t1 t2 t3")], "assigned t3", "Stable"),
        ("cooperative-sticky", vec![assigned(2, "t1 t3")], "revoked t0 t2, assigned t3", "Rejoin"),
        ("cooperative-sticky", vec![assigned(2, "")], "revoked t0 t1 t2, assigned", "Rejoin"),
        ("cooperative-sticky", vec![lost()], "lost t0 t1 t2", "Rejoin"),
        ("cooperative-sticky", vec![lost(), assigned(2, "t0")], "lost t0 t1 t2", "Rejoin"), // an old answer
        ("cooperative-sticky", vec![Notice::PollExpired, lost()], "lost t0 t1 t2", "Rejoin"),
        ("cooperative-sticky", vec![assigned(2, "t1"), lost()], "lost t0 t1 t2", "Rejoin"), // before it was told
        ("cooperative-sticky", vec![assigned(2, "t1 u0")], "", "Rejoin"),                   // nobody subscribed to u
        ("cooperative-sticky", vec![fenced()], "lost t0 t1 t2", "Fenced"),
        ("cooperative-sticky,range", vec![assigned(2, "t1")], "revoked t0 t1 t2, assigned t1", "Stable"),
    ] {
        let mut consumer = member(strategy);
        consumer.on_notice(assigned(1, first));
        assert_eq!(told(&mut consumer), "assigned t0 t1 t2");
        consumer.on_notice(Notice::Rebalancing);
        let mut all = told(&mut consumer);
        consumer.phase = Phase::Joining; // as if the join had gone out
        notices.iter().cloned().for_each(|notice| consumer.on_notice(notice));
        all = [all, told(&mut consumer)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        assert_eq!(all, want, "{strategy}, {notices:?}");
        assert!(format!("{:?}", consumer.phase).starts_with(phase), "{strategy}, {notices:?}: {:?}", consumer.phase);
    }
}

/// Between two polls the caller knows what it lets go; of the rest it hears.
#[tokio::test]
async fn what_was_revoked_is_not_lost_too() {
    let mut consumer = member("cooperative-sticky");
    consumer.on_notice(assigned(1, "t0 t1 t2"));
    told(&mut consumer);
    consumer.phase = Phase::Joining;
    consumer.on_notice(assigned(2, "t1"));
    assert_eq!(consumer.prepare_rejoin(), Some(partitions("t0 t2")));
    assert_eq!(consumer.partitions.names(), partitions("t0 t1 t2"), "it may still commit");
    consumer.on_notice(lost());
    assert_eq!(told(&mut consumer), "lost t1");
    assert!(consumer.partitions.is_empty());
}

#[tokio::test]
async fn a_member_says_what_it_has() {
    let mut consumer = member("sticky,cooperative-sticky,range");
    let metadata = |consumer: &Consumer, generation| {
        let offers = consumer.offers(&["t".to_owned()], generation).unwrap();
        let names: Vec<_> = offers.iter().map(|offer| offer.name.clone()).collect();
        assert_eq!(names, ["sticky", "cooperative-sticky", "range"]);
        offers.into_iter().map(|offer| MemberSubscription::decode(&offer.metadata).unwrap()).collect::<Vec<_>>()
    };
    let before = metadata(&consumer, -1);
    assert_eq!((before[0].user_data.as_ref(), before[0].generation, before[0].owned.len()), (None, -1, 0));
    assert_eq!(before[1].user_data.as_deref(), Some(&(-1i32).to_be_bytes()[..]));
    consumer.on_notice(assigned(7, "t0 t1"));
    told(&mut consumer);
    let after = metadata(&consumer, 7);
    assert_eq!(after[0].owned, partitions("t0 t1"));
    assert!(after[0].user_data.as_ref().unwrap().ends_with(&7i32.to_be_bytes()));
    assert_eq!((after[1].generation, after[2].user_data.as_ref()), (7, None));
    assert_eq!(after[1].user_data.as_deref(), Some(&(-1i32).to_be_bytes()[..]), "another assignor was chosen");
}

/// A leader compares the group's topics with what it gave away; who is none would rebalance for nothing.
#[tokio::test]
async fn who_leads_no_more_does_not_look_after_the_group() {
    for (leader, leads) in [("m", true), ("l", false)] {
        let mut consumer = member("range");
        consumer.leading = Some(Default::default());
        let Notice::Assigned { generation, protocol, assignment, .. } = assigned(2, "t0") else { panic!() };
        let leader_id = leader.to_owned();
        consumer.on_notice(Notice::Assigned { generation, leader_id, protocol, assignment });
        assert_eq!(consumer.leading.is_some(), leads);
    }
}

/// The coordinator cannot be reached: the commit is repeated, but for no longer than the group waits for this member.
#[tokio::test]
async fn a_join_waits_for_the_commit_before_it_but_not_for_ever() {
    let patience = Duration::from_millis(400);
    let mut consumer = member_with(&[
        ("enable.auto.commit", "true"),
        ("max.poll.interval.ms", "400"),
        ("retry.backoff.ms", "5"),
        ("reconnect.backoff.ms", "5"),
    ]);
    consumer.on_notice(assigned(1, "t0"));
    told(&mut consumer);
    consumer.partitions.set(&partitions("t1"), Stage::At(5));
    consumer.on_notice(Notice::Rebalancing);
    let begun = std::time::Instant::now();
    let mut revoked = false;
    while !matches!(consumer.phase, Phase::Joining) {
        revoked |= matches!(consumer.poll(Duration::from_millis(20)).await, Ok(Event::Revoked(_)));
        assert!(begun.elapsed() < patience * 20, "{:?}", consumer.phase);
    }
    assert!(revoked && begun.elapsed() >= patience, "joined after {:?}", begun.elapsed());
}
