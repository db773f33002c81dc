//! What is in a cluster: its brokers, its topics with their sizes, its groups and how far behind each of them is.
//!
//! `cargo run --example admin_tour -- localhost:9092`

use std::collections::BTreeMap;
use std::error::Error;

use connect_config::Props;
use kafka_client::admin::{Admin, GroupFilter, OffsetSpec, all};
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::{IsolationLevel, TopicPartition};

type Ends = BTreeMap<TopicPartition, i64>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let bootstrap = std::env::args().nth(1).unwrap_or_else(|| "localhost:9092".to_owned());
    let props = Props::from([("bootstrap.servers", bootstrap.as_str()), ("client.id", "admin-tour")]);
    let admin = Admin::new(Cluster::new(ClientConfig::parse(&props)?));
    show_cluster(&admin).await?;
    let ends = show_topics(&admin).await?;
    show_groups(&admin, &ends).await
}

async fn show_cluster(admin: &Admin) -> Result<(), Box<dyn Error>> {
    let cluster = admin.describe_cluster().await?;
    println!("cluster {}", cluster.cluster_id.as_deref().unwrap_or("without an id"));
    for (id, broker) in &cluster.brokers {
        println!("  broker {id} at {}:{}", broker.host, broker.port);
    }
    Ok(())
}

async fn show_topics(admin: &Admin) -> Result<Ends, Box<dyn Error>> {
    let names: Vec<_> = admin.list_topics(false).await?.into_keys().collect();
    let topics = all(admin.describe_topics(&names, false).await)?;
    let partitions = topics
        .iter()
        .flat_map(|(name, topic)| topic.partitions.keys().map(|index| TopicPartition::new(name.clone(), *index)));
    let partitions: Vec<TopicPartition> = partitions.collect();
    let begins = offsets(admin, &partitions, OffsetSpec::Earliest).await?;
    let ends = offsets(admin, &partitions, OffsetSpec::Latest).await?;
    for (name, topic) in &topics {
        let records: i64 =
            ends.iter().filter(|(place, _)| place.topic == *name).map(|(place, end)| end - begins[place]).sum();
        println!("topic {name}: {} partitions, about {records} records", topic.partitions.len());
    }
    Ok(ends)
}

async fn offsets(admin: &Admin, partitions: &[TopicPartition], spec: OffsetSpec) -> Result<Ends, Box<dyn Error>> {
    let asked = partitions.iter().map(|place| (place.clone(), spec)).collect();
    let listed = all(admin.list_offsets(&asked, IsolationLevel::ReadUncommitted).await)?;
    Ok(listed.into_iter().map(|(place, found)| (place, found.offset)).collect())
}

async fn show_groups(admin: &Admin, ends: &Ends) -> Result<(), Box<dyn Error>> {
    let groups = admin.list_groups(&GroupFilter::consumers()).await?.all()?;
    let asked = groups.keys().map(|id| (id.clone(), None)).collect();
    for (id, committed) in admin.list_group_offsets(&asked, false).await {
        // One group that may not be read is no reason to keep quiet about the others.
        let committed = match committed {
            Ok(committed) => committed,
            Err(error) => {
                println!("group {id}: {error}");
                continue;
            }
        };
        let behind = committed.iter().filter_map(|(place, offset)| Some(ends.get(place)? - offset.as_ref()?.offset));
        println!("group {id}: {} records behind", behind.sum::<i64>());
    }
    Ok(())
}
