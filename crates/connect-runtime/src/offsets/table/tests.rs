use std::cell::RefCell;

use super::*;

thread_local! {
    /// What a made-up codec has written: the number of a value is its bytes.
    static WRITTEN: RefCell<Vec<Value>> = const { RefCell::new(Vec::new()) };
}

/// A codec that is exact about the order of keys, as JSON is, and widens integers when it reads.
const CODEC: OffsetCodec = OffsetCodec {
    write: |value, out| {
        WRITTEN.with_borrow_mut(|written| {
            let text = format!("{value:?}");
            let known = written.iter().position(|one| format!("{one:?}") == text);
            let number = known.unwrap_or_else(|| {
                written.push(value.clone());
                written.len() - 1
            });
            out.extend_from_slice(format!("#{number}").as_bytes());
        });
        Ok(())
    },
    read: |bytes| {
        let number = str::from_utf8(bytes).ok().and_then(|text| text.strip_prefix('#')?.parse::<usize>().ok());
        let value = number.and_then(|number| WRITTEN.with_borrow(|written| written.get(number).cloned()));
        value.map(widened).ok_or_else(|| ConnectError::data("not written here"))
    },
};

fn widened(value: Value) -> Value {
    match value {
        Value::Int32(number) => Value::Int64(number.into()),
        Value::Array(items) => Value::array(items.iter().cloned().map(widened).collect()),
        Value::Map(map) => Value::map(map.iter().map(|(key, value)| (key.clone(), widened(value.clone()))).collect()),
        other => other,
    }
}

fn map(pairs: &[(&'static str, Value)]) -> Map {
    pairs.iter().map(|(key, value)| (Value::string(*key), value.clone())).collect()
}

fn position(at: i64) -> Map {
    map(&[("position", Value::Int64(at))])
}

/// Stores an offset the way a worker does.
fn put(table: &mut OffsetTable, connector: &str, partition: &Map, offset: Option<&Map>) {
    let (key, value) = table.encode(connector, Some(partition), offset).unwrap();
    table.apply(key, value);
}

#[test]
fn finds_a_partition_however_it_was_ordered() {
    let mut table = OffsetTable::new(CODEC);
    let stored = map(&[("cluster", Value::string("a")), ("partition", Value::Int32(0))]);
    let asked = map(&[("partition", Value::Int64(0)), ("cluster", Value::string("a"))]);
    put(&mut table, "c", &stored, Some(&position(7)));
    assert_eq!(table.offset("c", &asked), Some(position(7)));
    assert_eq!(table.offset("d", &asked), None);
    put(&mut table, "c", &asked, Some(&position(8)));
    assert_eq!(table.entries().len(), 1, "the stored bytes are used again");
    assert_eq!(table.offset("c", &stored), Some(position(8)));
    put(&mut table, "c", &asked, None);
    assert_eq!((table.offset("c", &stored), table.entries().len()), (None, 1));
    assert_eq!(table.offsets_of("c"), []);
}

#[test]
fn keeps_what_it_does_not_understand() {
    let mut table = OffsetTable::new(CODEC);
    let encode = |value: Value| {
        let mut out = Vec::new();
        (CODEC.write)(&value, &mut out).unwrap();
        Bytes::from(out)
    };
    let name = || Value::string("c");
    let keys = [
        Bytes::from("junk"),
        encode(Value::array(vec![name()])),
        encode(Value::array(vec![Value::Int64(5), Value::map(Map::new())])),
        encode(Value::array(vec![name(), Value::Null])),
        encode(name()),
    ];
    for key in &keys {
        table.apply(key.clone(), Some(Bytes::from("x")));
    }
    put(&mut table, "c", &Map::new(), Some(&position(1)));
    assert_eq!(table.entries().len(), keys.len() + 1);
    assert_eq!(table.offsets_of("c"), [(Some(Map::new()), Some(position(1)))]);
}

#[test]
fn refuses_what_offsets_cannot_hold() {
    let decimal = Value::decimal(connect_api::Decimal::parse("1").unwrap());
    for (bad, want) in [
        (Map::from_iter([(Value::Int32(1), Value::Null)]), "Offsets may only use String keys"),
        (
            map(&[("p", Value::array(vec![]))]),
            "Offsets may only contain primitive types as values, but field p contains ARRAY",
        ),
        (
            map(&[("p", Value::map(Map::new()))]),
            "Offsets may only contain primitive types as values, but field p contains MAP",
        ),
        (
            map(&[("p", Value::Instant(5))]),
            "Offsets may only contain primitive types as values, but field p contains class java.util.Date",
        ),
        (
            map(&[("a", Value::Null), ("p", decimal)]),
            "Offsets may only contain primitive types as values, but field p contains class java.math.BigDecimal",
        ),
    ] {
        let table = OffsetTable::new(CODEC);
        let good = position(1);
        for (partition, offset) in [(&bad, &good), (&good, &bad)] {
            let error = table.encode("c", Some(partition), Some(offset)).unwrap_err();
            assert_eq!((error.class(), error.message()), (connect_api::class::DATA, Some(want)));
        }
        assert_eq!(table.offset("c", &bad), None);
    }
}

#[test]
fn an_unusable_offset_counts_as_none() {
    let mut table = OffsetTable::new(CODEC);
    let partition = map(&[("filename", Value::string("x"))]);
    let (key, _) = table.encode("c", Some(&partition), None).unwrap();
    for value in [Some(Value::array(vec![])), Some(Value::map(map(&[("a", Value::map(Map::new()))]))), None] {
        let bytes = value.map_or(Bytes::from("junk"), |value| {
            let mut out = Vec::new();
            (CODEC.write)(&value, &mut out).unwrap();
            out.into()
        });
        table.apply(key.clone(), Some(bytes));
        assert_eq!(table.offset("c", &partition), None);
    }
}

#[test]
fn orders_as_java_hashes() {
    let order = |keys: &[&'static str]| {
        let pairs: Vec<_> = keys.iter().map(|key| (*key, Value::Null)).collect();
        java_ordered(&map(&pairs)).iter().map(|(key, _)| key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(order(&["topic", "partition", "cluster"]), ["cluster", "partition", "topic"]);
    assert_eq!(order(&[]), <[&str; 0]>::default());
}

#[test]
fn what_is_normalized_reads_back_the_same() {
    let table = OffsetTable::new(CODEC);
    let given = map(&[("position", Value::Int32(7))]);
    assert_eq!(table.normalized(Some(given)).unwrap(), Some(position(7)));
    assert_eq!(table.normalized(None).unwrap(), None);
    let nested = map(&[("position", Value::map(Map::new()))]);
    assert!(table.normalized(Some(nested)).is_err());
}
