//! The levels of log4j.

use std::fmt;
use std::str::FromStr;

/// How much a logger says, from nothing to everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    Off,
    Fatal,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
    All,
}

/// A text that names no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("use one of OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL")]
pub struct UnknownLevel;

impl LogLevel {
    pub const EVERY: [Self; 8] =
        [Self::Off, Self::Fatal, Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace, Self::All];

    /// As log4j writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "OFF",
            Self::Fatal => "FATAL",
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
            Self::All => "ALL",
        }
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LogLevel {
    type Err = UnknownLevel;

    /// In upper or lower case.
    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::EVERY.into_iter().find(|level| level.name().eq_ignore_ascii_case(text)).ok_or(UnknownLevel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_read_back_in_any_case() {
        for level in LogLevel::EVERY {
            assert_eq!(level.name().parse(), Ok(level));
            assert_eq!(level.to_string().to_lowercase().parse(), Ok(level));
        }
        for wrong in ["", "WARNING", " INFO", "INF"] {
            assert_eq!(wrong.parse::<LogLevel>(), Err(UnknownLevel), "{wrong:?}");
        }
    }
}
