use std::collections::{BTreeMap, BTreeSet};

use bytes::BytesMut;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::offset_commit_response::{OffsetCommitResponsePartition, OffsetCommitResponseTopic};
use kafka_protocol::messages::offset_fetch_response::{
    OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use kafka_protocol::messages::{ListGroupsResponse, OffsetCommitResponse, OffsetFetchRequest, OffsetFetchResponse};
use kafka_protocol::protocol::Encodable;

use super::alter_offsets::AlterOffsets;
use super::list::ListGroups;
use super::offsets::ListOffsets;
use super::remove::Remove;
use super::*;
use crate::admin::ask::{Ask, Terms, assert_writable};
use crate::admin::wire::{group, text, topic};
use crate::consumer::{Offsets, TopicPartition};
use crate::net::Request;

fn terms(version: i16) -> Terms {
    Terms { version, timeout_ms: 0 }
}

#[test]
fn offsets_can_be_asked_for_in_every_version() {
    let named: BTreeSet<_> = [TopicPartition::new("t", 1), TopicPartition::new("t", 0)].into();
    for (partitions, first) in [(Some(named), 1), (None, 2)] {
        let groups = BTreeMap::from([("g".to_owned(), partitions)]);
        let ask = ListOffsets { groups: &groups, require_stable: true };
        for version in 1..=OffsetFetchRequest::MAX_VERSION {
            let request = ask.request(&["g".to_owned()], terms(version));
            assert_eq!(request.is_ok(), version >= first, "version {version}");
            let Ok(request) = request else { continue };
            assert!(request.encode(&mut BytesMut::new(), version).is_ok(), "version {version}");
            assert_eq!(request.require_stable, version >= 7);
        }
    }
}

#[test]
fn an_unstable_offset_is_waited_for_and_a_hidden_one_left_out() {
    for (codes, want) in [([0, 0], "done: 2"), ([0, 29], "done: 1"), ([0, 88], "again"), ([29, 88], "again")] {
        let partitions = codes.iter().zip(0..).map(|(code, index)| {
            let partition = OffsetFetchResponsePartitions::default().with_partition_index(index);
            partition.with_committed_offset(5).with_error_code(*code)
        });
        let of_topic = OffsetFetchResponseTopics::default().with_name(topic("t")).with_partitions(partitions.collect());
        let of_group = OffsetFetchResponseGroup::default().with_group_id(group("g")).with_topics(vec![of_topic]);
        let groups = BTreeMap::from([("g".to_owned(), None)]);
        let ask = ListOffsets { groups: &groups, require_stable: true };
        let answer = OffsetFetchResponse::default().with_groups(vec![of_group]);
        let got = match &ask.read(&["g".to_owned()], answer)[0].1 {
            Outcome::Done(committed) => format!("done: {}", committed.len()),
            Outcome::Retry(_) => "again".to_owned(),
            Outcome::Failed(error) => error.to_string(),
        };
        assert_eq!(got, want, "{codes:?}");
    }
}

#[test]
fn a_commit_fails_for_single_partitions_or_is_repeated_as_a_whole() {
    for (codes, want) in
        [([0, 0], Some([true, true])), ([0, 25], Some([true, false])), ([0, 27], None), ([16, 0], None)]
    {
        let partitions = codes.iter().zip(0..).map(|(code, index)| {
            OffsetCommitResponsePartition::default().with_partition_index(index).with_error_code(*code)
        });
        let of_topic = OffsetCommitResponseTopic::default().with_name(topic("t")).with_partitions(partitions.collect());
        let answer = OffsetCommitResponse::default().with_topics(vec![of_topic]);
        let got = match &(AlterOffsets { offsets: &Offsets::new() }).read(&["g".to_owned()], answer)[0].1 {
            Outcome::Done(results) => Some([0, 1].map(|index| results[&TopicPartition::new("t", index)].is_ok())),
            _ => None,
        };
        assert_eq!(got, want, "{codes:?}");
    }
}

#[test]
fn groups_are_filtered_by_the_broker_or_refused_but_protocols_by_us() {
    let states = GroupFilter { states: [GroupState::Stable].into(), ..Default::default() };
    let types = GroupFilter { types: [GroupType::Classic].into(), ..Default::default() };
    for (filter, version, want) in [
        (&GroupFilter::default(), 0, true),
        (&states, 3, false),
        (&states, 4, true),
        (&types, 4, false),
        (&types, 5, true),
    ] {
        assert_eq!(ListGroups { filter }.request(&[1], terms(version)).is_ok(), want, "{filter:?}");
    }
    let listed = ["consumer", "connect", ""]
        .map(|protocol| ListedGroup::default().with_group_id(group(protocol)).with_protocol_type(text(protocol)));
    let answer = ListGroupsResponse::default().with_groups(listed.into());
    let outcomes = ListGroups { filter: &GroupFilter::consumers() }.read(&[1], answer);
    let Outcome::Done(groups) = &outcomes[0].1 else { panic!("not answered") };
    assert_eq!(groups.iter().map(|group| group.id.as_str()).collect::<Vec<_>>(), ["consumer", ""]);
}

#[test]
fn an_old_broker_removes_one_member_at_a_time() {
    let dynamic = MemberIdentity::default().with_member_id(text("m"));
    let fixed = MemberIdentity::default().with_group_instance_id(Some(text("i")));
    for (members, version, want) in [
        (vec![dynamic.clone()], 2, true),
        (vec![fixed.clone()], 2, false),
        (vec![dynamic.clone(), dynamic.clone()], 2, false),
        (vec![dynamic, fixed], 3, true),
    ] {
        let request = Remove { members }.request(&["g".to_owned()], terms(version));
        let encoded = request.and_then(|request| {
            let encoded = request.encode(&mut BytesMut::new(), version);
            encoded.map_err(|error| KafkaError::config(error.to_string()))
        });
        assert_eq!(encoded.is_ok(), want, "version {version}");
    }
}

#[test]
fn states_are_read_in_any_case_and_kept_when_new() {
    for (word, want) in [
        ("Stable", GroupState::Stable),
        ("EMPTY", GroupState::Empty),
        ("Dreaming", GroupState::Unknown("Dreaming".to_owned())),
    ] {
        assert_eq!(GroupState::of(word), want);
    }
}

#[test]
fn every_broker_can_be_asked() {
    let (group, place) = ("g".to_owned(), TopicPartition::new("t", 0));
    assert_writable(&delete::DeleteGroups, group.clone(), 0);
    assert_writable(&describe::DescribeGroups { authorized: true }, group.clone(), 0);
    assert_writable(&consumer_protocol::Describe { authorized: true }, group.clone(), 0);
    assert_writable(&delete_offsets::DeleteOffsets { partitions: &[place.clone()].into() }, group.clone(), 0);
    let detailed = crate::consumer::OffsetAndMetadata { offset: 1, leader_epoch: Some(2), metadata: "m".to_owned() };
    // Before version 6 (Kafka 2.1) there is no place for a leader's epoch.
    assert_writable(&AlterOffsets { offsets: &[(place, detailed)].into() }, group, 6);
}
