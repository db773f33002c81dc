mod vectors;

use super::*;
use crate::consumer::TopicPartition;

fn member(spec: &str) -> Member {
    // id[@instance][/rack]:topic,topic
    let (who, topics) = spec.split_once(':').unwrap();
    let (who, rack) = who.split_once('/').map_or((who, None), |(who, rack)| (who, Some(rack.to_owned())));
    let (id, instance) = who.split_once('@').map_or((who, None), |(id, instance)| (id, Some(instance.to_owned())));
    let topics = topics.split(',').map(str::to_owned).collect();
    Member {
        id: id.to_owned(),
        instance,
        wanted: MemberSubscription { topics, rack, generation: -1, ..Default::default() },
    }
}

/// `t=3 u=ab.b`: three partitions without racks, two with the racks a and b, and b.
fn topics(spec: &str) -> Topics {
    let racks = |of: &str| of.chars().map(|rack| rack.to_string().into()).collect();
    spec.split_whitespace()
        .map(|topic| topic.split_once('=').unwrap())
        .map(|(topic, of)| match of.parse::<usize>() {
            Ok(count) => (topic.to_owned(), vec![Racks::new(); count]),
            Err(_) => (topic.to_owned(), of.split('.').map(racks).collect()),
        })
        .collect()
}

fn assigned(assignor: Assignor, members: &str, of: &str) -> String {
    let members: Vec<_> = members.split(' ').map(member).collect();
    let each = assignor.assign(&members, &topics(of)).into_iter().map(|(id, partitions)| {
        let list: Vec<_> = partitions.iter().map(|tp| format!("{}{}", tp.topic, tp.partition)).collect();
        format!("{id}={}", list.join(","))
    });
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn members_share_the_partitions() {
    use Assignor::*;
    for (assignor, members, topics, want) in [
        (Range, "a:t b:t", "t=3", "a=t0,t1 b=t2"),
        (Range, "b:t a:t", "t=3", "a=t0,t1 b=t2"), // by member id, not by order of arrival
        (Range, "a:t b:t c:t", "t=2", "a=t0 b=t1 c="),
        (Range, "a:t,u b:t,u", "t=3 u=3", "a=t0,t1,u0,u1 b=t2,u2"), // the first is favoured in every topic
        (Range, "a:t b:u", "t=2 u=2", "a=t0,t1 b=u0,u1"),
        (Range, "a:t b:t", "", "a= b="),
        (Range, "a:t z@1:t", "t=1", "a= z=t0"), // static members come first
        (Range, "a@2:t b@1:t", "t=3", "a=t2 b=t0,t1"),
        (Range, "a/x:t b/y:t", "t=y.x.y.x", "a=t1,t3 b=t0,t2"), // each reads in its own rack
        (Range, "a/x:t b/y:t", "t=xy.xy", "a=t0 b=t1"),         // every partition is everywhere
        (RoundRobin, "a:t,u b:t,u", "t=3 u=3", "a=t0,t2,u1 b=t1,u0,u2"),
        (RoundRobin, "a:t b:t,u", "t=2 u=3", "a=t0 b=t1,u0,u1,u2"),
        (Sticky, "a:t,u b:t,u", "t=3 u=3", "a=t0,t2,u1 b=t1,u0,u2"),
        (Sticky, "a:t b:t,u", "t=2 u=3", "a=t0,t1 b=u0,u1,u2"), // where the round robin would not balance
        (CooperativeSticky, "a:t b:t", "t=2", "a=t0 b=t1"),
        (Sticky, "a: b:t", "t=2", "a= b=t0,t1"), // a's pattern matches nothing yet
        (CooperativeSticky, "a: b:t", "t=2", "a= b=t0,t1"),
        (Sticky, "a:t,t b:t,u", "t=1 u=1", "a=t0 b=u0"),
        (CooperativeSticky, "a:", "t=2", "a="),
    ] {
        assert_eq!(assigned(assignor, members, topics), want, "{assignor:?} of {members}, {topics}");
    }
}

/// Names are read as in `partition.assignment.strategy`.
#[test]
fn assignors_have_javas_names() {
    for (text, want) in [
        ("range", Some(Assignor::Range)),
        ("org.apache.kafka.clients.consumer.RoundRobinAssignor", Some(Assignor::RoundRobin)),
        ("cooperative-sticky", Some(Assignor::CooperativeSticky)),
        ("com.example.Mine", None),
        ("", None),
    ] {
        assert_eq!(Assignor::named(text), want, "{text}");
    }
}

#[test]
fn subscriptions_and_assignments_survive_their_bytes() {
    let owned = vec![TopicPartition::new("t", 0), TopicPartition::new("t", 2), TopicPartition::new("u", 1)];
    let subscription = MemberSubscription {
        topics: vec!["t".into(), "u".into()],
        user_data: Some(Bytes::from_static(b"data")),
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
