//! Topics and their leaders.

use std::time::{Duration, Instant};

use connect_config::Props;
use kafka_client::admin::Admin;
use kafka_client::cluster::{Cluster, CoordinatorKind, TopicName};
use kafka_client::config::ClientConfig;
use kafka_protocol::messages::alter_partition_reassignments_request::{ReassignablePartition, ReassignableTopic};
use kafka_protocol::messages::create_topics_request::{CreatableTopic, CreatableTopicConfig};
use kafka_protocol::messages::{
    AlterPartitionReassignmentsRequest, CreateTopicsRequest, ElectLeadersRequest, MetadataRequest,
    TopicName as WireName,
};
use kafka_protocol::protocol::StrBytes;
use tokio::time::sleep;

use crate::Failure;

/// A broker that has just come back may not be counted yet.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(300);
/// TOPIC_ALREADY_EXISTS.
const EXISTS: i16 = 36;

/// Topics with three replicas, two of which have to have a record before it is acked.
pub(crate) async fn create(bootstrap: &str, names: &[TopicName], partitions: i32) -> Result<(), Failure> {
    let two = CreatableTopicConfig::default()
        .with_name(StrBytes::from_static_str("min.insync.replicas"))
        .with_value(Some(StrBytes::from_static_str("2")));
    let topics = names.iter().map(|name| {
        CreatableTopic::default()
            .with_name(WireName(StrBytes::from_string(name.to_string())))
            .with_num_partitions(partitions)
            .with_replication_factor(3)
            .with_configs(vec![two.clone()])
    });
    let request = CreateTopicsRequest::default().with_topics(topics.collect()).with_timeout_ms(20_000);
    let (cluster, deadline) = (cluster(bootstrap)?, Instant::now() + PATIENCE);
    loop {
        let answer = cluster.send(cluster.any_broker().await?, request.clone()).await?;
        // Those that were made in an earlier attempt are there.
        let missing = answer.topics.iter().find(|topic| ![0, EXISTS].contains(&topic.error_code));
        match missing {
            None => break,
            Some(topic) if Instant::now() > deadline => return Err(format!("a topic is missing: {topic:?}").into()),
            Some(_) => sleep(PAUSE).await,
        }
    }
    until_in_sync(&cluster, names.len() * partitions.unsigned_abs() as usize, names, deadline).await
}

/// Makes room; what cannot be deleted just now stays.
pub(crate) async fn delete(bootstrap: &str, names: &[TopicName]) {
    if let Ok(cluster) = cluster(bootstrap) {
        Admin::new(cluster).within(PATIENCE).delete_topics(names).await;
    }
}

/// A round begins with all brokers: only then is each fault the only one.
async fn until_in_sync(cluster: &Cluster, count: usize, names: &[TopicName], deadline: Instant) -> Result<(), Failure> {
    loop {
        let answer = cluster.send(cluster.any_broker().await?, MetadataRequest::default().with_topics(None)).await?;
        let is_ours =
            |name: &Option<WireName>| name.as_ref().is_some_and(|name| names.iter().any(|own| **own == *name.0));
        let ours = answer.topics.iter().filter(|topic| is_ours(&topic.name));
        let found: usize = ours.map(|topic| topic.partitions.len()).sum();
        let mut all = answer.topics.iter().flat_map(|topic| &topic.partitions);
        if found == count && all.all(|found| found.isr_nodes.len() == found.replica_nodes.len()) {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("the replicas of {names:?} or other topics are not in sync").into());
        }
        sleep(PAUSE).await;
    }
}

/// Makes another replica of every partition its preferred one, and that the leader; the coordinators move with theirs.
/// Or only of the coordinators' topics.
pub(crate) async fn move_leaders(bootstrap: &str, only_coordinators: bool) -> Result<(), Failure> {
    let cluster = cluster(bootstrap)?;
    let node = cluster.any_broker().await?;
    let found = cluster.send(node, MetadataRequest::default().with_topics(None)).await?;
    let topics = found.topics.into_iter().filter(|topic| topic.is_internal || !only_coordinators).map(|topic| {
        let rotated = topic.partitions.into_iter().map(|partition| {
            let mut replicas = partition.replica_nodes;
            let by = replicas.len().min(1);
            replicas.rotate_left(by);
            ReassignablePartition::default()
                .with_partition_index(partition.partition_index)
                .with_replicas(Some(replicas))
        });
        ReassignableTopic::default().with_name(topic.name.unwrap_or_default()).with_partitions(rotated.collect())
    });
    let reassign = AlterPartitionReassignmentsRequest::default().with_timeout_ms(20_000).with_topics(topics.collect());
    let answer = cluster.send(node, reassign).await?;
    if answer.error_code != 0 {
        return Err(format!("the replicas keep their order: {:?}", answer.error_message).into());
    }
    let elect =
        ElectLeadersRequest::default().with_election_type(0).with_topic_partitions(None).with_timeout_ms(20_000);
    cluster.send(node, elect).await?;
    Ok(())
}

/// Makes the coordinators' topics.
pub(crate) async fn create_coordinators(bootstrap: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + PATIENCE;
    for kind in [CoordinatorKind::Group, CoordinatorKind::Transaction] {
        while let Err(error) = coordinator(bootstrap, kind, "somebody").await {
            if Instant::now() > deadline {
                return Err(error);
            }
            sleep(PAUSE).await;
        }
    }
    Ok(())
}

/// The number of the broker that coordinates this group or `transactional.id`.
pub(crate) async fn coordinator(bootstrap: &str, kind: CoordinatorKind, key: &str) -> Result<u16, Failure> {
    Ok(u16::try_from(cluster(bootstrap)?.coordinator(kind, key).await?.id)?)
}

pub(crate) fn cluster(bootstrap: &str) -> Result<Cluster, Failure> {
    Ok(Cluster::new(ClientConfig::parse(&Props::from([("bootstrap.servers", bootstrap)]))?))
}
