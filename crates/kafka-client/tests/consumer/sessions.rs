//! Fetch sessions, seen from outside: what thousands of idle partitions cost, and what a consumer leaves behind.

use std::time::{Duration, Instant};

use kafka_client::consumer::{Event, TopicPartition};

use crate::support::*;

/// Records come through whatever else is assigned, paused, given up or recreated beside them.
#[tokio::test]
async fn records_are_found_among_many_idle_partitions() {
    let Some(bootstrap) = bootstrap() else { return };
    let (cluster, topic) = (cluster(&bootstrap), unique("many"));
    create_topic(&cluster, &topic, 200).await;
    let names: Vec<_> = (0..200).map(|index| TopicPartition::new(topic.as_str(), index)).collect();
    let mut consumer = consumer(&bootstrap, &[("auto.offset.reset", "earliest"), ("fetch.max.wait.ms", "100")]);
    consumer.assign(&names).unwrap();
    let mut seen = Seen::default();
    for round in 0..10 {
        let at = &names[(round * 37) % 200];
        produce(&cluster, at, &values(round..round + 1)).await;
        drive(&mut consumer, &mut seen, |seen| seen.values.len() == round + 1).await;
    }
    assert_eq!(seen.values, values(0..10));

    // Gone from the session, and back in it.
    let (kept, given_up) = names.split_at(100);
    consumer.pause(&names[..1]).unwrap();
    consumer.assign(kept).unwrap();
    produce(&cluster, &given_up[0], &values(90..91)).await;
    produce(&cluster, &names[0], &values(91..92)).await;
    produce(&cluster, &names[1], &values(10..11)).await;
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 11).await;
    assert!(matches!(consumer.poll(Duration::from_millis(500)).await.unwrap(), Event::Idle));
    consumer.resume(&names[..1]).unwrap();
    drive(&mut consumer, &mut seen, |seen| seen.values.len() == 12).await;
    assert_eq!(seen.values[10..], [values(10..11), values(91..92)].concat());
    let begun = Instant::now();
    consumer.close(PATIENCE).await;
    assert!(begun.elapsed() < Duration::from_secs(20), "nobody waits for a fetch that a broker holds");
}
