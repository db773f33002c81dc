//! The one message of OAUTHBEARER (RFC 7628), and what follows a refusal.

use bytes::Bytes;

use crate::security::secret::Secret;

const SEPARATOR: char = '\u{1}';

/// Names and values that go beside the token.
pub(super) type Extensions = Vec<(String, Secret)>;

pub(super) fn message(token: &str, extensions: &Extensions) -> Bytes {
    let mut message = format!("n,,{SEPARATOR}auth=Bearer {token}{SEPARATOR}");
    for (name, value) in extensions {
        message.extend([name, "=", value.reveal()]);
        message.push(SEPARATOR);
    }
    message.push(SEPARATOR);
    message.into()
}

/// # Errors
/// Java's text, without the value.
pub(super) fn check(name: &str, value: &str) -> Result<(), String> {
    if name == "auth" {
        return Err("Extension name auth is invalid".to_owned());
    }
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(format!("Extension name {name} is invalid"));
    }
    let is_valid = |byte: u8| matches!(byte, 0x21..=0x7e | b' ' | b'\t' | b'\r' | b'\n');
    match !value.is_empty() && value.bytes().all(is_valid) {
        true => Ok(()),
        false => Err(format!("Extension value for extension {name} is invalid")),
    }
}

/// One authentication.
#[derive(Debug)]
pub(in super::super) struct Conversation {
    message: Message,
    refused: bool,
}

/// The message is the token.
struct Message(Bytes);

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

impl Conversation {
    pub(in super::super) fn new(message: Bytes) -> Self {
        Conversation { message: Message(message), refused: false }
    }

    pub(in super::super) fn first(&self) -> Bytes {
        self.message.0.clone()
    }

    /// An empty answer accepts the token. Any other refuses it, and wants a confirmation before it says so in Kafka's way.
    pub(in super::super) fn next(&mut self, answer: &[u8]) -> Result<Option<Bytes>, String> {
        if answer.is_empty() && !self.refused {
            return Ok(None);
        }
        match std::mem::replace(&mut self.refused, true) {
            false => Ok(Some(Bytes::from_static(b"\x01"))),
            true => Err("the broker refused the token and then went on".to_owned()),
        }
    }
}
