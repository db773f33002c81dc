//! A session that ends after two seconds is renewed on the live connection.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::broker::broker;
use super::common::{append, fresh, producer, read_all, record};
use super::mechanisms::login;
use super::{OAUTH, PLAIN};

/// A renewal of each connection takes two seconds at most, on a machine that is not overloaded.
const PATIENCE: Duration = Duration::from_secs(60);
const RENEWALS: usize = 4;

/// What the client logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn renewals_under_traffic_lose_and_reorder_nothing() {
    let Some(broker) = broker() else { return };
    let plain = format!("{PLAIN} required username=alice password=\"alice-secret\";");
    let oauth = format!("{OAUTH} required unsecuredLoginStringClaim_sub=dave;");
    for props in [login("PLAIN", &plain), login("OAUTHBEARER", &oauth)] {
        stream(&broker.brief(), &props).await;
    }
}

/// Writes until its sessions were renewed often enough.
async fn stream(bootstrap: &str, props: &[(&str, &str)]) {
    let log = Log::default();
    let writer = {
        let log = log.clone();
        move || log.clone()
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(writer);
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let count = |what: &str| String::from_utf8_lossy(&log.0.lock().unwrap()).matches(what).count();
    let (cluster, producer, mut acks) = producer(bootstrap, props);
    let topic = producer.prepare(&fresh("sasl")).await.unwrap();
    let (begun, mut written) = (Instant::now(), 0_u64);
    while count("authenticated again") < RENEWALS {
        assert!(begun.elapsed() < PATIENCE, "only {} renewals", count("authenticated again"));
        append(&producer, record(&topic, None, &written.to_be_bytes())).await;
        written += 1;
        if written.is_multiple_of(16) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            while acks.try_recv().map(|ack| ack.result.unwrap()).is_some() {}
        }
    }
    producer.flush().await;
    while acks.try_recv().map(|ack| ack.result.unwrap()).is_some() {}
    assert_eq!(count("could not be authenticated again"), 0);
    let read = read_all(&cluster, topic.name(), 0).await;
    let values = read.iter().map(|record| record.value.as_deref().unwrap().to_vec());
    assert!(values.eq((0..written).map(|number| number.to_be_bytes().to_vec())), "{} of {written}", read.len());
}
