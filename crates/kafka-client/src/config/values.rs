//! Typed reads from properties that their declaration has accepted.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use connect_config::validators::{OrNull, ValidList};
use connect_config::{ConfigDef, Parsed, ParsedConfig, Props};

use super::def::{ClientKind, refuse};
use crate::KafkaError;

/// The values of one client's properties: types, defaults and ranges are those of its [`ClientKind::def`].
///
/// The reads cannot fail: what is wrong was said by [`parse`](Self::parse). One of a key that the declaration has not, or
/// has with another type, is a mistake of the code, and gives nothing.
#[derive(Debug)]
pub struct Values {
    parsed: ParsedConfig,
}

impl Values {
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, in the order of Java's declaration, and then for the
    /// first that must not be ignored.
    pub fn parse(kind: ClientKind, props: &Props) -> Result<Self, KafkaError> {
        let parsed = declaration(kind).parse(props).map_err(|error| KafkaError::config(error.to_string()))?;
        refuse(kind, props)?;
        Ok(Values { parsed })
    }

    /// Whether the user said something about the key.
    pub fn is_given(&self, key: &str) -> bool {
        self.parsed.originals().get(key).is_some()
    }

    /// A STRING; none for null and for the empty one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.parsed.string(key).filter(|text| !text.is_empty())
    }

    /// Whether a CLASS is named.
    pub fn has_class(&self, key: &str) -> bool {
        self.parsed.class(key).is_some()
    }

    /// An INT.
    pub fn int(&self, key: &str) -> i32 {
        self.parsed.int(key).unwrap_or_default()
    }

    /// A LONG, or an INT.
    pub fn long(&self, key: &str) -> i64 {
        match self.parsed.get(key) {
            Some(Parsed::Int(value)) => (*value).into(),
            Some(Parsed::Long(value)) => *value,
            _ => 0,
        }
    }

    /// A number as a size; a negative one is 0.
    pub fn size(&self, key: &str) -> usize {
        usize::try_from(self.long(key)).unwrap_or(0)
    }

    /// A number of milliseconds; a negative one is 0.
    pub fn millis(&self, key: &str) -> Duration {
        self.millis_or_never(key).unwrap_or_default()
    }

    /// A number of milliseconds; a negative one means "never".
    pub fn millis_or_never(&self, key: &str) -> Option<Duration> {
        u64::try_from(self.long(key)).ok().map(Duration::from_millis)
    }

    /// A BOOLEAN.
    pub fn boolean(&self, key: &str) -> bool {
        self.parsed.boolean(key).unwrap_or_default()
    }

    /// A LIST.
    pub fn list(&self, key: &str) -> &[String] {
        self.parsed.list(key).unwrap_or_default()
    }

    /// What one of a few words stands for, in any case; `words` begins with what holds where the key has none of them.
    pub fn choice<T: Copy, const N: usize>(&self, key: &str, words: [(&str, T); N]) -> T {
        let text = self.parsed.string(key).unwrap_or_default();
        let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.unwrap_or(&words[0]).1
    }
}

/// The declaration without its demands: Java's clients get (de)serializers from their makers, ours have none; and where the
/// cluster is matters to [`ClientConfig`](super::ClientConfig) alone.
fn declaration(kind: ClientKind) -> &'static ConfigDef {
    static DEFS: LazyLock<[ConfigDef; 3]> = LazyLock::new(|| ClientKind::ALL.map(without_demands));
    &DEFS[kind as usize]
}

fn without_demands(kind: ClientKind) -> ConfigDef {
    let mut def = kind.def().clone();
    let required: Vec<String> = def.keys().filter(|key| key.is_required()).map(|key| key.name.clone()).collect();
    for name in required {
        let Some(key) = def.get_mut(&name) else { continue };
        key.default = Some(Parsed::Null);
        if name == "bootstrap.servers" {
            key.validator = Some(Arc::new(OrNull(ValidList::any_non_duplicate_values(false, false))));
        }
    }
    def
}
