//! Which events are logged.

use connect_core::loggers::{LogLevel, LoggerLevels};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Filter};

use super::CONTEXT;

/// Lets through what the levels of Java's loggers let through.
pub(super) struct ByLogger(pub(super) LoggerLevels);

impl ByLogger {
    fn lets(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= tracing_level(self.0.level(metadata.target()))
    }
}

impl<S: Subscriber> Filter<S> for ByLogger {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.lets(metadata)
    }

    /// Asked once for each place in the code; the answer is kept.
    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.lets(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(tracing_level(self.0.most()))
    }
}

/// Lets through the spans that say which connector or task logs, whatever the levels: Java's `connector.context` is in
/// every line too.
pub(super) struct ContextSpans;

impl ContextSpans {
    fn is_one(metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.fields().field(CONTEXT).is_some()
    }
}

impl<S: Subscriber> Filter<S> for ContextSpans {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        Self::is_one(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if Self::is_one(metadata) { Interest::always() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }
}

/// We have no FATAL: what is left of it is nothing.
fn tracing_level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off | LogLevel::Fatal => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace | LogLevel::All => LevelFilter::TRACE,
    }
}
