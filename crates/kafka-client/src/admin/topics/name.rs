//! What a topic may be called.

use crate::{ErrorCode, KafkaError};

const LENGTH_MAX: usize = 249;

/// Whether a broker would take this name.
/// # Errors
/// `INVALID_TOPIC_EXCEPTION` with Java's text, which says why not.
pub fn validate_topic_name(name: &str) -> Result<(), KafkaError> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let why = match name {
        "" => "the empty string is not allowed".to_owned(),
        "." => "'.' is not allowed".to_owned(),
        ".." => "'..' is not allowed".to_owned(),
        // Java counts UTF-16 units; only ASCII gets past the next rule anyway.
        _ if name.encode_utf16().count() > LENGTH_MAX => {
            format!("the length of '{name}' is longer than the max allowed length {LENGTH_MAX}")
        }
        _ if !name.chars().all(is_allowed) => {
            format!("'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")
        }
        _ => return Ok(()),
    };
    Err(KafkaError::refused(ErrorCode::INVALID_TOPIC_EXCEPTION, format!("Topic name is invalid: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_name() {
        let long = "x".repeat(250);
        for (name, want) in [
            ("orders.v1_a-B", None),
            (&long[..249], None),
            ("...", None),
            ("", Some("the empty string is not allowed".to_owned())),
            (".", Some("'.' is not allowed".to_owned())),
            ("..", Some("'..' is not allowed".to_owned())),
            (&long, Some(format!("the length of '{long}' is longer than the max allowed length 249"))),
            (
                "é",
                Some("'é' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'".to_owned()),
            ),
        ] {
            let got = validate_topic_name(name).err().map(|error| error.to_string());
            assert_eq!(got, want.map(|why| format!("Topic name is invalid: {why}")), "{name}");
        }
    }
}
