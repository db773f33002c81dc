//! Who logs what, by Java's names: what a log4j file or a user of REST calls a logger, found among our modules.
//! ```text
//! target of an event (module path) ─▶ names: its Java loggers ─▶ LoggerLevels: nearest configured ancestor ─▶ LogLevel
//! ```
//! Start at [`LoggerLevels::level`].

mod level;
mod levels;
mod names;

pub use level::{LogLevel, UnknownLevel};
pub use levels::LoggerLevels;
pub use names::{LOGGERS, LoggerName, java_name};
