//! The text of SCRAM's messages. A frame bounds their size.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A name as SCRAM writes it: comma and equals sign have a meaning of their own.
pub(super) fn saslname(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

/// The broker's first message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ServerFirst<'a> {
    pub(super) nonce: &'a str,
    pub(super) salt: Vec<u8>,
    pub(super) rounds: u32,
}

impl<'a> ServerFirst<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        let wrong = || "Invalid SCRAM server first message format".to_owned();
        let mut parts = text.split(',');
        let mut part = |name: &str| parts.next().and_then(|part| part.strip_prefix(name)).ok_or_else(wrong);
        let (nonce, salt, rounds) = (part("r=")?, part("s=")?, part("i=")?);
        let is_printable = !nonce.is_empty() && nonce.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        let salt = STANDARD.decode(salt).ok().filter(|_| is_printable).ok_or_else(wrong)?;
        let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0);
        let rounds = rounds.ok_or("Invalid SCRAM server first message format: invalid iterations")?;
        Ok(ServerFirst { nonce, salt, rounds })
    }
}

/// The signature in the broker's last message, or the error that is there instead.
pub(super) fn server_signature(text: &str) -> Result<Vec<u8>, String> {
    let part = text.split(',').next().unwrap_or_default();
    if let Some(error) = part.strip_prefix("e=") {
        return Err(error.to_owned());
    }
    let signature = part.strip_prefix("v=").and_then(|signature| STANDARD.decode(signature).ok());
    signature.ok_or_else(|| "Invalid SCRAM server final message format".to_owned())
}
