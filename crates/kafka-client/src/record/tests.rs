use bytes::Bytes;

use super::*;

/// A small generator (xorshift), so that a seed replays a case.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    fn bytes(&mut self, max: usize) -> Vec<u8> {
        let len = self.roll(max + 1);
        (0..len).map(|_| self.roll(7) as u8).collect()
    }

    fn field(&mut self, max: usize) -> Option<Vec<u8>> {
        (self.roll(5) > 0).then(|| self.bytes(max))
    }
}

const ALL: [Compression; 5] = [
    Compression::None,
    Compression::Gzip { level: -1 },
    Compression::Snappy,
    Compression::Lz4 { level: 9 },
    Compression::Zstd { level: 3 },
];

#[derive(Debug, PartialEq)]
struct Plain {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

fn random_record(dice: &mut Dice) -> Plain {
    let headers = (0..dice.roll(3)).map(|i| (format!("h{}", i % 2), dice.field(9))).collect();
    Plain { timestamp: dice.roll(1 << 20) as i64 - 1000, key: dice.field(20), value: dice.field(300), headers }
}

fn append(builder: &mut BatchBuilder, record: &Plain) {
    let headers: Vec<_> = record.headers.iter().map(|(name, value)| (name.as_str(), value.as_deref())).collect();
    let bound = BatchBuilder::would_take(record.key.as_deref(), record.value.as_deref(), &headers);
    let before = builder.len_bytes();
    builder.append(record.timestamp, record.key.as_deref(), record.value.as_deref(), &headers);
    assert!(builder.len_bytes() - before <= bound);
}

fn built(compression: Compression, records: &[Plain]) -> Bytes {
    let mut builder = BatchBuilder::new(compression, 0);
    records.iter().for_each(|record| append(&mut builder, record));
    builder.build(ProducerIdentity { id: 7, epoch: 3, base_sequence: 40, transactional: false })
}

fn plain(record: &RecordView) -> Plain {
    let headers = record.headers.iter().map(|(name, value)| (name.into_owned(), value.map(Vec::from))).collect();
    Plain {
        timestamp: record.timestamp,
        key: record.key.clone().map(Vec::from),
        value: record.value.clone().map(Vec::from),
        headers,
    }
}

fn read(bytes: Bytes) -> Result<Vec<RecordView>, RecordError> {
    let mut records = Vec::new();
    for batch in Batches::new(bytes, true) {
        for record in batch?.records(0)? {
            records.push(record?);
        }
    }
    Ok(records)
}

#[test]
fn what_was_appended_is_read_again() {
    for seed in 1..60 {
        let mut dice = Dice(seed * 0x9E37_79B9);
        let records: Vec<_> = (0..1 + dice.roll(60)).map(|_| random_record(&mut dice)).collect();
        for compression in ALL {
            let back = read(built(compression, &records)).unwrap();
            assert_eq!(back.iter().map(plain).collect::<Vec<_>>(), records, "seed {seed}, {compression:?}");
            assert!(back.iter().enumerate().all(|(i, record)| record.offset == i as i64));
        }
    }
}

#[test]
fn large_values_pass_every_codec() {
    let mut dice = Dice(5);
    let value: Vec<u8> = (0..300_000).map(|_| dice.roll(256) as u8).collect();
    for compression in ALL {
        let record = Plain { timestamp: 1, key: None, value: Some(value.clone()), headers: Vec::new() };
        let back = read(built(compression, &[record])).unwrap();
        assert_eq!(back[0].value.as_deref(), Some(&value[..]), "{compression:?}");
    }
}

#[test]
fn duplicate_and_null_headers_keep_their_order() {
    let mut builder = BatchBuilder::new(Compression::None, 0);
    builder.append(9, None, Some(b"v"), &[("a", Some(b"1")), ("b", None), ("a", Some(b""))]);
    let records = read(builder.build(ProducerIdentity::NONE)).unwrap();
    let headers: Vec<_> = records[0].headers.iter().map(|(name, value)| (name.into_owned(), value)).collect();
    let want = [("a", Some(Bytes::from_static(b"1"))), ("b", None), ("a", Some(Bytes::new()))];
    assert_eq!(headers, want.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_cut_off_last_batch_ends_quietly() {
    let records = [Plain { timestamp: 1, key: None, value: Some(vec![1; 50]), headers: Vec::new() }];
    let whole = built(Compression::None, &records);
    for cut in 0..whole.len() {
        let two = [&whole[..], &whole[..cut]].concat();
        assert_eq!(read(two.into()).unwrap().len(), 1, "cut at {cut}");
    }
}

#[test]
fn errors_name_what_is_wrong() {
    let good = built(Compression::None, &[Plain { timestamp: 1, key: None, value: Some(vec![1; 9]), headers: vec![] }]);
    let patched = |at: usize, byte: u8| {
        let mut bytes = good.to_vec();
        bytes[at] = byte;
        Bytes::from(bytes)
    };
    for (at, byte, want) in [
        (at::MAGIC, 1, "message format 1"),
        (at::MAGIC, 0, "message format 0"),
        (70, 0xFF, "its crc is"),
        (at::LENGTH + 3, 20, "shorter than its own header"),
    ] {
        let error = read(patched(at, byte)).unwrap_err().to_string();
        assert!(error.contains(want), "byte {at} = {byte}: {error}");
    }
    let unchecked = Batches::new(patched(at::ATTRIBUTES + 1, 6), false).next().unwrap();
    assert!(matches!(unchecked, Err(RecordError::UnknownCodec { codec: 6, .. })));
}

#[test]
fn another_identity_changes_nothing_else() {
    let records = [Plain { timestamp: 1, key: None, value: Some(b"v".to_vec()), headers: Vec::new() }];
    let batch = built(Compression::Lz4 { level: 9 }, &records);
    let next = ProducerIdentity { id: 8, epoch: 0, base_sequence: 0, transactional: true };
    let rewritten = rewrite_identity(batch, next);
    let parsed = Batches::new(rewritten.clone(), true).next().unwrap().unwrap();
    assert_eq!((parsed.producer_id, parsed.producer_epoch, parsed.base_sequence), (8, 0, 0));
    assert!(parsed.is_transactional() && !parsed.is_control());
    assert_eq!(read(rewritten).unwrap().iter().map(plain).collect::<Vec<_>>(), records);
}

#[test]
fn a_batch_is_split_and_entered_at_any_record() {
    let mut builder = BatchBuilder::new(Compression::None, 0);
    for i in 0..10 {
        builder.append(i, None, Some(b"v"), &[]);
    }
    let bytes = builder.build(ProducerIdentity::NONE);
    let batch = Batches::new(bytes, true).next().unwrap().unwrap();
    for (from, take, want, next) in [
        (0, 4, vec![0, 1, 2, 3], Some(4)),
        (3, 4, vec![3, 4, 5, 6], Some(7)), // those before the start are not counted
        (8, 4, vec![8, 9], Some(10)),
        (10, 4, vec![], None),
        (0, 0, vec![], None),
    ] {
        let mut rest = batch.records(from).unwrap();
        let (front, after) = rest.split_front(take).unwrap();
        let offsets: Vec<_> = front.map(|record| record.unwrap().offset).collect();
        assert_eq!((offsets, after), (want, next), "from {from}");
        let left = rest.filter(Result::is_ok).count() as i64;
        assert_eq!(left, 10 - after.unwrap_or(if take == 0 { from } else { 10 }), "from {from}");
    }
}

#[test]
fn damaged_input_never_panics() {
    let mut dice = Dice(0xDECAF);
    let seeds: Vec<_> = ALL
        .iter()
        .flat_map(|&compression| {
            (0..6)
                .map(|_| built(compression, &[random_record(&mut dice), random_record(&mut dice)]))
                .collect::<Vec<_>>()
        })
        .collect();
    for _ in 0..120_000 {
        let mut bytes = seeds[dice.roll(seeds.len())].to_vec();
        for _ in 0..1 + dice.roll(4) {
            // Mostly behind the fields that are checked first, so that the damage reaches the decoders.
            let from = if dice.roll(4) == 0 { 0 } else { at::ATTRIBUTES };
            let at = from + dice.roll(bytes.len() - from);
            bytes[at] = if dice.roll(2) == 0 { bytes[at] ^ (1 << dice.roll(8)) } else { dice.roll(256) as u8 };
        }
        bytes.truncate(bytes.len() - if dice.roll(8) == 0 { dice.roll(bytes.len()) } else { 0 });
        exercise(bytes.into());
    }
}

fn exercise(bytes: Bytes) {
    for batch in Batches::new(bytes, false).flatten() {
        let _ = batch.control();
        if let Ok(records) = batch.records(0) {
            let _ = records.clone().split_front(1);
            records.flatten().for_each(|record| record.headers.iter().for_each(drop));
        }
    }
}

#[test]
fn a_bomb_is_refused() {
    // 600 MB of zeroes in about 600 KB.
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    let zeroes = vec![0u8; 1 << 20];
    (0..600).for_each(|_| std::io::Write::write_all(&mut encoder, &zeroes).unwrap());
    let error = compression::decompress(Codec::Zstd, &encoder.finish().unwrap()).unwrap_err();
    assert!(error.to_string().contains("unfolds to more than"), "{error}");
    // A snappy block that claims 4 GB.
    let error = compression::decompress(Codec::Snappy, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0]).unwrap_err();
    assert!(error.to_string().contains("unfolds to more than"), "{error}");
}

#[test]
fn a_bare_snappy_block_is_read() {
    let block = snap::raw::Encoder::new().compress_vec(b"hello hello hello").unwrap();
    assert_eq!(compression::decompress(Codec::Snappy, &block).unwrap(), Bytes::from_static(b"hello hello hello"));
}
