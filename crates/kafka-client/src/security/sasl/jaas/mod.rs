//! Who logs in and with what, in the syntax of Java's login configurations.
//! ```text
//! sasl.jaas.config                             ─▶ inline ─┐
//! KAFKA_OPTS: -Djava.security.auth.login.config ─▶ file   ─┴─▶ LoginModule: class, options
//! ```
//! Start at [`load`]. A module is never loaded: its class only tells which mechanism its options are for.

mod file;
mod inline;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;

use crate::KafkaError;
use crate::config::Keys;
use crate::security::secret::Secret;
use crate::security::system_properties::SystemProperties;

/// One entry: a class and its options.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LoginModule {
    /// Java's class name.
    pub(super) class: String,
    options: BTreeMap<String, Secret>,
}

impl LoginModule {
    /// The value of an option.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(Secret::reveal)
    }

    /// All options, by name.
    pub(super) fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options.iter().map(|(name, value)| (name.as_str(), value.reveal()))
    }
}

/// The login modules for clients: one from `sasl.jaas.config`, or those of `KafkaClient` in the file.
/// # Errors
/// [`KafkaError::Config`] with Java's text.
pub(super) fn load(keys: &Keys<'_>, system: &SystemProperties) -> Result<Vec<LoginModule>, KafkaError> {
    let modules = match keys.text("sasl.jaas.config") {
        None => return file::load(system),
        Some(text) => inline::parse(text).map_err(|why| KafkaError::config(format!("sasl.jaas.config: {why}")))?,
    };
    match modules.len() {
        1 => Ok(modules),
        count => {
            Err(KafkaError::config(format!("JAAS config property contains {count} login modules, should be 1 module")))
        }
    }
}

/// Reads text in both syntaxes, for the fuzz targets.
#[cfg(any(test, feature = "fuzzing"))]
pub(in super::super) fn read_any(text: &str) {
    let _ = inline::parse(text);
    let _ = file::parse(text, &SystemProperties::parse("-Da=b"));
}

/// Which of the four it is changes nothing for a single module.
fn is_control_flag(text: &str) -> bool {
    ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"].iter().any(|flag| flag.eq_ignore_ascii_case(text))
}
