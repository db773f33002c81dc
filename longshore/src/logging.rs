//! The log: one line an event, as Apache's log4j configuration prints it.
//! `[2026-11-22 17:00:00,123] INFO [local-file-source|task-0] text (target)`; times are UTC.

use std::fmt::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use connect_api::java;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, fmt as subscriber};

/// Which targets log at which level, e.g. `warn,kafka_client=debug`.
const LEVELS: &str = "LONGSHORE_LOG";

/// Logs to standard output from now on.
pub(crate) fn start() {
    let levels = EnvFilter::try_from_env(LEVELS);
    let wrong = levels.as_ref().err().filter(|_| std::env::var_os(LEVELS).is_some()).map(ToString::to_string);
    let filter = levels.unwrap_or_else(|_| EnvFilter::new("info"));
    let log = subscriber().with_env_filter(filter).fmt_fields(ContextFields).event_format(Line);
    // Somebody who embeds the worker may have set up a log of their own.
    if log.try_init().is_ok()
        && let Some(wrong) = wrong
    {
        tracing::warn!("{LEVELS} is not used: {wrong}");
    }
}

/// Prints one event.
struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let metadata = event.metadata();
        write!(out, "[{}] {} ", timestamp(SystemTime::now()), metadata.level())?;
        for span in ctx.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && !fields.is_empty()
            {
                write!(out, "{} ", fields.fields)?;
            }
        }
        let mut text = Text::default();
        event.record(&mut text);
        writeln!(out, "{}{} ({})", text.message, text.fields, metadata.target())
    }
}

/// The fields of a span: only `context`, which is Connect's `connector.context`.
struct ContextFields;

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
        if field.name() == "context" {
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

/// `2026-11-22 17:00:00,123`, in UTC.
fn timestamp(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    let date = java::calendar::civil_from_days(i64::try_from(seconds / 86_400).unwrap_or_default());
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let (year, month, day) = (date.year, date.month, date.day);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02},{:03}", since.subsec_millis())
}
