//! The producer's own properties, with Java's defaults and Java's rules about which go together.

use std::time::Duration;

use connect_config::Props;

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
}

impl ProducerConfig {
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, alone or with the others.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let values = Values::parse(ClientKind::Producer, props)?;
        if let Some(id) = values.text("transactional.id") {
            return Err(KafkaError::config(format!(
                "Invalid value {id} for configuration transactional.id: this producer has no transactions; remove it"
            )));
        }
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
        };
        config.settle_idempotence(values.is_given("enable.idempotence"))?;
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
    fn the_delivery_timeout_grows_with_what_it_holds() {
        let config = parse(&[("request.timeout.ms", "300000"), ("linger.ms", "10")]).unwrap();
        assert_eq!(config.delivery_timeout, Duration::from_millis(300_010));
    }
}
