//! `java.text.SimpleDateFormat`, in UTC and English, as `TimestampConverter` and `TimestampRouter` use it.
//! ```text
//! pattern ─▶ items: letters and text ─┬─▶ format: calendar::Fields ─▶ text
//!                                     └─▶ parse:  text ─▶ fields::Parsed ─▶ millis
//! ```
//! Start at [`SimpleDateFormat`]. It differs from the JDK in three places, all about the letter `z`:
//! - A name of a zone stands for its offset of today; the JDK takes the one of the date that was read.
//! - The JDK stays in a zone whose name it has read: later texts without a zone, and everything that is formatted, are
//!   then in that zone. Here each text stands for itself, and UTC is where there is none.
//! - Of the names, only the English ones of JDK 17 are known.

mod calendar;
mod fields;
mod format;
mod names;
mod number;
mod parse;
mod pattern;
mod zones;

use std::time::{SystemTime, UNIX_EPOCH};

use crate::calendar::MILLIS_PER_DAY;
use calendar::Fields;
use parse::Century;
pub use pattern::FormatError;
use pattern::Item;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct SimpleDateFormat {
    items: Vec<Item>,
    century: Century,
}

/// What `ParseException.getMessage` says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Unparseable date: \"{text}\"")]
pub struct ParseError {
    text: String,
}

impl SimpleDateFormat {
    /// Years of two digits will lie from 80 years before now to 20 years after.
    /// # Errors
    /// The pattern has a letter without a meaning, or an open quote.
    pub fn new(pattern: &str) -> Result<Self, FormatError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at(pattern, i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
    }

    /// As [`new`](Self::new), at another time than now; in milliseconds since 1970.
    /// # Errors
    /// As [`new`](Self::new).
    pub fn at(pattern: &str, now_ms: i64) -> Result<Self, FormatError> {
        Ok(Self { items: pattern::parse(pattern)?, century: century(now_ms) })
    }

    /// The text of a moment, in milliseconds since 1970.
    pub fn format(&self, millis: i64) -> String {
        format::format(&self.items, millis)
    }

    /// The moment of a text, in milliseconds since 1970. Lenient: the 40th of a month is a day of the next one.
    /// Text after the part that fits is ignored.
    /// # Errors
    /// The text does not fit to the pattern.
    pub fn parse(&self, text: &str) -> Result<i64, ParseError> {
        parse::parse(&self.items, self.century, text).ok_or_else(|| ParseError { text: text.to_owned() })
    }
}

/// From the same day and time 80 years ago; in a year without 29 February, the 28th.
fn century(now_ms: i64) -> Century {
    let now = Fields::of(now_ms);
    let year = now.proleptic_year - 80;
    let day = now.day_of_month.min(calendar::month_length(year, now.month));
    let fixed = calendar::System::Gregorian.fixed_day(year, now.month, day);
    let start_ms = (fixed - calendar::EPOCH).saturating_mul(MILLIS_PER_DAY).saturating_add(now.millis_of_day);
    Century { start_ms, start_year: year as i32 }
}
