//! The producer's own properties, with Java's defaults and Java's rules about which go together.

use std::sync::Arc;
use std::time::Duration;

use connect_config::Props;

use super::partitioner::Partitioner;
use crate::KafkaError;
use crate::config::{Keys, invalid};
use crate::record::Compression;

/// How records are collected, sent and repeated.
#[derive(Clone, Debug)]
pub struct ProducerConfig {
    /// -1 for all in-sync replicas, 1 for the leader, 0 for nobody.
    pub acks: i16,
    /// Repeated batches are stored once, and in order.
    pub idempotent: bool,
    /// A batch of this many bytes is full.
    pub batch_size: usize,
    /// How long a batch that is not full waits for more.
    pub linger: Duration,
    /// The bytes of all records that are not settled.
    pub buffer_memory: usize,
    /// How long [`prepare`](super::Producer::prepare) and [`wait_ready`](super::Producer::wait_ready) wait.
    pub max_block: Duration,
    /// Requests under way to one broker.
    pub max_in_flight: usize,
    /// The largest request, and the largest record.
    pub max_request_size: usize,
    /// From the first record of a batch to its ack, repeats included.
    pub delivery_timeout: Duration,
    /// How long the broker may wait for its replicas.
    pub request_timeout: Duration,
    /// How often a batch is repeated.
    pub retries: u32,
    /// How batches are compressed.
    pub compression: Compression,
    /// Records with a key are spread like those without.
    pub ignore_keys: bool,
    /// Records are sent in transactions.
    pub transaction: Option<TransactionConfig>,
    /// Who chooses partitions.
    pub partitioner: Partitioner,
    /// Records without a key go rather where fewer batches wait.
    pub adaptive: bool,
    /// They do not go where a batch has waited longer than this after it was ready; zero for never mind.
    pub availability_timeout: Duration,
}

/// What a transactional producer is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionConfig {
    /// `transactional.id`: a new producer of this name fences the one before.
    pub id: Arc<str>,
    /// How long the cluster waits for a transaction's end before it aborts it.
    pub timeout_ms: i32,
}

impl ProducerConfig {
    /// The keys that [`parse`](Self::parse) reads beside those of the client.
    pub const KEYS: &[&str] = &[
        "acks",
        "enable.idempotence",
        "batch.size",
        "linger.ms",
        "buffer.memory",
        "max.block.ms",
        "max.in.flight.requests.per.connection",
        "max.request.size",
        "delivery.timeout.ms",
        "retries",
        "compression.type",
        "compression.gzip.level",
        "compression.lz4.level",
        "compression.zstd.level",
        "partitioner.ignore.keys",
        "transactional.id",
        "transaction.timeout.ms",
        "transaction.two.phase.commit.enable",
        "partitioner.class",
        "partitioner.adaptive.partitioning.enable",
        "partitioner.availability.timeout.ms",
        "key.serializer",
        "value.serializer",
    ];

    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, alone or with the others.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let keys = Keys::new(props);
        let mut config = ProducerConfig {
            acks: keys.choice("acks", -1, &[("all", -1), ("-1", -1), ("0", 0), ("1", 1)])?,
            idempotent: keys.boolean("enable.idempotence", true)?,
            batch_size: size(keys.int("batch.size", 16_384, 0..=i32::MAX)?.into()),
            linger: keys.millis("linger.ms", 5)?,
            buffer_memory: size(keys.long("buffer.memory", 32 << 20, 0..=i64::MAX)?),
            max_block: keys.millis("max.block.ms", 60_000)?,
            max_in_flight: size(keys.int("max.in.flight.requests.per.connection", 5, 1..=i32::MAX)?.into()),
            max_request_size: size(keys.int("max.request.size", 1 << 20, 0..=i32::MAX)?.into()),
            delivery_timeout: keys.millis("delivery.timeout.ms", 120_000)?,
            request_timeout: keys.millis("request.timeout.ms", 30_000)?,
            retries: keys.int("retries", i32::MAX, 0..=i32::MAX)?.unsigned_abs(),
            compression: compression(&keys)?,
            ignore_keys: keys.boolean("partitioner.ignore.keys", false)?,
            transaction: transaction(&keys)?,
            partitioner: partitioner(&keys)?,
            adaptive: keys.boolean("partitioner.adaptive.partitioning.enable", true)?,
            availability_timeout: keys.millis("partitioner.availability.timeout.ms", 0)?,
        };
        config.settle_idempotence(keys.text("enable.idempotence").is_some())?;
        if config.transaction.is_some() && !config.idempotent {
            return Err(KafkaError::config("Cannot set a transactional.id without also enabling idempotence."));
        }
        config.settle_delivery_timeout(keys.text("delivery.timeout.ms").is_some())?;
        Ok(config)
    }

    /// Idempotence needs acks from all and retries: asked for, their absence is an error; by default, it goes.
    fn settle_idempotence(&mut self, asked: bool) -> Result<(), KafkaError> {
        let refuse = |text: &str| Err(KafkaError::config(text));
        if !self.idempotent {
            return Ok(());
        }
        if self.retries == 0 && asked {
            return refuse("Must set retries to non-zero when using the idempotent producer.");
        }
        if self.acks != -1 && asked {
            return refuse(
                "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee idempotence.",
            );
        }
        if self.max_in_flight > 5 {
            return refuse(&format!(
                "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most 5. Current \
                 value is {}.",
                self.max_in_flight
            ));
        }
        self.idempotent = self.retries > 0 && self.acks == -1;
        Ok(())
    }

    fn settle_delivery_timeout(&mut self, asked: bool) -> Result<(), KafkaError> {
        let least = self.linger.saturating_add(self.request_timeout);
        if self.delivery_timeout >= least {
            return Ok(());
        }
        if asked {
            return Err(KafkaError::config(
                "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
            ));
        }
        self.delivery_timeout = least;
        Ok(())
    }
}

fn partitioner(keys: &Keys<'_>) -> Result<Partitioner, KafkaError> {
    match keys.text("partitioner.class") {
        None => Ok(Partitioner::BuiltIn),
        Some("org.apache.kafka.clients.producer.RoundRobinPartitioner") => Ok(Partitioner::RoundRobin),
        Some(class) => Err(invalid(
            "partitioner.class",
            class,
            "this producer runs no Java classes, and other partitions would get the records; remove it, or use \
             org.apache.kafka.clients.producer.RoundRobinPartitioner",
        )),
    }
}

fn transaction(keys: &Keys<'_>) -> Result<Option<TransactionConfig>, KafkaError> {
    let timeout_ms = keys.int("transaction.timeout.ms", 60_000, i32::MIN..=i32::MAX)?;
    if keys.boolean("transaction.two.phase.commit.enable", false)? {
        return Err(invalid(
            "transaction.two.phase.commit.enable",
            "true",
            "this producer cannot prepare a transaction for another system's commit; remove it",
        ));
    }
    match keys.text("transactional.id") {
        Some("") => Err(invalid("transactional.id", "", "String must be non-empty")),
        Some(id) => Ok(Some(TransactionConfig { id: id.into(), timeout_ms })),
        None => Ok(None),
    }
}

fn compression(keys: &Keys<'_>) -> Result<Compression, KafkaError> {
    let names = ["none", "gzip", "snappy", "lz4", "zstd"];
    let named = names.map(|name| (name, Compression::named(name).unwrap_or_default()));
    let compression = keys.choice("compression.type", Compression::None, &named)?;
    // Java checks all three levels, whichever codec is chosen.
    let gzip = keys.int("compression.gzip.level", -1, -1..=9)?;
    let lz4 = keys.int("compression.lz4.level", 9, 1..=17)?;
    let zstd = keys.int("compression.zstd.level", 3, -131_072..=22)?;
    Ok(match keys.text("compression.type") {
        Some("gzip") => compression.with_level(gzip),
        Some("lz4") => compression.with_level(lz4),
        Some("zstd") => compression.with_level(zstd),
        _ => compression,
    })
}

fn size(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entries: &[(&str, &str)]) -> Result<ProducerConfig, String> {
        ProducerConfig::parse(&entries.iter().copied().collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn idempotence_goes_when_nobody_asked_for_it() {
        for (entries, want) in [
            (&[][..], Ok(true)),
            (&[("acks", "1")], Ok(false)),
            (&[("retries", "0")], Ok(false)),
            (&[("enable.idempotence", "FALSE")], Ok(false)),
            (&[("enable.idempotence", "true"), ("acks", "all")], Ok(true)),
            (
                &[("enable.idempotence", "true"), ("retries", "0")],
                Err("Must set retries to non-zero when using the idempotent producer."),
            ),
            (&[("acks", "2")], Err("Invalid value 2 for configuration acks: String must be one of: all, -1, 0, 1")),
            (
                &[("delivery.timeout.ms", "10")],
                Err("delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms"),
            ),
        ] {
            let got = parse(entries).map(|config| config.idempotent);
            assert_eq!(got.as_ref().map_err(String::as_str).copied(), want, "{entries:?}");
        }
    }

    #[test]
    fn transactions_have_conditions() {
        let id = ("transactional.id", "t");
        for (entries, want) in [
            (&[id][..], Ok(Some(60_000))),
            (&[id, ("transaction.timeout.ms", "5")], Ok(Some(5))),
            (&[("transaction.timeout.ms", "5")], Ok(None)),
            (&[id, ("acks", "1")], Err("Cannot set a transactional.id without also enabling idempotence.")),
            (
                &[id, ("enable.idempotence", "false")],
                Err("Cannot set a transactional.id without also enabling idempotence."),
            ),
            (
                &[("transactional.id", "")],
                Err("Invalid value  for configuration transactional.id: String must be non-empty"),
            ),
        ] {
            let got = parse(entries).map(|config| config.transaction.map(|transaction| transaction.timeout_ms));
            assert_eq!(got.as_ref().map_err(String::as_str).copied(), want, "{entries:?}");
        }
        assert!(parse(&[id, ("transaction.two.phase.commit.enable", "true")]).is_err());
    }

    #[test]
    fn only_partitioners_that_are_known_by_name_are_taken() {
        let of = |class| parse(&[("partitioner.class", class)]).map(|config| config.partitioner);
        assert_eq!(of("org.apache.kafka.clients.producer.RoundRobinPartitioner"), Ok(Partitioner::RoundRobin));
        assert!(of("com.example.Mine").unwrap_err().contains("com.example.Mine"));
    }

    #[test]
    fn the_delivery_timeout_grows_with_what_it_holds() {
        let config = parse(&[("request.timeout.ms", "300000"), ("linger.ms", "10")]).unwrap();
        assert_eq!(config.delivery_timeout, Duration::from_millis(300_010));
    }
}
