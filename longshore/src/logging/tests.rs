use std::io;
use std::sync::{Arc, Mutex};

use connect_core::loggers::{LogLevel, LoggerLevels};
use serde_json::Value as Json;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

/// What was logged, in memory.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// What `events` write with these levels.
fn logged(format: Format, filter: AnyFilter, events: impl FnOnce()) -> String {
    let written = Written::default();
    let lines = tracing_subscriber::fmt::layer().fmt_fields(ContextFields).event_format(Line(format));
    let log = tracing_subscriber::registry().with(lines.with_writer(written.clone()).with_filter(filter));
    tracing::subscriber::with_default(log, events);
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn at(level: LogLevel) -> AnyFilter {
    Box::new(ByLogger(LoggerLevels::new(level)).or(ContextSpans))
}

fn in_task(event: impl FnOnce()) {
    tracing::info_span!("task", context = %"[c|task-0]", other = 1).in_scope(event);
}

#[test]
fn json_is_an_object_a_line() {
    let text = logged(Format::Json, at(LogLevel::Info), || {
        in_task(
            || tracing::warn!(target: "connect_runtime::sink::commits", count = 3_u64, gone = -1, late = true, ratio = 0.5, who = "x", error = %"\"q\"", "two\nlines \u{1}"),
        );
        tracing::info!(target: "own_plugin::source", "plain");
    });
    let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "{text}");
    let [mut first, mut second] = [lines[0].clone(), lines[1].clone()];
    for line in [&mut first, &mut second] {
        let time = line.as_object_mut().unwrap().shift_remove("timestamp").unwrap();
        let time = time.as_str().unwrap();
        let shape: String = time.chars().map(|sign| if sign.is_ascii_digit() { '0' } else { sign }).collect();
        assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{time}");
    }
    let want = r#"{"level":"WARN","logger":"org.apache.kafka.connect.runtime.WorkerSinkTask","connector.context":"[c|task-0]","message":"two\nlines \u0001","fields":{"count":3,"gone":-1,"late":true,"ratio":0.5,"who":"x","error":"\"q\""}}"#;
    assert_eq!(first.to_string(), want);
    assert_eq!(second.to_string(), r#"{"level":"INFO","logger":"own_plugin.source","message":"plain"}"#);
}

#[test]
fn text_is_laid_out_as_apaches() {
    let text = logged(Format::Text, at(LogLevel::Info), || {
        in_task(|| tracing::warn!(target: "t", count = 3, "late"));
        tracing::info!(target: "t", "plain");
    });
    let lines: Vec<_> = text.lines().map(|line| line.split_once("] ").unwrap().1).collect();
    assert_eq!(lines, ["WARN [c|task-0] late count=3 (t)", "INFO plain (t)"]);
}

#[test]
fn the_context_stays_when_levels_are_low() {
    let named: EnvFilter = "error".parse().unwrap();
    for filter in [at(LogLevel::Error), Box::new(named.or(ContextSpans))] {
        let text = logged(Format::Text, filter, || {
            in_task(|| {
                tracing::error!(target: "t", "bad");
                tracing::warn!(target: "t", "not shown");
            });
        });
        assert!(text.ends_with("] ERROR [c|task-0] bad (t)\n") && text.lines().count() == 1, "{text}");
    }
}

#[test]
fn levels_of_java_loggers_hold_for_our_modules() {
    let mut levels = LoggerLevels::new(LogLevel::Off);
    levels.set("org.apache.kafka.clients", LogLevel::Debug);
    levels.set("org.apache.kafka.connect.runtime.rest.RestServer", LogLevel::Info);
    let text = logged(Format::Text, Box::new(ByLogger(levels).or(ContextSpans)), || {
        tracing::debug!(target: "kafka_client::net::dial", "1");
        tracing::trace!(target: "kafka_client::net::dial", "not shown");
        tracing::info!(target: "org.apache.kafka.connect.runtime.rest.RestServer", "2");
        tracing::error!(target: "connect_runtime::worker", "not shown");
    });
    let shown: Vec<_> = text.lines().map(|line| line.split(' ').nth(3).unwrap()).collect();
    assert_eq!(shown, ["1", "2"], "{text}");
}

#[test]
fn the_page_on_logging_has_every_logger() {
    let page = include_str!("../../../docs/logging.md");
    for row in connect_core::loggers::LOGGERS {
        let java: Vec<_> = row.java.iter().map(|name| format!("`{name}`")).collect();
        let line = format!("| {} | `{}` |", java.join(", "), row.target);
        assert!(page.contains(&line), "docs/logging.md lacks {line}");
    }
}
