//! PLAIN: name and password in one message. The first part, who to act for, stays empty as in Java.

use bytes::Bytes;

use crate::KafkaError;

/// # Errors
/// [`KafkaError::Config`] if a part has the character that separates the parts.
pub(super) fn check(username: &str, password: &str) -> Result<(), KafkaError> {
    match username.contains('\0') || password.contains('\0') {
        true => Err(KafkaError::config("sasl.jaas.config: username and password for PLAIN cannot hold NUL")),
        false => Ok(()),
    }
}

pub(super) fn message(username: &str, password: &str) -> Bytes {
    format!("\0{username}\0{password}").into()
}
