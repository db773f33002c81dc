//! `java.util.Date.toString` in UTC: `Thu Jan 01 00:00:00 UTC 1970`.

use std::fmt::{self, Write};

use super::calendar::{civil_from_days, split_day, weekday};

const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Prints a time given in milliseconds since the epoch.
pub fn write_date(out: &mut impl Write, millis: i64) -> fmt::Result {
    let (days, of_day) = split_day(millis);
    let date = civil_from_days(days);
    let seconds = of_day / 1000;
    write!(
        out,
        "{} {} {:02} {:02}:{:02}:{:02} UTC {}",
        WEEKDAYS[weekday(days)],
        MONTHS[usize::from(date.month) - 1],
        date.day,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        date.year_of_era()
    )
}

/// [`write_date`] as a string.
pub fn date_to_string(millis: i64) -> String {
    let mut text = String::with_capacity(28);
    // Writing to a string cannot fail.
    let _ = write_date(&mut text, millis);
    text
}
