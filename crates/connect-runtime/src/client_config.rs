//! The effective configurations of a task's clients; later sources win.
//! ```text
//! producer: bootstrap.servers, our defaults, worker `producer.*`, connector `producer.override.*`
//! consumer: group.id, our defaults,          worker `consumer.*`, connector `consumer.override.*`
//! admin:    client.id, worker's own keys,    worker `admin.*`,    connector `admin.override.*`
//! ```
//! Source: Apache Kafka, `Worker.baseProducerConfigs`, `baseConsumerConfigs`.

use connect_config::Props;
use connect_core::{ConnectorName, TaskId};
use kafka_client::KafkaError;
use kafka_client::consumer::ConsumerConfig;

/// What a source task's producer is made with. Beside Apache's defaults it is idempotent, keeps five requests in
/// flight and fills large batches.
pub(crate) fn producer(worker: &Props, connector: &Props, id: &TaskId) -> Props {
    producer_as(&format!("connector-producer-{id}"), "5", worker, connector)
}

/// What a sink task's dead letter queue is written with. Each letter goes at once: a task may wait for it.
pub(crate) fn dead_letter_producer(worker: &Props, connector: &Props, id: &TaskId) -> Props {
    producer_as(&format!("connector-dlq-producer-{id}"), "0", worker, connector)
}

fn producer_as(client_id: &str, linger_ms: &str, worker: &Props, connector: &Props) -> Props {
    let mut props = base(worker);
    props.insert("client.id", client_id);
    props.insert("acks", "all");
    props.insert("batch.size", "262144");
    props.insert("linger.ms", linger_ms);
    props.insert("max.block.ms", i64::MAX.to_string());
    props.insert("delivery.timeout.ms", i32::MAX.to_string());
    props.merge(&worker.with_prefix("producer."));
    props.merge(&connector.with_prefix("producer.override."));
    settle_idempotence(&mut props);
    props
}

/// Apache's worker turns idempotence off: what its users have set may need that here too.
fn settle_idempotence(props: &mut Props) {
    let in_flight = props.get(IN_FLIGHT).and_then(|given| given.trim().parse::<u32>().ok());
    if in_flight.is_some_and(|given| given > 5) && !props.contains_key("enable.idempotence") {
        props.insert("enable.idempotence", "false");
    }
    if !is_idempotent(props) && in_flight.is_none() {
        // Nothing else keeps the order when a request is repeated.
        props.insert(IN_FLIGHT, "1");
    }
}

const IN_FLIGHT: &str = "max.in.flight.requests.per.connection";

/// Idempotence is the client's default; these settings turn it off.
fn is_idempotent(props: &Props) -> bool {
    let given = |key: &str| props.get(key).map(str::trim).unwrap_or_default().to_ascii_lowercase();
    given("enable.idempotence") != "false"
        && ["all", "-1", ""].contains(&given("acks").as_str())
        && given("retries") != "0"
}

/// What a sink task's consumer is made with.
pub(crate) fn consumer(worker: &Props, connector: &Props, id: &TaskId) -> Props {
    let mut props = base(worker);
    props.insert("group.id", format!("connect-{}", id.connector));
    props.insert("client.id", format!("connector-consumer-{id}"));
    props.insert("enable.auto.commit", "false");
    props.insert("auto.offset.reset", "earliest");
    props.merge(&worker.with_prefix("consumer."));
    props.merge(&connector.with_prefix("consumer.override."));
    props
}

/// Reads what a sink task's consumer was made with.
/// # Errors
/// A value does not fit, or would commit records before the sink has them.
pub(crate) fn parse_consumer(props: &Props) -> Result<ConsumerConfig, KafkaError> {
    let config = ConsumerConfig::parse(props)?;
    match config.auto_commit_interval {
        None => Ok(config),
        Some(_) => Err(KafkaError::config(
            "Invalid value true for configuration enable.auto.commit: records would be committed before the sink has them; \
             set it to false",
        )),
    }
}

/// The worker's own client, for questions about the cluster.
pub fn admin(worker: &Props) -> Props {
    let mut props = worker.clone();
    // The worker's values were resolved when its file was read.
    props.remove("config.providers");
    props.merge(&worker.with_prefix("admin."));
    props
}

/// The client with which the worker looks after one connector's topics and group.
pub(crate) fn connector_admin(worker: &Props, connector: &Props, name: &ConnectorName) -> Props {
    task_admin(worker, connector, &format!("connector-adminclient-{name}"))
}

/// What a task asks about topics with.
pub(crate) fn task_admin(worker: &Props, connector: &Props, client_id: &str) -> Props {
    let mut props = Props::from([("client.id", client_id)]);
    let of_others = |key: &str| ["admin.", "producer.", "consumer."].iter().any(|prefix| key.starts_with(prefix));
    for (key, value) in worker.iter().filter(|(key, _)| !of_others(key)) {
        props.insert_nullable(key, value.map(str::to_owned));
    }
    // The worker's values were resolved when its file was read.
    props.remove("config.providers");
    props.merge(&worker.with_prefix("admin."));
    props.merge(&connector.with_prefix("admin.override."));
    props
}

fn base(worker: &Props) -> Props {
    let servers = worker.get("bootstrap.servers").unwrap_or_default();
    Props::from([("bootstrap.servers", servers)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_sources_win() {
        let id = TaskId { connector: ConnectorName::new("orders"), index: 2 };
        let worker = Props::from([
            ("bootstrap.servers", "a:1"),
            ("batch.size", "1"),
            ("producer.linger.ms", "7"),
            ("producer.acks", "1"),
            ("consumer.max.poll.records", "9"),
            ("retry.backoff.ms", "3"),
            ("admin.request.timeout.ms", "4"),
        ]);
        let connector = Props::from([
            ("producer.override.acks", "0"),
            ("consumer.override.group.id", "mine"),
            ("admin.override.retries", "7"),
        ]);
        let letters = dead_letter_producer(&worker, &connector, &id);
        let admin = task_admin(&worker, &connector, "connector-adminclient-orders-2");
        let producer = producer(&worker, &connector, &id);
        let consumer = consumer(&worker, &connector, &id);
        for (props, key, want) in [
            (&producer, "bootstrap.servers", "a:1"),
            (&producer, "client.id", "connector-producer-orders-2"),
            (&producer, "batch.size", "262144"), // an unprefixed worker key is not the producer's
            (&producer, "linger.ms", "7"),
            (&producer, "acks", "0"),
            (&producer, "max.in.flight.requests.per.connection", "1"), // without idempotence one keeps the order
            (&letters, "client.id", "connector-dlq-producer-orders-2"),
            (&letters, "acks", "0"),
            (&admin, "bootstrap.servers", "a:1"),
            (&admin, "client.id", "connector-adminclient-orders-2"),
            (&admin, "retry.backoff.ms", "3"), // the worker's own keys are the admin's, too
            (&admin, "request.timeout.ms", "4"),
            (&admin, "retries", "7"),
            (&consumer, "group.id", "mine"),
            (&consumer, "client.id", "connector-consumer-orders-2"),
            (&consumer, "max.poll.records", "9"),
        ] {
            assert_eq!(props.get(key), Some(want), "{key}");
        }
    }

    #[test]
    fn nothing_is_committed_before_the_sink_has_it() {
        let id = TaskId { connector: ConnectorName::new("c"), index: 0 };
        for (override_, refused) in [(None, false), (Some("false"), false), (Some("true"), true)] {
            let worker = Props::from([("bootstrap.servers", "h:1")]);
            let mut connector = Props::new();
            if let Some(value) = override_ {
                connector.insert("consumer.override.enable.auto.commit", value);
            }
            assert_eq!(parse_consumer(&consumer(&worker, &connector, &id)).is_err(), refused, "{override_:?}");
        }
    }
}
