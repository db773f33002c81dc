//! Records as lines: headers, key and value with tabs between, as Java's console consumer prints them; `null` is null.

use kafka_client::producer::{Producer, Topic};
use kafka_client::record::RecordView;

use super::{Record, append};

pub const CODECS: [&str; 5] = ["none", "gzip", "snappy", "lz4", "zstd"];

/// One record of a varied row: headers none, repeated, null and empty, and in other letters; null keys and values.
pub fn line(codec: &str, number: usize) -> String {
    let headers = ["NO_HEADERS", "h:1,h:2", "a:null,b:", "ü:ä"][number % 4];
    let key = if number.is_multiple_of(5) { "null".to_owned() } else { format!("k{number}") };
    let value = if number.is_multiple_of(7) {
        "null".to_owned()
    } else {
        format!("{codec}-{number}-{}", "x".repeat(number % 97))
    };
    format!("{headers}\t{key}\t{value}")
}

/// Every codec's row, one after the other.
pub fn all_lines(records: usize) -> impl Iterator<Item = String> {
    CODECS.iter().flat_map(move |codec| (0..records).map(|number| line(codec, number)))
}

/// Appends what a line says; its timestamp counts up.
pub async fn append_line(producer: &Producer, topic: &Topic, line: &str, number: usize) {
    let [head, key, value] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
    let (key, value) = (field(key), field(value));
    let named = head.split(',').filter_map(|header| header.split_once(':'));
    let headers: Vec<_> = named.map(|(name, value)| (name, field(value))).collect();
    let record = Record { topic, partition: None, timestamp: timestamp(number), key, value, headers: &headers };
    append(producer, record).await;
}

pub fn timestamp(number: usize) -> i64 {
    1_700_000_000_000 + i64::try_from(number).unwrap()
}

pub fn as_line(record: &RecordView) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let text_or_null = |bytes: Option<&[u8]>| bytes.map_or_else(|| "null".to_owned(), text);
    let headers: Vec<_> = record.headers.iter().collect();
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| format!("{name}:{}", text_or_null(value.as_deref()))).collect();
    let headers = if headers.is_empty() { "NO_HEADERS".to_owned() } else { headers.join(",") };
    format!("{headers}\t{}\t{}", text_or_null(record.key.as_deref()), text_or_null(record.value.as_deref()))
}

/// The same lines, and as many.
pub fn assert_lines<T: AsRef<str>>(found: impl Iterator<Item = T>, wanted: impl Iterator<Item = String>) {
    let wanted: Vec<_> = wanted.collect();
    let mut count = 0;
    for (found, wanted) in found.zip(&wanted) {
        assert_eq!(found.as_ref(), wanted, "record {count}");
        count += 1;
    }
    assert_eq!(count, wanted.len());
}

fn field(text: &str) -> Option<&[u8]> {
    (text != "null").then_some(text.as_bytes())
}
