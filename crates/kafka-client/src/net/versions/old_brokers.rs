//! What is spoken with Kafka 2.1, the oldest broker that Java's client of 4.x speaks to: against its recorded answer.

use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_commit_request::{OffsetCommitRequestPartition, OffsetCommitRequestTopic};
use kafka_protocol::messages::{self as m, BrokerId, ProducerId};
use kafka_protocol::protocol::StrBytes;

use super::super::api::ALL;
use super::super::frame::Frame;
use super::*;

const RECORDED: &str = include_str!("../../../tests/data/api-versions-2.1.1.tsv");

/// Requests that came with later brokers: what needs them is refused there, naming the request and both sides' versions.
const LATER: &[(&str, &str)] = &[
    ("ElectLeadersRequest", "2.2"),
    ("IncrementalAlterConfigsRequest", "2.3"),
    ("AlterPartitionReassignmentsRequest", "2.4"),
    ("ListPartitionReassignmentsRequest", "2.4"),
    ("OffsetDeleteRequest", "2.4"),
    ("DescribeClientQuotasRequest", "2.6"),
    ("AlterClientQuotasRequest", "2.6"),
    ("DescribeUserScramCredentialsRequest", "2.7"),
    ("AlterUserScramCredentialsRequest", "2.7"),
    ("UpdateFeaturesRequest", "2.7"),
    ("WriteTxnMarkersRequest", "2.8"), // its first version is no longer spoken
    ("DescribeClusterRequest", "2.8"),
    ("DescribeProducersRequest", "2.8"),
    ("DescribeTransactionsRequest", "3.0"),
    ("ListTransactionsRequest", "3.0"),
    ("ConsumerGroupHeartbeatRequest", "3.5"),
    ("ConsumerGroupDescribeRequest", "3.7"),
    ("GetTelemetrySubscriptionsRequest", "3.7"),
    ("ListConfigResourcesRequest", "3.7"),
    ("DescribeTopicPartitionsRequest", "3.8"),
];

fn recorded() -> ApiVersions {
    let lines = RECORDED.lines().filter(|line| !line.starts_with('#'));
    let apis = lines.map(|line| {
        let numbers: Vec<i16> = line.split('\t').map(|number| number.parse().unwrap()).collect();
        ApiVersion::default().with_api_key(numbers[0]).with_min_version(numbers[1]).with_max_version(numbers[2])
    });
    ApiVersions::new(&ApiVersionsResponse::default().with_api_keys(apis.collect()))
}

#[test]
fn every_request_is_shared_or_came_later() {
    let broker = recorded();
    for api in ALL {
        let (name, (min, max)) = (api.name, api.versions);
        let is_shared = broker.ranges.get(&api.key).is_some_and(|theirs| min.max(theirs.0) <= max.min(theirs.1));
        let is_later = LATER.iter().any(|(later, _)| *later == name);
        assert!(is_shared != is_later, "{name}: shared {is_shared}, later {is_later}");
    }
    let error = broker.negotiate::<m::IncrementalAlterConfigsRequest>(&"b:9092".into()).unwrap_err();
    assert_eq!(error.java_class(), "org.apache.kafka.common.errors.UnsupportedVersionException");
    assert!(error.to_string().contains("IncrementalAlterConfigsRequest: it offers none"), "{error}");
}

fn encode<R: Request>(request: R) -> Result<i16, String> {
    let version = recorded().negotiate::<R>(&"b:9092".into()).unwrap();
    Frame::encode(&request, version).map(|_| version).map_err(|why| format!("{} version {version}: {why}", R::NAME))
}

fn text(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

/// The fields are set as this client sets them towards any broker.
#[test]
fn what_is_sent_can_be_said_in_old_versions() {
    let group = || m::GroupId(text("g"));
    let topic = || m::TopicName(text("t"));
    let fetch = FetchPartition::default().with_current_leader_epoch(7).with_fetch_offset(5);
    let fetch = FetchTopic::default().with_topic(topic()).with_partitions(vec![fetch]);
    let list = ListOffsetsPartition::default().with_current_leader_epoch(7).with_timestamp(-2);
    let list = ListOffsetsTopic::default().with_name(topic()).with_partitions(vec![list]);
    let commit = OffsetCommitRequestPartition::default().with_committed_leader_epoch(7).with_committed_offset(5);
    let commit = OffsetCommitRequestTopic::default().with_name(topic()).with_partitions(vec![commit]);
    for (got, want) in [
        (
            encode(
                m::FetchRequest::default()
                    .with_replica_id(BrokerId(-1))
                    .with_session_epoch(-1)
                    .with_isolation_level(1)
                    .with_rack_id(text("rack"))
                    .with_topics(vec![fetch]),
            ),
            10,
        ),
        (encode(m::ListOffsetsRequest::default().with_isolation_level(1).with_topics(vec![list])), 4),
        (encode(m::MetadataRequest::default().with_topics(None).with_allow_auto_topic_creation(false)), 7),
        (encode(m::OffsetCommitRequest::default().with_group_id(group()).with_topics(vec![commit])), 6),
        (encode(m::OffsetFetchRequest::default().with_group_id(group()).with_topics(None)), 5),
        (encode(m::FindCoordinatorRequest::default().with_key(text("g")).with_key_type(1)), 2),
        (
            encode(
                m::JoinGroupRequest::default()
                    .with_group_id(group())
                    .with_rebalance_timeout_ms(1)
                    .with_protocol_type(text("consumer"))
                    .with_reason(Some(text("why"))),
            ),
            3,
        ),
        (
            encode(
                m::SyncGroupRequest::default()
                    .with_group_id(group())
                    .with_protocol_type(Some(text("consumer")))
                    .with_protocol_name(Some(text("range"))),
            ),
            2,
        ),
        (encode(m::HeartbeatRequest::default().with_group_id(group())), 2),
        (encode(m::LeaveGroupRequest::default().with_group_id(group()).with_member_id(text("m"))), 2),
        (encode(m::InitProducerIdRequest::default().with_transactional_id(None).with_transaction_timeout_ms(1)), 1),
        (encode(m::EndTxnRequest::default().with_producer_id(ProducerId(1)).with_committed(true)), 1),
        (encode(m::OffsetForLeaderEpochRequest::default().with_replica_id(BrokerId(-1))), 2),
        (encode(m::DescribeGroupsRequest::default().with_groups(vec![group()])), 2),
        (encode(m::ListGroupsRequest::default()), 2),
        (encode(m::CreateTopicsRequest::default().with_timeout_ms(1).with_validate_only(true)), 3),
        (encode(m::DeleteTopicsRequest::default().with_topic_names(vec![topic()]).with_timeout_ms(1)), 3),
        (encode(m::DescribeConfigsRequest::default().with_include_synonyms(true)), 2),
        (encode(m::SaslHandshakeRequest::default().with_mechanism(text("PLAIN"))), 1),
        (encode(m::SaslAuthenticateRequest::default()), 0),
    ] {
        assert_eq!(got, Ok(want));
    }
}

/// What an old broker cannot be told and what must not be left out is an error.
#[test]
fn what_cannot_be_said_is_refused() {
    let diverging = FetchPartition::default().with_last_fetched_epoch(6);
    let diverging = FetchTopic::default().with_partitions(vec![diverging]);
    for refused in [
        encode(m::FetchRequest::default().with_topics(vec![diverging])),
        encode(m::JoinGroupRequest::default().with_group_instance_id(Some(text("i")))), // a static member
        encode(m::LeaveGroupRequest::default().with_members(vec![Default::default()])),
        encode(m::FindCoordinatorRequest::default().with_coordinator_keys(vec![text("g")])),
        encode(m::OffsetFetchRequest::default().with_require_stable(true)),
        encode(m::InitProducerIdRequest::default().with_producer_id(ProducerId(5)).with_producer_epoch(1)),
        encode(m::TxnOffsetCommitRequest::default().with_generation_id(5).with_member_id(text("m"))),
    ] {
        let why = refused.unwrap_err();
        assert!(why.contains("not available"), "{why}");
    }
}
