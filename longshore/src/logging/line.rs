//! How an event is written, as text or JSON.
//! ```text
//! [2026-11-22 17:00:00,123] INFO [local-file-source|task-0] text (target)
//! {"timestamp":"2026-11-22T17:00:00.123Z","level":"INFO","logger":"…","connector.context":"[…]","message":"…","fields":{…}}
//! ```
//! Times are UTC.

use std::fmt::{self, Write};
use std::time::SystemTime;

use connect_api::java;
use connect_core::loggers;
use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use super::CONTEXT;
use super::config::Format;

/// Prints one event.
pub(super) struct Line(pub(super) Format);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let now = SystemTime::now();
        match self.0 {
            Format::Text => text(now, &context(ctx), event, out),
            Format::Json => json(now, &context(ctx), event, out),
        }
    }
}

/// `[name|task-0]`, or nothing.
fn context<S, N>(ctx: &FmtContext<'_, S, N>) -> String
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    let mut context = String::new();
    for span in ctx.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
        if let Some(fields) = span.extensions().get::<FormattedFields<N>>().filter(|fields| !fields.is_empty()) {
            context.push_str(if context.is_empty() { "" } else { " " });
            context.push_str(&fields.fields);
        }
    }
    context
}

fn text(now: SystemTime, context: &str, event: &Event<'_>, mut out: Writer<'_>) -> fmt::Result {
    let metadata = event.metadata();
    let mut text = Text::default();
    event.record(&mut text);
    let space = if context.is_empty() { "" } else { " " };
    let (date, level) = (timestamp(now, ' ', ','), metadata.level());
    writeln!(out, "[{date}] {level} {context}{space}{}{} ({})", text.message, text.fields, metadata.target())
}

fn json(now: SystemTime, context: &str, event: &Event<'_>, mut out: Writer<'_>) -> fmt::Result {
    let metadata = event.metadata();
    let mut members = Members::default();
    event.record(&mut members);
    let mut line = Map::new();
    let mut put = |key: &str, value: String| line.insert(key.to_owned(), Json::String(value));
    put("timestamp", timestamp(now, 'T', '.') + "Z");
    put("level", metadata.level().to_string());
    put("logger", loggers::java_name(metadata.target()).into_owned());
    if !context.is_empty() {
        put("connector.context", context.to_owned());
    }
    put("message", members.message);
    if !members.fields.is_empty() {
        line.insert("fields".to_owned(), Json::Object(members.fields));
    }
    writeln!(out, "{}", Json::Object(line))
}

/// The fields of a span: only `context`, which is Connect's `connector.context`.
pub(super) struct ContextFields;

impl<'a> FormatFields<'a> for ContextFields {
    fn format_fields<R: tracing_subscriber::field::RecordFields>(&self, mut out: Writer<'a>, fields: R) -> fmt::Result {
        let mut context = Context::default();
        fields.record(&mut context);
        out.write_str(&context.0)
    }
}

#[derive(Default)]
struct Context(String);

impl Visit for Context {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == CONTEXT {
            self.0 = format!("{value:?}");
        }
    }
}

/// An event's message, and its other fields behind it.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _infallible = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

/// The same for JSON: numbers and booleans stay what they are.
#[derive(Default)]
struct Members {
    message: String,
    fields: Map<String, Json>,
}

impl Members {
    fn put(&mut self, field: &Field, value: Json) {
        self.fields.insert(field.name().to_owned(), value);
    }
}

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            _ => self.put(field, value.into()),
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

/// `2026-11-22 17:00:00,123`, in UTC, with these two signs.
fn timestamp(time: SystemTime, before_hour: char, before_millis: char) -> String {
    let millis = java::epoch_millis(time);
    format!("{}{before_millis}{:03}", java::date_time(millis, before_hour), millis % 1000)
}
