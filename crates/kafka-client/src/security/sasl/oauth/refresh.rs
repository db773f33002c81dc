//! When a token is refreshed: well before it expires, and not all clients at once.

use std::hash::{BuildHasher, RandomState};

use crate::KafkaError;
use crate::config::{Keys, invalid};

/// `sasl.login.refresh.*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Refresh {
    /// The part of a token's life after which it is refreshed, in millionths.
    window: i64,
    /// At most so much is added to it, in millionths.
    jitter: i64,
    /// At least so long after a token came, in milliseconds.
    min_period: i64,
    /// At least so long before it expires, in milliseconds.
    buffer: i64,
}

const MILLION: i64 = 1_000_000;

impl Refresh {
    pub(super) fn parse(keys: &Keys<'_>) -> Result<Self, KafkaError> {
        Ok(Refresh {
            window: fraction(keys, "sasl.login.refresh.window.factor", 0.8, 0.5, 1.0)?,
            jitter: fraction(keys, "sasl.login.refresh.window.jitter", 0.05, 0.0, 0.25)?,
            min_period: 1000 * i64::from(keys.int("sasl.login.refresh.min.period.seconds", 60, 0..=900)?),
            buffer: 1000 * i64::from(keys.int("sasl.login.refresh.buffer.seconds", 300, 0..=3600)?),
        })
    }

    /// When to refresh a token that came at `now` and lives from `start` (none: from now) to `end`.
    pub(super) fn at(&self, start: Option<i64>, end: i64, now: i64) -> i64 {
        // Seeded by the system, different at each call: enough to keep clients apart.
        let random = i64::try_from(RandomState::new().hash_one(0_u8) % 1_000_001).unwrap_or(0);
        self.at_random(start, end, now, random)
    }

    /// As `at`, with `random` millionths of the jitter.
    fn at_random(&self, start: Option<i64>, end: i64, now: i64, random: i64) -> i64 {
        let part = self.window + self.jitter * random / MILLION;
        let of_life = |from: i64| from.saturating_add(scaled(end.saturating_sub(from), part));
        if end.saturating_sub(now) < self.min_period + self.buffer {
            return of_life(now).min(end); // too short a life for minimum and buffer
        }
        let latest = end - self.buffer;
        of_life(start.unwrap_or(now)).min(latest).max(now + self.min_period)
    }
}

fn scaled(length: i64, millionths: i64) -> i64 {
    let product = i128::from(length) * i128::from(millionths) / i128::from(MILLION);
    i64::try_from(product).unwrap_or(i64::MAX)
}

fn fraction(keys: &Keys<'_>, key: &str, default: f64, min: f64, max: f64) -> Result<i64, KafkaError> {
    let text = keys.text(key);
    let value =
        text.map_or(Ok(default), |text| text.parse().map_err(|_| invalid(key, text, "Not a number of type DOUBLE")))?;
    let text = text.unwrap_or_default();
    if value.is_nan() || value < min {
        return Err(invalid(key, text, &format!("Value must be at least {min}")));
    }
    if value > max {
        return Err(invalid(key, text, &format!("Value must be no more than {max}")));
    }
    Ok((value * MILLION as f64).round() as i64)
}

#[cfg(test)]
mod tests {
    use connect_config::Props;

    use super::*;

    fn parse(entries: &[(&str, &str)]) -> Result<Refresh, String> {
        let props: Props = entries.iter().copied().collect();
        Refresh::parse(&Keys::new(&props)).map_err(|error| error.to_string())
    }

    #[test]
    fn refreshes_between_the_window_and_the_buffer() {
        let refresh = parse(&[]).unwrap();
        const SECOND: i64 = 1000;
        for (start, end, now, random, want) in [
            (Some(0), 10_000, 0, 0, 8_000),
            (Some(0), 10_000, 0, MILLION, 8_500),
            (None, 10_000, 0, 0, 8_000),
            (Some(0), 10_000, 5_000, 0, 8_000), // counts from the token's start, not from its coming
            (Some(0), 10_000, 9_700, 0, 9_940), // less than both minimums left: a part of what is left
            (Some(0), 1_000, 0, MILLION, 700),  // the buffer of five minutes wins
            (Some(0), 10_000, 9_000, 0, 9_060), // at once would be sooner than the minimum period
            (Some(0), 200, 0, 0, 160),
            (Some(0), 100, 500, 0, 100), // expired: due
        ] {
            let got = refresh.at_random(start.map(|at: i64| at * SECOND), end * SECOND, now * SECOND, random);
            assert_eq!(got, want * SECOND, "{start:?} to {end} at {now}");
        }
        assert_eq!(refresh.at_random(Some(0), i64::MAX, 0, 0), i64::MAX / 10 * 8 + 5);
    }

    #[test]
    fn refuses_what_java_refuses() {
        for (key, value, want) in [
            ("sasl.login.refresh.window.factor", "0.4", "Value must be at least 0.5"),
            ("sasl.login.refresh.window.factor", "NaN", "Value must be at least 0.5"),
            ("sasl.login.refresh.window.factor", "x", "Not a number of type DOUBLE"),
            ("sasl.login.refresh.window.jitter", "0.3", "Value must be no more than 0.25"),
            ("sasl.login.refresh.buffer.seconds", "3601", "Value must be no more than 3600"),
        ] {
            let want = format!("Invalid value {value} for configuration {key}: {want}");
            assert_eq!(parse(&[(key, value)]), Err(want));
        }
    }
}
