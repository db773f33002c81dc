//! Times as Java has them: milliseconds since the epoch, and their text.

use std::time::{SystemTime, UNIX_EPOCH};

use super::calendar::{CivilDate, civil_from_days, split_day};

/// `System.currentTimeMillis`.
pub fn current_time_millis() -> i64 {
    epoch_millis(SystemTime::now())
}

/// Milliseconds since the epoch; 0 before it.
pub fn epoch_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `2026-11-22T17:18:41` in UTC, with `between` in place of the `T`; whole seconds.
pub fn date_time(millis: i64, between: char) -> String {
    let (days, of_day) = split_day(millis);
    let CivilDate { year, month, day } = civil_from_days(days);
    let (hour, minute, second) = (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_have_a_text() {
        for (millis, between, want) in [
            (0, 'T', "1970-01-01T00:00:00"),
            (1_795_367_921_007, 'T', "2026-11-22T17:18:41"),
            (951_782_399_999, ' ', "2000-02-28 23:59:59"),
            (-1, ' ', "1969-12-31 23:59:59"),
        ] {
            assert_eq!(date_time(millis, between), want, "{millis}");
        }
    }

    #[test]
    fn nothing_is_before_the_epoch() {
        let second = Duration::from_secs(1);
        assert_eq!([UNIX_EPOCH - second, UNIX_EPOCH, UNIX_EPOCH + second].map(epoch_millis), [0, 0, 1_000]);
    }
}
