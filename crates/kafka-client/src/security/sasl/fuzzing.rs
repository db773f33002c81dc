//! What is said in an authentication, for the fuzz targets.

use super::{jaas, oauth, scram};

/// A login configuration.
pub(crate) fn jaas(bytes: &[u8]) {
    jaas::read_any(&String::from_utf8_lossy(bytes));
}

/// The broker's side of SCRAM.
pub(crate) fn scram(bytes: &[u8]) {
    scram::answer_any(bytes);
}

/// Tokens, and what endpoints answer.
pub(crate) fn oauth(bytes: &[u8]) {
    oauth::read_any(bytes);
}
