//! What Apache Kafka 4.3.1's assignors choose; `tests/java/AssignorVectors.java` says how the file is made and read.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::Value;

use super::super::*;

const VECTORS: &str = include_str!("../../../../tests/data/assignors.jsonl");

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn hex(value: &Value) -> Option<Bytes> {
    let digits = value.as_str()?;
    Some((0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect())
}

fn topics(case: &Value) -> Topics {
    let racks = |of: &Value| text(of).split('+').filter(|rack| !rack.is_empty()).map(Into::into).collect();
    let of = case["topics"].as_object().unwrap().iter().map(|(topic, partitions)| match partitions.as_u64() {
        Some(count) => (topic.clone(), vec![Racks::new(); usize::try_from(count).unwrap()]),
        None => (topic.clone(), partitions.as_array().unwrap().iter().map(racks).collect()),
    });
    of.collect()
}

fn member(member: &Value, assignor: Assignor) -> Member {
    let owned = member["owned"].as_object().unwrap().iter().flat_map(|(topic, partitions)| {
        let indexes =
            partitions.as_array().unwrap().iter().map(|index| i32::try_from(index.as_i64().unwrap()).unwrap());
        indexes.map(|index| TopicPartition::new(topic.as_str(), index)).collect::<Vec<_>>()
    });
    let wanted = MemberSubscription {
        topics: member["topics"].as_array().unwrap().iter().map(text).collect(),
        user_data: hex(&member[assignor.name()]),
        owned: owned.collect(),
        generation: i32::try_from(member["generation"].as_i64().unwrap()).unwrap(),
        rack: member["rack"].as_str().map(str::to_owned),
    };
    Member { id: text(&member["id"]), instance: member["instance"].as_str().map(str::to_owned), wanted }
}

/// Who got each partition, in the file's form.
fn owners(assigned: &Assigned, members: &[Member], topics: &Topics) -> BTreeMap<String, Vec<i64>> {
    let mut owners: BTreeMap<String, Vec<i64>> =
        topics.iter().map(|(topic, partitions)| (topic.clone(), vec![-1; partitions.len()])).collect();
    for (number, member) in (0..).zip(members) {
        for partition in &assigned[&member.id] {
            let owner = &mut owners.get_mut(&*partition.topic).unwrap()[usize::try_from(partition.partition).unwrap()];
            assert_eq!(std::mem::replace(owner, number), -1, "{partition} is given to two");
        }
    }
    owners
}

/// Java's sticky assignor gives a partition back to a former owner that does not read its topic any more. Ours does not: the
/// group would rebalance without end.
fn gives_unread(owners: &Value, members: &[Member]) -> bool {
    let of_topic = |topic: &String, owner: &Value| {
        let owner = usize::try_from(owner.as_i64().unwrap()).ok().map(|number| &members[number]);
        owner.is_some_and(|member| !member.wanted.topics.contains(topic))
    };
    owners
        .as_object()
        .unwrap()
        .iter()
        .any(|(topic, owners)| owners.as_array().unwrap().iter().any(|owner| of_topic(topic, owner)))
}

#[test]
fn every_choice_is_javas() {
    for (name, cases_min) in [("range", 400), ("roundrobin", 400), ("sticky", 398), ("cooperative-sticky", 398)] {
        let assignor = Assignor::named(name).unwrap();
        let (mut cases, mut mistakes, mut wrong) = (0, 0, Vec::new());
        for (line, case) in (1..).zip(VECTORS.lines()) {
            let case: Value = serde_json::from_str(case).unwrap();
            let members: Vec<_> = case["members"].as_array().unwrap().iter().map(|of| member(of, assignor)).collect();
            let topics = topics(&case);
            if gives_unread(&case[name], &members) {
                mistakes += 1;
                continue;
            }
            let got = serde_json::json!(owners(&assignor.assign(&members, &topics), &members, &topics));
            cases += 1;
            if got != case[name] {
                wrong.push(format!("line {line}: {got} instead of {}", case[name]));
            }
        }
        assert!(cases >= cases_min && mistakes <= 2, "{name}: {cases} cases, {mistakes} mistakes of Java's");
        assert!(wrong.is_empty(), "{name}: {} of {cases} differ\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// What a member writes, Java's would write too.
#[test]
fn user_data_is_javas() {
    let mut compared = 0;
    for case in VECTORS.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        for of in case["members"].as_array().unwrap() {
            let generation = i32::try_from(of["generation"].as_i64().unwrap()).unwrap();
            if generation < 0 || of["sticky"] == "0000" {
                continue; // an older client, or a broken one
            }
            let member = member(of, Assignor::Sticky);
            let assigned = Some((member.wanted.owned.as_slice(), generation));
            assert_eq!(Assignor::CooperativeSticky.user_data(assigned), hex(&of["cooperative-sticky"]));
            let claims = [Assignor::Sticky.user_data(assigned), hex(&of["sticky"])].map(|bytes| {
                let mut claim = user_data::read_sticky(bytes.as_ref());
                claim.partitions.sort(); // Java's order of topics is that of a hash map
                claim
            });
            assert_eq!(claims[0], claims[1]);
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}
