//! The log, on standard output: which events, and how they are written.
//! ```text
//! KAFKA_LOG4J_OPTS ─▶ log4j: levels of Java's loggers ─┐
//! LONGSHORE_LOG ─▶ levels of modules, in their place ──┴▶ filter ─▶ line: text or JSON ─▶ stdout
//! ```
//! Start at [`start`].

mod config;
mod environment;
mod levels;
mod line;
mod log4j;
#[cfg(test)]
mod tests;

use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::layer::{Filter, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

pub(crate) use config::{Format, LogConfig};
use environment::JavaOptions;
use levels::{ByLogger, ContextSpans};
use line::{ContextFields, Line};

/// Which targets log at which level, e.g. `warn,kafka_client=debug`.
const LEVELS: &str = "LONGSHORE_LOG";
/// The field of a span that says who logs.
const CONTEXT: &str = "context";

type AnyFilter = Box<dyn Filter<Registry> + Send + Sync>;

/// Logs to standard output from now on, and says what of the environment is not used.
pub(crate) fn start(format: Format) {
    let (filter, remarks) = filter();
    let lines = tracing_subscriber::fmt::layer().fmt_fields(ContextFields).event_format(Line(format));
    // A disk that is full under standard output is often full under standard error, where a complaint would panic.
    let lines = lines.log_internal_errors(false);
    let log = tracing_subscriber::registry().with(lines.with_filter(filter));
    // Somebody who embeds the worker may have set up a log of their own.
    if log.try_init().is_ok() {
        remarks.log();
    }
}

/// What there is to say about the log itself, once it runs.
#[derive(Default)]
struct Remarks {
    warnings: Vec<String>,
    notes: Vec<String>,
}

impl Remarks {
    fn log(&self) {
        self.warnings.iter().for_each(|text| tracing::warn!("{text}"));
        self.notes.iter().for_each(|text| tracing::info!("{text}"));
        let ignored = environment::without_effect(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        if !ignored.is_empty() {
            tracing::info!("No effect, because there is no JVM: {}", ignored.join(", "));
        }
    }
}

/// `LONGSHORE_LOG` where it is set and right, else what log4j files say.
fn filter() -> (AnyFilter, Remarks) {
    let wrong = match std::env::var(LEVELS).ok().filter(|text| !text.trim().is_empty()).map(EnvFilter::try_new) {
        Some(Ok(levels)) => return (Box::new(levels.or(ContextSpans)), Remarks::default()),
        Some(Err(wrong)) => Some(format!("{LEVELS} is not used: {wrong}")),
        None => None,
    };
    let said = log4j::read(&JavaOptions::of_environment());
    let mut remarks = Remarks { warnings: said.problems, notes: Vec::new() };
    remarks.warnings.extend(wrong);
    if !said.unused.is_empty() {
        let unused = said.unused.join(", ");
        remarks.notes.push(format!(
            "Of the log4j configuration only levels are used; the log goes to standard output. No effect: {unused}"
        ));
    }
    (Box::new(ByLogger(said.levels).or(ContextSpans)), remarks)
}
