//! Who is asked for what, while sessions are away and partitions come, go and move.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{BrokerId, MetadataResponse, TopicName as WireName};
use kafka_protocol::protocol::StrBytes;

use super::*;
use crate::cluster::Metadata;
use crate::consumer::ConsumerConfig;
use crate::consumer::partitions::{Partitions, Stage};

/// Topic `t` on the brokers 1 and 2; each partition with its leader and the leader's epoch.
fn metadata(leaders: &[(i32, i32)]) -> Metadata {
    let partitions = leaders.iter().zip(0..).map(|((leader, epoch), index)| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id(BrokerId(*leader))
            .with_leader_epoch(*epoch)
            .with_replica_nodes(vec![BrokerId(1), BrokerId(2)])
    });
    let topic = MetadataResponseTopic::default()
        .with_name(Some(WireName(StrBytes::from_static_str("t"))))
        .with_partitions(partitions.collect());
    let brokers = [1, 2].map(|id| MetadataResponseBroker::default().with_node_id(BrokerId(id)).with_port(9092));
    let response = MetadataResponse::default().with_topics(vec![topic]).with_brokers(brokers.into());
    Metadata::default().merged(response, true)
}

struct Scene {
    partitions: Partitions,
    fetches: Fetches,
    metadata: Metadata,
}

impl Scene {
    fn new(leaders: &[(i32, i32)]) -> Self {
        let (metadata, mut partitions) = (metadata(leaders), Partitions::default());
        partitions.set(&(0..leaders.len()).map(name).collect::<Vec<_>>(), Stage::At(0));
        partitions.follow(&metadata);
        Self { partitions, fetches: Fetches::default(), metadata }
    }

    fn plan(&mut self) {
        self.fetches.plan(&mut self.partitions, &self.metadata, &ConsumerConfig::default(), Instant::now());
    }

    /// Sends off whoever can be; per node, the partitions told.
    fn depart(&mut self) -> Vec<(i32, Vec<i32>, Session)> {
        self.plan();
        let departed = self.fetches.depart(&BTreeSet::new());
        departed.into_iter().map(|(node, mut session)| (node, session.asks_for(), session)).collect()
    }

    fn follow(&mut self, leaders: &[(i32, i32)]) {
        self.metadata = metadata(leaders);
        self.partitions.follow(&self.metadata);
    }
}

fn name(index: usize) -> TopicPartition {
    TopicPartition::new("t", i32::try_from(index).unwrap())
}

fn told(departed: &[(i32, Vec<i32>, Session)]) -> Vec<(i32, Vec<i32>)> {
    departed.iter().map(|(node, told, _)| (*node, told.clone())).collect()
}

#[test]
fn idle_partitions_are_looked_at_once() {
    let mut scene = Scene::new(&[(1, 0); 50]);
    let (node, all, mut session) = scene.depart().pop().unwrap();
    assert_eq!(all.len(), 50);
    session.on_answer(session::Outcome { session_id: 7, ..Default::default() });
    scene.fetches.land(node, session);
    scene.plan();
    assert_eq!(scene.partitions.lively().count(), 0, "nothing happened to any of them");
    assert_eq!(scene.fetches.open(), [(1, 7)]);
    assert_eq!(told(&scene.depart()), [(1, vec![])], "the session goes on without words");
}

#[test]
fn who_moves_is_not_waited_for_at_the_old_place() {
    let mut scene = Scene::new(&[(1, 0), (1, 0)]);
    let mut first = scene.depart();
    scene.follow(&[(2, 1), (1, 0)]);
    assert_eq!(told(&scene.depart()), [(2, vec![0])], "although the first request is still under way");
    let (node, _, session) = first.pop().unwrap();
    scene.fetches.land(node, session);
    assert_eq!(told(&scene.depart()), [(1, vec![1])], "and does not come back to it");
}

#[test]
fn who_is_given_up_and_comes_back_under_way_is_asked_for_once() {
    let mut scene = Scene::new(&[(1, 0), (1, 0)]);
    let (node, _, session) = scene.depart().pop().unwrap();
    scene.partitions.set(&[name(1)], Stage::At(0));
    scene.plan();
    scene.partitions.set(&[name(0), name(1)], Stage::At(5));
    assert!(scene.depart().is_empty(), "one request at a time");
    scene.fetches.land(node, session);
    scene.plan();
    let (_, session) = scene.fetches.depart(&BTreeSet::new()).pop().unwrap();
    let offsets = [0, 1].map(|index| session.get(&name(index)).map(|wanted| wanted.offset));
    assert_eq!(offsets, [Some(5), Some(0)]);
}

#[test]
fn a_session_from_before_a_restart_is_not_taken_back() {
    let mut scene = Scene::new(&[(1, 0)]);
    let (node, _, old) = scene.depart().pop().unwrap();
    scene.fetches.restart();
    scene.partitions.touch_all();
    let (_, told, new) = scene.depart().pop().unwrap();
    assert_eq!(told, [0]);
    scene.fetches.land(node, old);
    assert!(scene.fetches.depart(&BTreeSet::new()).is_empty());
    scene.fetches.land(node, new);
    assert_eq!(scene.fetches.depart(&BTreeSet::new()).len(), 1);
}

#[test]
fn a_nearer_replica_is_asked_while_it_holds_and_is_there() {
    let soon = Instant::now() + Duration::from_secs(60);
    for (replica, want) in [
        (Some((2, soon)), 2),
        (Some((2, Instant::now())), 1), // its time is over
        (Some((3, soon)), 1),           // no such broker
        (None, 1),
    ] {
        let mut scene = Scene::new(&[(1, 0)]);
        scene.partitions.get_mut(&name(0)).unwrap().replica = replica;
        assert_eq!(told(&scene.depart()), [(want, vec![0])], "{replica:?}");
        assert_eq!(scene.partitions.get(&name(0)).unwrap().replica.is_some(), want == 2);
    }
}

#[test]
fn a_new_leader_is_asked_about_positions_that_have_an_epoch() {
    for (epoch, leaders, want) in [
        (Some(3), (2, 4), Stage::Validate(9)),
        (Some(3), (1, 4), Stage::Validate(9)), // the same broker, elected again
        (Some(3), (1, 3), Stage::At(9)),       // nothing has changed
        (Some(3), (2, -1), Stage::At(9)),      // an old broker, which does not know epochs
        (None, (2, 4), Stage::At(9)),
    ] {
        let mut scene = Scene::new(&[(1, 3)]);
        let partition = scene.partitions.get_mut(&name(0)).unwrap();
        (partition.stage, partition.epoch, partition.fetch_from) = (Stage::At(9), epoch, 20);
        scene.follow(&[leaders]);
        let partition = scene.partitions.get(&name(0)).unwrap();
        assert_eq!(partition.stage, want, "{epoch:?}, {leaders:?}");
        let changed = leaders != (1, 3);
        assert_eq!(
            partition.fetch_from == 20,
            !changed || want == Stage::Validate(9),
            "ahead of the position no longer"
        );
    }
}
