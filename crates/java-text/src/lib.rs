//! Texts as Java reads and writes them: what users of Kafka Connect know their configurations by.
//!
//! [`calendar`] has the days of `GregorianCalendar`, [`SimpleDateFormat`] is the format of timestamps, [`Regex`] and [`Replacement`] are `java.util.regex`. All of it is
//! compared with the JDK: `parity/java/JavaText.java` records cases, `tests/golden.rs` runs them.

pub mod calendar;
mod date;
mod digit;
mod regex;

pub use date::{FormatError, ParseError, SimpleDateFormat};
pub use digit::digit;
pub use regex::{MatchError, PatternError, Regex, Replacement};
