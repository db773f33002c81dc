//! What offset records mean: finds the record of a source partition, and makes new ones.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use connect_api::{ConnectError, Map, SourceOffsets, Type, Value, java};

use super::OffsetEntries;

/// How keys and values are written: JSON without schemas. The functions are given by whoever has the converter.
#[derive(Clone, Copy)]
pub struct OffsetCodec {
    /// Appends the JSON of a value, compact, maps in their own order.
    pub write: fn(&Value, &mut Vec<u8>) -> Result<(), ConnectError>,
    /// Reads JSON; integers become 64-bit.
    pub read: fn(&Bytes) -> Result<Value, ConnectError>,
}

/// The latest offset record of every source partition.
///
/// Java takes the bytes of a key for its identity. Here keys are the same if they mean the same, so that offsets are found
/// however the keys of a partition were ordered when they were written; the bytes that are stored are used again.
pub struct OffsetTable {
    codec: OffsetCodec,
    entries: OffsetEntries,
    /// What a key means, `[connector, partition]` → its bytes.
    keys: HashMap<Value, Bytes>,
}

impl OffsetTable {
    pub fn new(codec: OffsetCodec) -> Self {
        Self { codec, entries: OffsetEntries::new(), keys: HashMap::new() }
    }

    /// A table of what has been stored. Keys that mean nothing are warned of and kept.
    pub fn from_entries(codec: OffsetCodec, entries: OffsetEntries) -> Self {
        let mut table = Self::new(codec);
        for (key, value) in entries {
            table.apply(key, value);
        }
        table
    }

    /// Takes in one record, which replaces an earlier one with the same key bytes.
    pub fn apply(&mut self, key: Bytes, value: Option<Bytes>) {
        if let Some(stored) = self.entries.get_mut(&key) {
            *stored = value;
            return;
        }
        match self.meaning(&key) {
            Ok(meaning) => drop(self.keys.insert(meaning, key.clone())),
            Err(why) => {
                tracing::warn!(key = %key.escape_ascii(), "Ignoring an offset record whose key is {why}; it is kept as it is");
            }
        }
        self.entries.insert(key, value);
    }

    /// Every record, also those whose key means nothing, in the order in which their keys first came.
    pub fn entries(&self) -> &OffsetEntries {
        &self.entries
    }

    /// The record that says that `connector` has read `partition` up to `offset`; none removes what is stored.
    /// A partition that is new gets the bytes of its map in the map's own order, as in Java.
    /// # Errors
    /// Either holds what offsets may not hold.
    pub fn encode(
        &self,
        connector: &str,
        partition: Option<&Map>,
        offset: Option<&Map>,
    ) -> Result<(Bytes, Option<Bytes>), ConnectError> {
        check(partition)?;
        check(offset)?;
        let value = offset.map(|offset| self.write(&Value::map(offset.clone()))).transpose()?;
        let new_key = self.write_key(connector, partition)?;
        Ok((self.stored_key(&new_key).unwrap_or(new_key), value))
    }

    /// The stored offset of a partition. What cannot be written or read counts as not stored, with a warning, as in Java.
    pub fn offset<'a>(&self, connector: &str, partition: impl Into<Option<&'a Map>>) -> Option<Map> {
        match self.read_offset(connector, partition.into()) {
            Ok(offset) => offset,
            Err(error) => {
                tracing::error!(connector, %error, "The stored offset of a source partition is unusable; its task starts without");
                None
            }
        }
    }

    fn read_offset(&self, connector: &str, partition: Option<&Map>) -> Result<Option<Map>, ConnectError> {
        check(partition)?;
        let key = self.write_key(connector, partition)?;
        let stored = self.stored_key(&key).and_then(|key| self.entries.get(&key)?.clone());
        stored.map_or(Ok(None), |bytes| self.read_map(&bytes))
    }

    /// Every partition of a connector that has an offset, with its offset; in the order of the records.
    pub fn offsets_of(&self, connector: &str) -> SourceOffsets {
        let stored = self.entries.iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
        let owned = stored.filter_map(|(key, value)| {
            let (owner, partition) = split_key((self.codec.read)(key).ok()?)?;
            (owner == connector).then(|| (Some(partition), self.read_map(value).ok().flatten()))
        });
        owned.collect()
    }

    /// A partition or an offset as it is read back once it has been stored.
    /// # Errors
    /// It holds what offsets may not hold.
    pub fn normalized(&self, map: Option<Map>) -> Result<Option<Map>, ConnectError> {
        check(map.as_ref())?;
        map.map_or(Ok(None), |map| self.read_map(&self.write(&Value::map(map))?))
    }

    /// The bytes under which a partition is stored, whatever bytes were written for it just now.
    fn stored_key(&self, written: &Bytes) -> Option<Bytes> {
        if self.entries.contains_key(written) {
            return Some(written.clone());
        }
        self.keys.get(&(self.codec.read)(written).ok()?).cloned()
    }

    fn write_key(&self, connector: &str, partition: Option<&Map>) -> Result<Bytes, ConnectError> {
        let partition = partition.map_or(Value::Null, |partition| Value::map(partition.clone()));
        self.write(&Value::array(vec![Value::string(connector.to_owned()), partition]))
    }

    fn write(&self, value: &Value) -> Result<Bytes, ConnectError> {
        let mut out = Vec::new();
        (self.codec.write)(value, &mut out)?;
        Ok(out.into())
    }

    fn read_map(&self, bytes: &Bytes) -> Result<Option<Map>, ConnectError> {
        match (self.codec.read)(bytes)? {
            Value::Null => Ok(None),
            Value::Map(map) => check(Some(&map)).map(|()| Some(Arc::unwrap_or_clone(map))),
            _ => Err(ConnectError::data("Offsets must be specified as a Map")),
        }
    }

    /// What the bytes of a key mean, else what is wrong with them.
    fn meaning(&self, key: &Bytes) -> Result<Value, &'static str> {
        let meaning = (self.codec.read)(key).map_err(|_| "not JSON")?;
        match &meaning {
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(_), Value::Map(_) | Value::Null] => Ok(meaning),
                [_, _] => Err("not a connector's name and a source partition"),
                _ => Err("an array that has not two elements"),
            },
            _ => Err("not an array"),
        }
    }
}

/// None of a partition that is null, as in Java.
fn split_key(key: Value) -> Option<(String, Map)> {
    let Value::Array(parts) = key else { return None };
    match parts.as_slice() {
        [Value::String(connector), Value::Map(partition)] => Some((connector.to_string(), Map::clone(partition))),
        _ => None,
    }
}

/// Source: Apache Kafka, `OffsetUtils.validateFormat`.
fn check(map: Option<&Map>) -> Result<(), ConnectError> {
    map.into_iter().flat_map(Map::iter).try_for_each(|(key, value)| {
        let Value::String(field) = key else { return Err(ConnectError::data("Offsets may only use String keys")) };
        let contained = match value {
            Value::Array(_) => Type::Array.name(),
            Value::Map(_) => Type::Map.name(),
            Value::Struct(_) => Type::Struct.name(),
            Value::Decimal(_) | Value::Instant(_) => &format!("class {}", value.java_class()),
            _ => return Ok(()),
        };
        let why = format!("Offsets may only contain primitive types as values, but field {field} contains {contained}");
        Err(ConnectError::data(why))
    })
}

/// The same map in the order of a `java.util.HashMap` with string keys: how Java would write a partition that it has read
/// from JSON, as from the REST API.
pub fn java_ordered(map: &Map) -> Map {
    let pairs: Vec<_> = map.iter().collect();
    let names: Vec<_> = pairs.iter().map(|(key, _)| key.as_str().unwrap_or_default()).collect();
    let order = java::hash_map_order(&names);
    order.into_iter().map(|at| (pairs[at].0.clone(), pairs[at].1.clone())).collect()
}

#[cfg(test)]
mod tests;
