//! Record headers: an ordered list in which a name may occur more than once.

use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use super::{Schema, Value};
use crate::{ConnectError, HeaderConverter};

/// One header with its value read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub key: ByteString,
    pub schema: Option<Arc<Schema>>,
    pub value: Value,
}

/// One header as it stands in the Kafka record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderBytes {
    pub key: ByteString,
    pub value: Option<Bytes>,
}

/// The headers of a record, in order, duplicates kept. Those of a sink record stay raw until somebody reads them.
#[derive(Clone, Default)]
pub struct Headers(State);

#[derive(Clone)]
enum State {
    Read(Vec<Header>),
    Raw { topic: Arc<str>, entries: Vec<HeaderBytes>, converter: Arc<dyn HeaderConverter> },
}

impl Default for State {
    fn default() -> Self {
        Self::Read(Vec::new())
    }
}

impl Headers {
    pub fn new() -> Self {
        Self::default()
    }

    /// Headers that `converter` reads when first asked for. Only for a converter that
    /// [never fails](HeaderConverter::never_fails); for others the runtime reads at once.
    pub fn raw(topic: Arc<str>, entries: Vec<HeaderBytes>, converter: Arc<dyn HeaderConverter>) -> Self {
        Self(if entries.is_empty() { State::default() } else { State::Raw { topic, entries, converter } })
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn len(&self) -> usize {
        match &self.0 {
            State::Read(headers) => headers.len(),
            State::Raw { entries, .. } => entries.len(),
        }
    }

    /// Whether one of them has this name; reads none.
    pub fn contains(&self, key: &str) -> bool {
        match &self.0 {
            State::Read(headers) => headers.iter().any(|header| header.key == key),
            State::Raw { entries, .. } => entries.iter().any(|entry| entry.key == key),
        }
    }

    /// Drops those whose name `keep` refuses; reads none.
    pub fn retain_keys(&mut self, keep: impl Fn(&str) -> bool) {
        match &mut self.0 {
            State::Read(headers) => headers.retain(|header| keep(&header.key)),
            State::Raw { entries, .. } => entries.retain(|entry| keep(&entry.key)),
        }
    }

    /// All headers, read.
    /// # Errors
    /// What the header converter raised.
    pub fn to_vec(&self) -> Result<Vec<Header>, ConnectError> {
        match &self.0 {
            State::Read(headers) => Ok(headers.clone()),
            State::Raw { topic, entries, converter } => read(topic, entries, converter.as_ref()),
        }
    }

    /// All headers, read in place, for changing them.
    /// # Errors
    /// What the header converter raised; the headers stay raw then.
    pub fn as_mut(&mut self) -> Result<&mut Vec<Header>, ConnectError> {
        if let State::Raw { topic, entries, converter } = &self.0 {
            self.0 = State::Read(read(topic, entries, converter.as_ref())?);
        }
        match &mut self.0 {
            State::Read(headers) => Ok(headers),
            State::Raw { .. } => unreachable!("read just above"),
        }
    }
}

fn read(topic: &str, entries: &[HeaderBytes], converter: &dyn HeaderConverter) -> Result<Vec<Header>, ConnectError> {
    let one = |entry: &HeaderBytes| {
        let (schema, value) = converter.to_connect_header(topic, &entry.key, entry.value.as_ref())?;
        Ok(Header { key: entry.key.clone(), schema, value })
    };
    entries.iter().map(one).collect()
}

impl From<Vec<Header>> for Headers {
    fn from(headers: Vec<Header>) -> Self {
        Self(State::Read(headers))
    }
}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            State::Read(headers) => headers.fmt(f),
            State::Raw { entries, .. } => entries.fmt(f),
        }
    }
}
