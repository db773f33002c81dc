//! What Java's clients check beyond a value's type.

use std::sync::Arc;

use connect_config::validators::{CaseInsensitiveValidString, Lambda, NonEmptyString, Range, ValidList, ValidString};
use connect_config::{ConfigException, Parsed, Validator};

use super::super::duration::parse_duration;

/// A check, as a constant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Valid {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    BetweenFractions(f64, f64),
    OneOf(&'static [&'static str]),
    OneOfInAnyCase(&'static [&'static str]),
    NonEmptyString,
    /// Items that differ; the list may be empty.
    List,
    NonEmptyList,
    /// `compression.gzip.level`.
    GzipLevel,
    /// `auto.offset.reset`.
    OffsetReset,
    /// One of two words in any case, for the keys of share groups.
    ShareMode(&'static [&'static str; 2]),
}

impl Valid {
    pub(super) fn validator(self) -> Option<Arc<dyn Validator>> {
        Some(match self {
            Valid::Any => return None,
            Valid::AtLeast(min) => Arc::new(Range::at_least(min)),
            Valid::Between(min, max) => Arc::new(Range::between(min, max)),
            Valid::BetweenFractions(min, max) => Arc::new(Range::between(min, max)),
            Valid::OneOf(words) => Arc::new(ValidString::one_of(words.iter().copied())),
            Valid::OneOfInAnyCase(words) => Arc::new(CaseInsensitiveValidString::one_of(words)),
            Valid::NonEmptyString => Arc::new(NonEmptyString),
            Valid::List => Arc::new(ValidList::any_non_duplicate_values(true, false)),
            Valid::NonEmptyList => Arc::new(ValidList::any_non_duplicate_values(false, false)),
            Valid::GzipLevel => Arc::new(Lambda::new("[1,...,9] or -1", check_gzip_level)),
            Valid::OffsetReset => {
                Arc::new(Lambda::new("[latest, earliest, none, by_duration:PnDTnHnMn.nS]", check_offset_reset))
            }
            Valid::ShareMode(words) => {
                let description = format!("[{}]", words.join(", "));
                Arc::new(Lambda::new(description, move |name: &str, value: &Parsed| {
                    check_share_mode(words, name, value)
                }))
            }
        })
    }
}

fn check_gzip_level(name: &str, value: &Parsed) -> Result<(), ConfigException> {
    match value.as_i32() {
        Some(-1 | 1..=9) => Ok(()),
        Some(_) => Err(ConfigException::invalid(name, value, "Value must be between 1 and 9 or equal to -1")),
        None => Err(ConfigException::invalid(name, value, "Value must be non-null")),
    }
}

fn check_offset_reset(name: &str, value: &Parsed) -> Result<(), ConfigException> {
    let by_duration = |text: &str| text.strip_prefix("by_duration:").is_some_and(|span| parse_duration(span).is_some());
    match value.as_str() {
        Some("latest" | "earliest" | "none") => Ok(()),
        Some(text) if by_duration(text) => Ok(()),
        _ => Err(invalid_twice(
            name,
            value,
            "be either 'earliest', 'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'",
        )),
    }
}

fn check_share_mode(words: &[&str; 2], name: &str, value: &Parsed) -> Result<(), ConfigException> {
    let known = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match value.as_str().is_some_and(known) {
        true => Ok(()),
        false => Err(invalid_twice(name, value, &format!("either be '{}' or '{}'", words[0], words[1]))),
    }
}

/// Some of Java's checks say within the reason once more what is invalid.
fn invalid_twice(name: &str, value: &Parsed, must: &str) -> ConfigException {
    let why = format!("Invalid value `{value}` for configuration {name}. The value must {must}.");
    ConfigException::invalid(name, value, why)
}
