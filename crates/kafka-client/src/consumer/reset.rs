//! `auto.offset.reset`: where to start without a committed offset, or when it is gone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::offsets::At;
use crate::KafkaError;
use crate::config::{invalid, parse_duration};

/// `auto.offset.reset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetReset {
    Earliest,
    Latest,
    /// Poll fails instead.
    None,
    /// `by_duration:PT1H`: the first record that is not older; without one, the end of the log.
    ByDuration(Duration),
}

impl OffsetReset {
    pub(super) fn parse(text: &str) -> Result<Self, KafkaError> {
        Ok(match text {
            "earliest" => Self::Earliest,
            "latest" => Self::Latest,
            "none" => Self::None,
            other => match other.strip_prefix("by_duration:").and_then(parse_duration) {
                Some(age) => Self::ByDuration(age),
                None => return Err(unknown(text)),
            },
        })
    }

    /// What the leader is asked for; nothing is for [`None`](Self::None).
    pub(super) fn at(self, now: SystemTime) -> At {
        match self {
            Self::Earliest => At::Beginning,
            Self::Latest | Self::None => At::End,
            Self::ByDuration(age) => {
                let since = now.checked_sub(age).and_then(|then| then.duration_since(UNIX_EPOCH).ok());
                At::Timestamp(since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0))
            }
        }
    }
}

fn unknown(text: &str) -> KafkaError {
    let why = format!(
        "Invalid value `{text}` for configuration auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or \
         of the format 'by_duration:<PnDTnHnMn.nS.>'."
    );
    invalid("auto.offset.reset", text, &why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_as_java_writes_them() {
        for (text, want) in [
            ("earliest", Some(OffsetReset::Earliest)),
            ("by_duration:P1D", Some(OffsetReset::ByDuration(Duration::from_secs(86_400)))),
            ("by_duration:pt1.5s", Some(OffsetReset::ByDuration(Duration::from_millis(1_500)))),
            ("LATEST", None),
            ("by_duration", None),
            ("by_duration:", None),
            ("by_duration:-PT1S", None),
            ("BY_DURATION:PT1S", None),
        ] {
            let parsed = OffsetReset::parse(text).map_err(|error| error.to_string());
            let text_of_java = format!(
                "Invalid value {text} for configuration auto.offset.reset: Invalid value `{text}` for configuration \
                 auto.offset.reset. The value must be either 'earliest', 'latest', 'none' or of the format \
                 'by_duration:<PnDTnHnMn.nS.>'."
            );
            assert_eq!(parsed, want.ok_or(text_of_java));
        }
    }

    #[test]
    fn ages_reach_back_to_1970_at_most() {
        let now = UNIX_EPOCH + Duration::from_secs(100);
        for (age, want) in [(0, 100_000), (40, 60_000), (101, 0), (u64::MAX, 0)] {
            assert_eq!(OffsetReset::ByDuration(Duration::from_secs(age)).at(now), At::Timestamp(want), "{age}");
        }
    }
}
