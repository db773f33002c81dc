//! What follows from password, salt and rounds.

use std::num::NonZeroU32;

use ring::{digest, hmac, pbkdf2};

/// The hash of a mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) enum Hash {
    Sha256,
    Sha512,
}

impl Hash {
    pub(in super::super) fn mechanism(self) -> &'static str {
        match self {
            Hash::Sha256 => "SCRAM-SHA-256",
            Hash::Sha512 => "SCRAM-SHA-512",
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Hash::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Hash::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

/// The two keys of a conversation.
pub(super) struct Keys {
    hash: Hash,
    client: Vec<u8>,
    server: Vec<u8>,
}

impl Keys {
    pub(super) fn derive(hash: Hash, password: &str, salt: &[u8], rounds: NonZeroU32) -> Self {
        let mut salted = vec![0; hash.hmac().digest_algorithm().output_len()];
        pbkdf2::derive(hash.pbkdf2(), rounds, salt, password.as_bytes(), &mut salted);
        Keys { hash, client: sign(hash, &salted, "Client Key"), server: sign(hash, &salted, "Server Key") }
    }

    /// What shows the broker that the client knows the password.
    pub(super) fn proof(&self, signed: &str) -> Vec<u8> {
        let stored = digest::digest(self.hash.hmac().digest_algorithm(), &self.client);
        let signature = sign(self.hash, stored.as_ref(), signed);
        self.client.iter().zip(signature).map(|(key, sign)| key ^ sign).collect()
    }

    /// What shows the client that the broker does.
    pub(super) fn server_signature(&self, signed: &str) -> Vec<u8> {
        sign(self.hash, &self.server, signed)
    }
}

fn sign(hash: Hash, key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hash.hmac(), key), text.as_bytes()).as_ref().to_vec()
}
