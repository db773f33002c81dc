//! The decoders, as `fuzz/` calls them: any bytes at all, and nothing may panic or grow without bound.
//! The corpus that fuzzing has found is kept in `fuzz/corpus` and gone through by a test here.

use bytes::Bytes;
use kafka_protocol::messages::ResponseHeader;
use kafka_protocol::protocol::Decodable;

use crate::consumer;
use crate::net;
use crate::record::{Batches, RecordError, decompress_any};
use crate::security::{sasl, stores, tls};

/// A target's name, which is also its corpus' folder, and what it calls.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("answers", answers),
    ("records", records),
    ("unfold", unfold),
    ("members", members),
    ("assignors", assignors),
    ("jaas", jaas),
    ("scram", scram),
    ("oauth", oauth),
    ("stores", stores),
    ("certificates", certificates),
];

/// An answer: the first byte picks the API, the second its version.
pub fn answers(data: &[u8]) {
    let [api, version, answer @ ..] = data else { return };
    let api = &net::ALL[usize::from(*api) % net::ALL.len()];
    let (first, last) = api.versions;
    let version = first + i16::from(*version) % (last - first + 1);
    let header_version = (api.header_version)(version);
    if net::check(answer, api.key, version, header_version).is_ok() {
        let mut answer = Bytes::copy_from_slice(answer);
        let header = ResponseHeader::decode(&mut answer, header_version);
        let _ = header.map(|_| (api.decode)(&mut answer, version));
    }
}

/// What a fetch brings: batches, their records and headers, compressed or not. Checksums are not looked at, or nothing
/// behind them would be reached.
pub fn records(data: &[u8]) {
    for batch in Batches::new(Bytes::copy_from_slice(data), false) {
        let read = batch.and_then(|batch| {
            batch.control();
            batch.records(i64::MIN)?.try_for_each(|record| {
                record?.headers.iter().for_each(drop);
                Ok::<_, RecordError>(())
            })
        });
        if read.is_err() {
            break;
        }
    }
}

/// Compressed bytes on their own: the first picks the codec.
pub fn unfold(data: &[u8]) {
    decompress_any(data);
}

/// What other members of a group wrote: subscriptions, assignments and the sticky assignors' user data.
pub fn members(data: &[u8]) {
    consumer::read_any_member(data);
}

/// Members that say anything, and a leader that shares partitions out to them: each partition to one that reads it.
pub fn assignors(data: &[u8]) {
    consumer::share_any(data);
}

/// Login configurations, of a property or a file.
pub fn jaas(data: &[u8]) {
    sasl::fuzzing::jaas(data);
}

/// A broker's two answers in SCRAM, a line each.
pub fn scram(data: &[u8]) {
    sasl::fuzzing::scram(data);
}

/// What a token endpoint answers, and tokens.
pub fn oauth(data: &[u8]) {
    sasl::fuzzing::oauth(data);
}

/// Key and trust stores: JKS, PKCS12, PEM, and encrypted keys.
pub fn stores(data: &[u8]) {
    stores::read_any(data);
}

/// The certificates of a broker, each with its length in two bytes.
pub fn certificates(data: &[u8]) {
    tls::verify_any(data);
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn goes_through_the_corpus() {
        for (name, target) in TARGETS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
            let inputs: Vec<_> =
                fs::read_dir(&folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
            assert!(inputs.len() >= 20, "{name} has a corpus of {}", inputs.len());
            for input in inputs {
                target(&input);
                // What was found once leads to its neighbours.
                (0..input.len()).step_by(1 + input.len() / 16).for_each(|end| target(&input[..end]));
            }
        }
    }
}
