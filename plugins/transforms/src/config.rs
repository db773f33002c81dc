//! What the configurations of several transformations share.

use connect_api::ConnectError;
use connect_config::{
    ConfigDef, ConfigException, ConfigKey, ConfigType, Importance, Parsed, ParsedConfig, Props, Validator,
};
use java_text::MatchError;

pub(crate) const REPLACE_NULL_WITH_DEFAULT: &str = "replace.null.with.default";

pub(crate) fn replace_null_with_default() -> ConfigKey {
    ConfigKey::new(REPLACE_NULL_WITH_DEFAULT, ConfigType::Boolean)
        .default(true)
        .doc("Whether a field that is null takes the default value of its schema, if there is one.")
}

pub(crate) fn string(name: &str, importance: Importance, doc: &str) -> ConfigKey {
    ConfigKey::new(name, ConfigType::String).importance(importance).doc(doc)
}

pub(crate) fn list(name: &str, importance: Importance, doc: &str) -> ConfigKey {
    ConfigKey::new(name, ConfigType::List).importance(importance).doc(doc)
}

/// # Errors
/// What Java would have raised first.
pub(crate) fn parse(def: &ConfigDef, configs: &Props) -> Result<ParsedConfig, ConnectError> {
    def.parse(configs).map_err(raised)
}

pub(crate) fn raised(e: ConfigException) -> ConnectError {
    ConnectError::new(e.java_class(), e.message())
}

/// The boolean that every transformation over structs has.
/// # Errors
/// It is there, and null.
pub(crate) fn replaces_null(parsed: &ParsedConfig) -> Result<bool, ConnectError> {
    parsed.boolean(REPLACE_NULL_WITH_DEFAULT).ok_or_else(|| null_pointer(REPLACE_NULL_WITH_DEFAULT))
}

/// A key that is there with a null value where Java goes on to use the value.
pub(crate) fn null_pointer(key: &str) -> ConnectError {
    ConnectError::new("java.lang.NullPointerException", format!("{key} is null"))
}

/// A list with at least one item.
#[derive(Debug)]
pub(crate) struct NonEmptyList;

impl Validator for NonEmptyList {
    fn ensure_valid(&self, name: &str, value: &Parsed) -> Result<(), ConfigException> {
        match value.as_list() {
            Some([_, ..]) => Ok(()),
            _ => Err(ConfigException::invalid(name, value, "Empty list")),
        }
    }

    fn describe(&self) -> String {
        "non-empty list".to_owned()
    }
}

/// Why a topic could not be matched or changed.
pub(crate) fn match_error(error: MatchError) -> ConnectError {
    let message = error.to_string();
    match error {
        MatchError::IndexOutOfBounds(_) => ConnectError::new("java.lang.IndexOutOfBoundsException", message),
        MatchError::IllegalArgument(_) => ConnectError::new("java.lang.IllegalArgumentException", message),
        _ => ConnectError::data(message),
    }
}

/// What a validator of pairs says that it accepts.
pub(crate) const PAIRS: &str = "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>";

/// `String.split(":")`: empty parts at the end are dropped, but a text without a colon is one part, even if empty.
pub(crate) fn split_pair(text: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split(':').collect();
    while parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    // A text of colons alone has no parts.
    if text.starts_with(':') && parts == [""] { Vec::new() } else { parts }
}

pub(crate) fn invalid_pair(all: &Parsed, pair: &str) -> ConfigException {
    ConfigException::invalid("renames", all, format_args!("Invalid rename mapping: {pair}"))
}
