//! What both numbered sources have in common: their topic, and where they go on:
//! `{"id": <task>}` → `{"seqno": <last number>}`.

use std::sync::Arc;

use connect_api::{ConnectError, SourceOffset, SourcePartition, SourceTaskContext, Value};
use connect_config::{ConfigException, Props};

const SEQNO_FIELD: &str = "seqno";

/// The numbers of one source task, from the one behind its stored offset on.
#[derive(Debug)]
pub(crate) struct Sequence {
    pub partition: Arc<SourcePartition>,
    pub next: i64,
    /// How many were taken since the start.
    pub taken: u64,
}

impl Sequence {
    /// # Errors
    /// The offset cannot be read, or has no 64-bit number.
    pub(crate) async fn resume(context: &SourceTaskContext, id: i32) -> Result<Self, ConnectError> {
        let partition = SourcePartition::from_iter([(Value::string("id"), Value::Int32(id))]);
        let stored = context.offsets.offsets(std::slice::from_ref(&partition)).await?;
        let next = match stored.first().and_then(Option::as_ref).map(|offset| offset.get_str(SEQNO_FIELD)) {
            None => 0,
            // Wraps, as in Java.
            Some(Some(Value::Int64(last))) => last.wrapping_add(1),
            Some(_) => return Err(ConnectError::connect(wrong_offset(id))),
        };
        Ok(Self { partition: Arc::new(partition), next, taken: 0 })
    }

    /// The next number.
    pub(crate) fn take(&mut self) -> i64 {
        let seqno = self.next;
        self.next = seqno.wrapping_add(1);
        self.taken += 1;
        seqno
    }
}

/// The offset of the record with this number.
pub(crate) fn offset(seqno: i64) -> SourceOffset {
    SourceOffset::Single { field: SEQNO_FIELD, value: seqno }
}

/// The number that [`offset`] has kept.
pub(crate) fn seqno(offset: &SourceOffset) -> Option<i64> {
    match offset {
        SourceOffset::Single { value, .. } => Some(*value),
        _ => None,
    }
}

/// The topic of a numbered source.
/// # Errors
/// There is none. (In Java, no record of such a task can be sent.)
pub(crate) fn topic(configs: &Props) -> Result<Arc<str>, ConnectError> {
    let topic = configs.get("topic").filter(|topic| !topic.is_empty());
    topic.map(Arc::from).ok_or_else(|| ConnectError::config(ConfigException::missing("topic").message()))
}

fn wrong_offset(id: i32) -> String {
    format!(
        "The offset stored for partition {{\"id\":{id}}} has no whole number 'seqno'. \
         Set or reset the connector's offsets, then restart the task"
    )
}
