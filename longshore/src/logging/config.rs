//! The log's keys in the worker's properties file.

use connect_config::{ConfigDef, Props};

/// How the log is written.
#[derive(Debug, Clone, ConfigDef)]
pub(crate) struct LogConfig {
    /// One line an event: `text` as Apache's log4j configuration lays it out, or `json`, an object a line.
    #[config(name = "longshore.log.format", default = "text", importance = Low,
             validate = ValidString::one_of(["text", "json"]))]
    format: String,
}

/// How an event is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

impl LogConfig {
    /// The format that a worker's file asks for; text for a wrong one, which [`LogConfig::parse`] then refuses.
    pub(crate) fn format(worker: &Props) -> Format {
        let config = Self::parse(worker).ok();
        if config.is_some_and(|config| config.format == "json") { Format::Json } else { Format::Text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_format_is_written_as_text_until_it_is_refused() {
        for (value, want, valid) in [
            (None, Format::Text, true),
            (Some("text"), Format::Text, true),
            (Some("json"), Format::Json, true),
            (Some("JSON"), Format::Text, false),
            (Some(""), Format::Text, false),
        ] {
            let props: Props = value.map(|value| ("longshore.log.format", value)).into_iter().collect();
            assert_eq!((LogConfig::format(&props), LogConfig::parse(&props).is_ok()), (want, valid), "{value:?}");
        }
    }
}
