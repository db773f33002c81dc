//! The lines on standard output. Their keys stand in the order of Java's `HashMap`, which is the same for all lines of a
//! kind.

use std::fmt::Write;

use connect_api::SinkRecord;

use crate::json::{push_text, push_value};

/// What the lines of a source task have in common.
#[derive(Debug)]
pub(super) struct SourceLine {
    id: i32,
    /// `,"name":…,"topic":…}` and a newline.
    end: String,
}

impl SourceLine {
    pub(super) fn new(name: Option<&str>, id: i32, topic: &str) -> Self {
        let mut end = String::from(",\"name\":");
        push_text(&mut end, name);
        end.push_str(",\"topic\":");
        push_text(&mut end, Some(topic));
        end.push_str("}\n");
        Self { id, end }
    }

    /// A record that is on its way.
    pub(super) fn push_sent(&self, out: &mut String, seqno: i64, time_ms: i64) {
        self.push(out, "{", seqno, time_ms);
    }

    /// A record that is acknowledged.
    pub(super) fn push_committed(&self, out: &mut String, seqno: i64, time_ms: i64) {
        self.push(out, "{\"committed\":true,", seqno, time_ms);
    }

    fn push(&self, out: &mut String, start: &str, seqno: i64, time_ms: i64) {
        let Self { id, end } = self;
        // Writing to a string does not fail.
        let _infallible = write!(out, "{start}\"task\":{id},\"seqno\":{seqno},\"time_ms\":{time_ms}{end}");
    }
}

/// What the lines of a sink task have in common.
#[derive(Debug)]
pub(super) struct SinkLine {
    /// `,"name":…,"topic":`
    name: String,
    id: i32,
}

impl SinkLine {
    pub(super) fn new(name: Option<&str>, id: i32) -> Self {
        let mut text = String::from(",\"name\":");
        push_text(&mut text, name);
        text.push_str(",\"topic\":");
        Self { name: text, id }
    }

    /// The start of a record's line: key, value and offset. It has no newline.
    pub(super) fn push_start(out: &mut String, sunk: &SinkRecord) {
        out.push_str("{\"task\":");
        push_value(out, &sunk.record.key);
        out.push_str(",\"seqno\":");
        push_value(out, &sunk.record.value);
        // Writing to a string does not fail.
        let _infallible = write!(out, ",\"offset\":{}", sunk.offset);
    }

    /// The rest of the line of a record of `topic`.
    pub(super) fn push_end(&self, out: &mut String, time_ms: i64, topic: &str, flushed: bool) {
        let _infallible = write!(out, ",\"time_ms\":{time_ms}{}", self.name);
        push_text(out, Some(topic));
        let flushed = if flushed { ",\"flushed\":true" } else { "" };
        let _infallible = writeln!(out, ",\"sinkTask\":{}{flushed}}}", self.id);
    }
}
