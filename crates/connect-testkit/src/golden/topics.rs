//! The records of the internal topics, and the offset file.
//! ```text
//! offsetWrite: offsets ─▶ OffsetTable::encode ─▶ records      offsetRead: records ─▶ OffsetTable::offset
//! offsetFileWrite: entries ─▶ java_file::write ─▶ bytes       offsetFileRead: bytes ─▶ java_file::read ─▶ entries
//! ```

use std::collections::BTreeMap;

use bytes::Bytes;
use connect_api::{ConnectError, Map, Value};
use connect_runtime::offsets::java_file::{self, JavaFileError};
use connect_runtime::offsets::{OffsetCodec, OffsetEntries, OffsetTable};
use plugin_converters::json;
use serde_json::Value as Json;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The cases of `topics.jsonl`.
pub struct Topics;

/// Keys and values as the worker writes them.
const CODEC: OffsetCodec = OffsetCodec {
    write: |value, out| json::write_schemaless(None, value, out).map(drop),
    read: |bytes| json::read_schemaless(bytes),
};

/// Records as text, in the order of their keys.
type Records = BTreeMap<String, Option<String>>;

impl Subject for Topics {
    fn name(&self) -> &'static str {
        "topics"
    }

    fn run(&self, case: &Case) -> Outcome {
        let ran = match case.op.as_str() {
            "offsetWrite" => offset_write(case),
            "offsetRead" => offset_read(case),
            "offsetFileWrite" => file_write(case),
            "offsetFileRead" => file_read(case),
            _ => Ok(Outcome::Skipped("comes with the distributed stores".to_owned())),
        };
        ran.unwrap_or_else(|outcome| outcome)
    }
}

fn offset_write(case: &Case) -> Decoded<Outcome> {
    let mut offsets: Vec<(Option<Map>, Option<Map>)> = Vec::new();
    for pair in case.input["offsets"].as_array().into_iter().flatten() {
        let (partition, offset) = (map(&pair[0])?, map(&pair[1])?);
        // As in the worker's own collection: the last offset of a partition is the one that is flushed.
        offsets.retain(|(earlier, _)| *earlier != partition);
        offsets.push((partition, offset));
    }
    let begun = Outcome::expect_eq(Some(!offsets.is_empty()), case.expect["beginFlush"].as_bool());
    let written = write_all(namespace(case), &offsets);
    let outcome = match (written, case.expect["callbackError"].is_object()) {
        (Ok(ours), false) => Outcome::expect_eq(ours, records(&case.expect["records"])),
        (Err(error), true) => data::expect_error(&error, &case.expect["callbackError"]),
        (ours, _) => Outcome::Failed(format!("ours {ours:?}, expected {}", case.expect)),
    };
    Ok(data::all([begun, outcome]))
}

fn write_all(connector: &str, offsets: &[(Option<Map>, Option<Map>)]) -> Result<Records, ConnectError> {
    let mut table = OffsetTable::new(CODEC);
    for (partition, offset) in offsets {
        let (key, value) = table.encode(connector, partition.as_ref(), offset.as_ref())?;
        table.apply(key, value);
    }
    Ok(as_text(table.entries()))
}

fn offset_read(case: &Case) -> Decoded<Outcome> {
    let stored = entries(&case.input["records"]);
    let table = OffsetTable::from_entries(CODEC, stored.clone());
    let partitions = case.input["partitions"].as_array().into_iter().flatten();
    let results = case.expect["results"].as_array().into_iter().flatten();
    let mut outcomes = Vec::new();
    for (partition, expected) in partitions.zip(results) {
        let partition = map(partition)?;
        let (ours, expected) = (table.offset(namespace(case), partition.as_ref()), map(&expected["offset"])?);
        let javas_key = OffsetTable::new(CODEC).encode(namespace(case), partition.as_ref(), None).ok();
        let unknown_to_java = javas_key.is_some_and(|(key, _)| !stored.contains_key(&key));
        outcomes.push(if ours.is_some() && expected.is_none() && unknown_to_java {
            Outcome::Skipped("found by the meaning of its key, where Apache compares bytes".to_owned())
        } else {
            Outcome::expect_eq(ours, expected)
        });
    }
    let failed = outcomes.iter().find(|outcome| matches!(outcome, Outcome::Failed(_))).cloned();
    Ok(failed.unwrap_or_else(|| data::all(outcomes)))
}

/// Java's order of entries is that of identity hashes, so only the bytes of maps of one entry must be the same.
fn file_write(case: &Case) -> Decoded<Outcome> {
    let ours = entries(&case.input["entries"]);
    let (written, expected) = (Bytes::from(java_file::write(&ours)), data::bytes(&case.expect["fileBytes"])?);
    if ours.len() < 2 {
        return Ok(Outcome::expect_eq(written, expected));
    }
    const FIRST_ENTRY: usize = 81;
    let head = |bytes: &Bytes| bytes.get(..FIRST_ENTRY).map(<[u8]>::to_vec);
    Ok(data::all([
        Outcome::expect_eq(written.len(), expected.len()),
        Outcome::expect_eq(head(&written), head(&expected)),
        Outcome::expect_eq(java_file::read(&written), java_file::read(&expected)),
    ]))
}

fn file_read(case: &Case) -> Decoded<Outcome> {
    let file = &case.input["fileBytes"];
    let bytes = if file.is_null() { Bytes::new() } else { data::bytes(file)? };
    let error = case.expect.get("error").filter(|error| error.is_object());
    Ok(match (java_file::read(&bytes), error) {
        (Ok(ours), None) => compare_file(case, ours)?,
        (Err(ours), Some(error)) => expect_file_error(&ours, error),
        (Err(JavaFileError::Truncated { .. }), None) if records(&case.expect["entries"]).is_empty() => {
            Outcome::Skipped("a file that ends too early is refused, where Apache loses the offsets".to_owned())
        }
        (ours, _) => Outcome::Failed(format!("ours {ours:?}, expected {}", case.expect)),
    })
}

/// Only Apache's own wording counts: of a JDK exception, wrapped or not, that there is an error.
fn expect_file_error(ours: &JavaFileError, expected: &Json) -> Outcome {
    let class = data::text(expected, "class").unwrap_or_default();
    let message = data::text(expected, "message").unwrap_or_default();
    if !class.starts_with("org.apache.kafka.") || message.starts_with("java.") {
        return Outcome::Passed;
    }
    Outcome::expect_eq(ours.to_string().as_str(), message)
}

fn compare_file(case: &Case, ours: OffsetEntries) -> Decoded<Outcome> {
    let mut outcomes = vec![Outcome::expect_eq(as_text(&ours), records(&case.expect["entries"]))];
    let table = OffsetTable::from_entries(CODEC, ours);
    for (connector, partitions) in case.expect["connectorPartitions"].as_object().into_iter().flatten() {
        let expected: Vec<Option<Map>> =
            partitions.as_array().into_iter().flatten().map(map).collect::<Decoded<_>>()?;
        let ours: Vec<_> = table.offsets_of(connector).into_iter().map(|(partition, _)| partition).collect();
        let same = ours.len() == expected.len() && expected.iter().all(|partition| ours.contains(partition));
        outcomes.push(if same { Outcome::Passed } else { Outcome::expect_eq(ours, expected) });
    }
    Ok(data::all(outcomes))
}

fn namespace(case: &Case) -> &str {
    data::text(&case.input, "namespace").unwrap_or_default()
}

fn map(json: &Json) -> Decoded<Option<Map>> {
    match data::value(json, None)? {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(Map::clone(&map))),
        other => Err(Outcome::Failed(format!("malformed map in the case: {other:?}"))),
    }
}

/// `[{"key":..,"value":..}]`, texts or null.
fn records(json: &Json) -> Records {
    as_text(&entries(json))
}

fn entries(json: &Json) -> OffsetEntries {
    let bytes = |record: &Json, member| data::text(record, member).map(|text| Bytes::from(text.to_owned()));
    let entry = |record: &Json| Some((bytes(record, "key")?, bytes(record, "value")));
    json.as_array().into_iter().flatten().filter_map(entry).collect()
}

fn as_text(entries: &OffsetEntries) -> Records {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    entries.iter().map(|(key, value)| (text(key), value.as_ref().map(text))).collect()
}
