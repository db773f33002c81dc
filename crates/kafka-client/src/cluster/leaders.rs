//! Leaders that a broker names when it refuses a request that was for another one (KIP-951): known at once, without asking.

use std::sync::{Arc, PoisonError};

use super::{Broker, Cluster, Metadata, TopicName};

/// What one answer says of leaders, and of where they listen.
#[derive(Debug, Default)]
pub(crate) struct LeaderNews {
    leaders: Vec<Named>,
    brokers: Vec<(i32, Broker)>,
}

#[derive(Debug)]
struct Named {
    topic: TopicName,
    partition: i32,
    leader: i32,
    epoch: i32,
}

impl LeaderNews {
    /// A partition's part of an answer; most name nobody.
    pub(crate) fn leader(&mut self, topic: &TopicName, partition: i32, leader: i32, epoch: i32) {
        if leader >= 0 && epoch >= 0 {
            self.leaders.push(Named { topic: topic.clone(), partition, leader, epoch });
        }
    }

    /// Where a broker listens; one with an impossible port is left out.
    pub(crate) fn broker(&mut self, id: i32, host: &str, port: i32, rack: Option<&str>) {
        let Ok(port) = u16::try_from(port) else { return };
        self.brokers.push((id, Broker { host: host.to_owned(), port, rack: rack.map(str::to_owned) }));
    }
}

impl Cluster {
    /// Takes the news over where they are newer than what is known; the partitions whose leader has changed by that.
    /// Source: Apache Kafka, `Metadata.updatePartitionLeadership`.
    pub(crate) fn learn(&self, news: LeaderNews) -> Vec<(TopicName, i32)> {
        if news.leaders.is_empty() {
            return Vec::new();
        }
        let mut current = self.shared.metadata.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = Metadata::clone(&current);
        let changed: Vec<Named> = news.leaders.into_iter().filter(|named| next.learn(named, &news.brokers)).collect();
        for (id, broker) in news.brokers {
            if changed.iter().any(|named| named.leader == id) {
                self.shared.nodes.set_broker(id, (broker.host.clone(), broker.port));
                next.brokers.insert(id, broker);
            }
        }
        if !changed.is_empty() {
            tracing::debug!(?changed, "brokers have named new leaders");
            *current = Arc::new(next);
        }
        changed.into_iter().map(|named| (named.topic, named.partition)).collect()
    }
}

impl Metadata {
    /// False for a leader that is not newer, or that nobody knows where to find.
    fn learn(&mut self, named: &Named, brokers: &[(i32, Broker)]) -> bool {
        let is_known = self.brokers.contains_key(&named.leader) || brokers.iter().any(|(id, _)| *id == named.leader);
        let known = self.partition_mut(&named.topic, named.partition);
        let Some(known) = known.filter(|known| is_known && named.epoch > known.leader_epoch) else { return false };
        (known.leader, known.leader_epoch) = (Some(named.leader), named.epoch);
        true
    }
}

#[cfg(test)]
mod tests {
    use connect_config::Props;
    use kafka_protocol::messages::metadata_response::{MetadataResponsePartition, MetadataResponseTopic};
    use kafka_protocol::messages::{BrokerId, MetadataResponse, TopicName as WireName};
    use kafka_protocol::protocol::StrBytes;

    use super::*;
    use crate::cluster::NodeId;
    use crate::config::ClientConfig;

    #[tokio::test]
    async fn a_newer_leader_that_can_be_found_is_taken_over() {
        let partition = MetadataResponsePartition::default()
            .with_leader_id(BrokerId(1))
            .with_leader_epoch(5)
            .with_partition_index(0);
        let topic = MetadataResponseTopic::default()
            .with_name(Some(WireName(StrBytes::from_static_str("t"))))
            .with_partitions(vec![partition]);
        let answer = MetadataResponse::default().with_topics(vec![topic]);
        for (topic, index, leader, epoch, broker, want) in [
            ("t", 0, 2, 6, Some(2), true),
            ("t", 0, 2, 5, Some(2), false), // known already
            ("t", 0, 2, 6, None, false),    // where is it?
            ("t", 0, -1, -1, Some(2), false),
            ("t", 1, 2, 6, Some(2), false),
            ("u", 0, 2, 6, Some(2), false),
        ] {
            let props = Props::from([("bootstrap.servers", "127.0.0.1:1")]);
            let cluster = Cluster::new(ClientConfig::parse(&props).unwrap());
            *cluster.shared.metadata.write().unwrap() = Arc::new(Metadata::default().merged(answer.clone(), true));
            let mut news = LeaderNews::default();
            news.leader(&topic.into(), index, leader, epoch);
            broker.into_iter().for_each(|id| news.broker(id, "127.0.0.1", 1, None));
            let changed = cluster.learn(news);
            assert_eq!(
                changed,
                if want { vec![(topic.into(), index)] } else { vec![] },
                "{topic}-{index} {leader} {epoch}"
            );
            assert_eq!(cluster.leader("t", 0), Some(NodeId::new(if want { 2 } else { 1 })));
            assert_eq!(cluster.cached_metadata().brokers.contains_key(&2), want);
        }
    }
}
