//! The range assignor: topic by topic, each member gets one contiguous run of partitions.
//!
//! Source: Apache Kafka, `RangeAssignor`, without its matching of racks (which only applies where members and replicas both name one).

use std::collections::BTreeMap;

use crate::consumer::TopicPartition;

/// The name under which the protocol is offered.
pub(in crate::consumer) const NAME: &str = "range";

/// One member as the assignor sees it.
#[derive(Clone, Debug)]
pub(in crate::consumer) struct Member {
    pub(in crate::consumer) id: String,
    /// Static members come first, ordered by this.
    pub(in crate::consumer) instance: Option<String>,
    pub(in crate::consumer) topics: Vec<String>,
}

/// Every member's partitions, sorted; members that get none are there too. Topics without a partition count are left out.
pub(in crate::consumer) fn assign(
    members: &[Member],
    partition_counts: &BTreeMap<String, i32>,
) -> BTreeMap<String, Vec<TopicPartition>> {
    let mut ordered: Vec<&Member> = members.iter().collect();
    ordered.sort_by_key(|member| (member.instance.is_none(), member.instance.as_deref(), member.id.as_str()));
    let mut assigned: BTreeMap<String, Vec<TopicPartition>> =
        members.iter().map(|member| (member.id.clone(), Vec::new())).collect();
    for (topic, &count) in partition_counts {
        let readers: Vec<_> = ordered.iter().filter(|member| member.topics.contains(topic)).collect();
        let readers_len = i32::try_from(readers.len()).unwrap_or(i32::MAX);
        if readers_len == 0 {
            continue;
        }
        let (share, extra) = (count / readers_len, count % readers_len);
        let name: std::sync::Arc<str> = topic.as_str().into();
        let mut next = 0;
        for (place, member) in (0..).zip(readers) {
            let end = next + share + i32::from(place < extra);
            let run = (next..end).map(|partition| TopicPartition { topic: name.clone(), partition });
            assigned.entry(member.id.clone()).or_default().extend(run);
            next = end;
        }
    }
    assigned
}
