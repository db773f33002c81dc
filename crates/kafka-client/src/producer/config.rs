//! The producer's own properties, with Java's defaults and Java's rules about which go together.

use std::sync::Arc;
use std::time::Duration;

use connect_config::Props;

use super::partitioner::Partitioner;
use crate::KafkaError;
use crate::config::{ClientKind, Values};
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
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, alone or with the others.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let values = Values::parse(ClientKind::Producer, props)?;
        let mut config = ProducerConfig {
            acks: values.choice("acks", [("all", -1), ("-1", -1), ("0", 0), ("1", 1)]),
            idempotent: values.boolean("enable.idempotence"),
            batch_size: values.size("batch.size"),
            linger: values.millis("linger.ms"),
            buffer_memory: values.size("buffer.memory"),
            max_block: values.millis("max.block.ms"),
            max_in_flight: values.size("max.in.flight.requests.per.connection"),
            max_request_size: values.size("max.request.size"),
            delivery_timeout: values.millis("delivery.timeout.ms"),
            request_timeout: values.millis("request.timeout.ms"),
            retries: values.int("retries").unsigned_abs(),
            compression: compression(&values),
            ignore_keys: values.boolean("partitioner.ignore.keys"),
            transaction: transaction(&values),
            partitioner: partitioner(&values),
            adaptive: values.boolean("partitioner.adaptive.partitioning.enable"),
            availability_timeout: values.millis("partitioner.availability.timeout.ms"),
        };
        config.settle_idempotence(values.is_given("enable.idempotence"))?;
        if config.transaction.is_some() && !config.idempotent {
            return Err(KafkaError::config("Cannot set a transactional.id without also enabling idempotence."));
        }
        config.settle_delivery_timeout(values.is_given("delivery.timeout.ms"))?;
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

/// The declarations let one class through: Java's `RoundRobinPartitioner`.
fn partitioner(values: &Values) -> Partitioner {
    if values.has_class("partitioner.class") { Partitioner::RoundRobin } else { Partitioner::BuiltIn }
}

fn transaction(values: &Values) -> Option<TransactionConfig> {
    let timeout_ms = values.int("transaction.timeout.ms");
    values.text("transactional.id").map(|id| TransactionConfig { id: id.into(), timeout_ms })
}

fn compression(values: &Values) -> Compression {
    let name = values.text("compression.type").unwrap_or_default();
    let compression = Compression::named(name).unwrap_or_default();
    match name {
        "gzip" => compression.with_level(values.int("compression.gzip.level")),
        "lz4" => compression.with_level(values.int("compression.lz4.level")),
        "zstd" => compression.with_level(values.int("compression.zstd.level")),
        _ => compression,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(entries: &[(&str, &str)]) -> Result<ProducerConfig, String> {
        ProducerConfig::parse(&entries.iter().copied().collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_codec_gets_its_own_level() {
        let gzip = |level| Ok(Compression::Gzip { level });
        let lz4 = |level| Ok(Compression::Lz4 { level });
        let zstd = |level| Ok(Compression::Zstd { level });
        let refused = |codec: &str, level: &str, why: &str| {
            Err(format!("Invalid value {level} for configuration compression.{codec}.level: Value must be {why}"))
        };
        let not_gzip = "between 1 and 9 or equal to -1";
        for (codec, level, want) in [
            ("gzip", None, gzip(-1)),
            ("gzip", Some("-1"), gzip(-1)),
            ("gzip", Some("1"), gzip(1)),
            ("gzip", Some("9"), gzip(9)),
            ("gzip", Some("0"), refused("gzip", "0", not_gzip)),
            ("gzip", Some("-2"), refused("gzip", "-2", not_gzip)),
            ("gzip", Some("10"), refused("gzip", "10", not_gzip)),
            ("lz4", None, lz4(9)),
            ("lz4", Some("1"), lz4(1)),
            ("lz4", Some("17"), lz4(17)),
            ("lz4", Some("0"), refused("lz4", "0", "at least 1")),
            ("lz4", Some("18"), refused("lz4", "18", "no more than 17")),
            ("zstd", None, zstd(3)),
            ("zstd", Some("-131072"), zstd(-131_072)),
            ("zstd", Some("22"), zstd(22)),
            ("zstd", Some("-131073"), refused("zstd", "-131073", "at least -131072")),
            ("zstd", Some("23"), refused("zstd", "23", "no more than 22")),
            ("snappy", None, Ok(Compression::Snappy)),
        ] {
            let key = format!("compression.{codec}.level");
            let entries = [("compression.type", codec)].into_iter().chain(level.map(|level| (key.as_str(), level)));
            let got = parse(&entries.collect::<Vec<_>>()).map(|config| config.compression);
            assert_eq!(got, want, "{codec} {level:?}");
        }
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
