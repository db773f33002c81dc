//! A group with a protocol of one's own: its members share numbered shards among them, and each prints which are its own.
//! ```text
//! cargo run --example own_group -- localhost:9092 shards alice
//! ```
//! Start it several times, with other names, and stop some: what leaves goes over to the others.

use std::time::Duration;

use bytes::Bytes;
use connect_config::Props;
use kafka_client::KafkaError;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::group::{Group, GroupConfig, JoinProtocol, Member, Notice};

const SHARDS: usize = 12;

#[tokio::main]
async fn main() -> Result<(), KafkaError> {
    let mut args = std::env::args().skip(1);
    let (Some(bootstrap), Some(group_id), Some(name)) = (args.next(), args.next(), args.next()) else {
        eprintln!("usage: own_group BOOTSTRAP GROUP NAME");
        return Ok(());
    };
    let props = Props::from([("bootstrap.servers", bootstrap.as_str()), ("client.id", name.as_str())]);
    let cluster = Cluster::new(ClientConfig::parse(&props)?);
    let mut group = Group::start(&cluster, config(group_id));
    group.join(offer(&name), "starting");
    loop {
        tokio::select! {
            notice = group.notice() => match notice {
                Some(notice) => react(&group, &name, notice)?,
                None => return Ok(()),
            },
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    group.leave("stopped by hand", Duration::from_secs(5)).await;
    Ok(())
}

fn config(group_id: String) -> GroupConfig {
    GroupConfig {
        group_id,
        instance_id: None,
        protocol_type: "shards".to_owned(), // all members of a group have the same
        session_timeout: Duration::from_secs(10),
        rebalance_timeout: Duration::from_secs(60),
        heartbeat_interval: Duration::from_secs(3),
        poll_interval_max: None, // nobody has to call `alive`
        retry_backoff: Duration::from_millis(100),
        retry_backoff_max: Duration::from_secs(1),
    }
}

/// What the leader has to know of a member: here, its name.
fn offer(name: &str) -> Vec<JoinProtocol> {
    vec![JoinProtocol { name: "in-turn".to_owned(), metadata: Bytes::copy_from_slice(name.as_bytes()) }]
}

fn react(group: &Group, name: &str, notice: Notice) -> Result<(), KafkaError> {
    match notice {
        Notice::Elected { generation, members, keeps_assignment, .. } => {
            let parts = if keeps_assignment { Vec::new() } else { share_out(&members) };
            group.sync(generation, parts);
        }
        Notice::Assigned { generation, assignment, .. } => {
            println!("generation {}: shards {:?}", generation.id, assignment.as_ref());
        }
        Notice::Rebalancing => {
            println!("giving everything up");
            group.join(offer(name), "rebalancing");
        }
        Notice::Lost(error) => {
            println!("lost everything: {error}");
            group.join(offer(name), "rejoining as a new member");
        }
        Notice::PollExpired => group.join(offer(name), "back again"),
        Notice::Unreachable(error) => println!("the coordinator does not answer: {error}"),
        Notice::Failed(error) => return Err(error),
    }
    Ok(())
}

/// The leader's part: one byte a shard, in turn.
fn share_out(members: &[Member]) -> Vec<(String, Bytes)> {
    let shards = |place: usize| (place..SHARDS).step_by(members.len()).filter_map(|shard| u8::try_from(shard).ok());
    members.iter().enumerate().map(|(place, member)| (member.id.clone(), shards(place).collect())).collect()
}
