//! What other members may say, for the fuzz targets: any bytes, and claims that do not fit together.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{Assigned, Assignor, Member, MemberSubscription, Racks, Topics, decode_assignment, user_data};

const MEMBERS_MAX: usize = 16;
const TOPICS: [&str; 4] = ["a", "b", "c", "d"];

/// Reads bytes as everything that members exchange.
pub(crate) fn read_any_member(bytes: &[u8]) {
    let _ = MemberSubscription::decode(bytes);
    let _ = decode_assignment(bytes);
    let user_data = Bytes::copy_from_slice(bytes);
    user_data::read_sticky(Some(&user_data));
    user_data::read_cooperative(Some(&user_data));
}

/// Lets every assignor share a few topics out to members that say anything. The first bytes tell how many partitions the
/// topics have and in which racks these are; then comes each member: its length, its subscription.
pub(crate) fn share_any(bytes: &[u8]) {
    let Some((sizes, members)) = bytes.split_first_chunk::<4>() else { return };
    let (topics, members) = (topics(*sizes), self::members(members));
    for (assignor, ..) in Assignor::ALL {
        let assigned = assignor.assign(&members, &topics);
        assert_shared(assignor, &assigned, &members, &topics);
    }
}

fn topics(sizes: [u8; 4]) -> Topics {
    let partitions = |size: u8| -> Vec<Racks> {
        let rack = |index: u8| if index & 1 == 0 { "x" } else { "y" };
        (0..size % 16).map(|index| if size & 0x80 == 0 { Racks::new() } else { vec![rack(index).into()] }).collect()
    };
    TOPICS.iter().zip(sizes).map(|(name, size)| ((*name).to_owned(), partitions(size))).collect()
}

fn members(mut bytes: &[u8]) -> Vec<Member> {
    let mut members = Vec::new();
    while let [size, rest @ ..] = bytes
        && members.len() < MEMBERS_MAX
    {
        let (subscription, rest) = rest.split_at(rest.len().min(usize::from(*size)));
        bytes = rest;
        let number = members.len();
        let instance = (size % 4 == 0).then(|| format!("i{number}"));
        let wanted = MemberSubscription::decode(subscription).unwrap_or_default();
        members.push(Member { id: format!("m{number}"), instance, wanted });
    }
    members
}

/// Nobody gets what it does not read or what somebody else gets, and nothing is left out.
fn assert_shared(assignor: Assignor, assigned: &Assigned, members: &[Member], topics: &Topics) {
    let mut given = BTreeSet::new();
    let wanted: BTreeMap<&str, &[String]> =
        members.iter().map(|member| (member.id.as_str(), member.wanted.topics.as_slice())).collect();
    for (id, partitions) in assigned {
        for partition in partitions {
            assert!(
                wanted[id.as_str()].iter().any(|topic| **topic == *partition.topic),
                "{assignor:?}: {id} {partition}"
            );
            assert!(given.insert(partition), "{assignor:?}: {partition} is given out twice");
        }
    }
    let read: BTreeSet<&str> = wanted.values().copied().flatten().map(String::as_str).collect();
    let all: usize = topics.iter().filter(|(name, _)| read.contains(name.as_str())).map(|(_, racks)| racks.len()).sum();
    // What moves is given out a rebalance later.
    assert!(given.len() == all || assignor.is_cooperative(), "{assignor:?}: {} of {all} are given out", given.len());
}
