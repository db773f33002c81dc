use std::collections::BTreeMap;

use super::range::{Member, assign};
use super::*;
use crate::consumer::TopicPartition;

fn member(spec: &str) -> Member {
    // id[@instance]:topic,topic
    let (who, topics) = spec.split_once(':').unwrap();
    let (id, instance) = who.split_once('@').map_or((who, None), |(id, instance)| (id, Some(instance.to_owned())));
    Member { id: id.to_owned(), instance, topics: topics.split(',').map(str::to_owned).collect() }
}

#[test]
fn range_gives_contiguous_runs() {
    for (members, topics, want) in [
        ("a:t b:t", "t=3", "a=t0,t1 b=t2"),
        ("b:t a:t", "t=3", "a=t0,t1 b=t2"), // by member id, not by order of arrival
        ("a:t b:t c:t", "t=2", "a=t0 b=t1 c="),
        ("a:t,u b:t,u", "t=3 u=3", "a=t0,t1,u0,u1 b=t2,u2"), // the first is favoured in every topic
        ("a:t b:u", "t=2 u=2", "a=t0,t1 b=u0,u1"),
        ("a:t b:t", "", "a= b="),
        ("a:t z@1:t", "t=1", "a= z=t0"), // static members come first
        ("a@2:t b@1:t", "t=3", "a=t2 b=t0,t1"),
    ] {
        let members: Vec<_> = members.split(' ').map(member).collect();
        let counts: BTreeMap<String, i32> = topics
            .split_whitespace()
            .map(|topic| topic.split_once('=').unwrap())
            .map(|(topic, count)| (topic.to_owned(), count.parse().unwrap()))
            .collect();
        let got: Vec<String> = assign(&members, &counts)
            .into_iter()
            .map(|(id, partitions)| {
                let list: Vec<_> = partitions.iter().map(|tp| format!("{}{}", tp.topic, tp.partition)).collect();
                format!("{id}={}", list.join(","))
            })
            .collect();
        assert_eq!(got.join(" "), want);
    }
}

#[test]
fn subscriptions_and_assignments_survive_their_bytes() {
    let owned = vec![TopicPartition::new("t", 0), TopicPartition::new("t", 2), TopicPartition::new("u", 1)];
    let subscription = MemberSubscription {
        topics: vec!["t".into(), "u".into()],
        owned: owned.clone(),
        generation: 4,
        rack: Some("r".into()),
    };
    assert_eq!(MemberSubscription::decode(&subscription.encode().unwrap()), Some(subscription));
    assert_eq!(decode_assignment(&encode_assignment(&owned).unwrap()), Some(owned));
    assert_eq!(decode_assignment(&[]), Some(Vec::new()));
}

#[test]
fn old_versions_and_nonsense_are_told_apart() {
    // Version 0 as an old consumer writes it: one topic "t", no user data.
    let v0 = [0, 0, 0, 0, 0, 1, 0, 1, b't', 0xff, 0xff, 0xff, 0xff];
    assert_eq!(MemberSubscription::decode(&v0).unwrap().topics, ["t"]);
    for len in 0..v0.len() {
        assert_eq!(MemberSubscription::decode(&v0[..len]), None, "{len} bytes");
    }
    for (bytes, why) in [
        (&[0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0][..], "version -1"),
        (&[0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 1, b't'], "two billion topics"),
        (&[0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], "a negative count"),
        (&[0, 0, 0, 0, 0, 1, 0, 1, 0xff, 0, 0, 0, 0], "a name that is not UTF-8"),
    ] {
        assert_eq!(MemberSubscription::decode(bytes), None, "{why}");
        assert_eq!(decode_assignment(bytes), None, "{why}");
    }
    let v9 = [&[0, 9][..], &encode_assignment(&[TopicPartition::new("t", 1)]).unwrap()[2..], b"more"].concat();
    assert_eq!(decode_assignment(&v9), Some(vec![TopicPartition::new("t", 1)]));
}
