//! Why a store could not be used.

use std::io;

/// Names no path and no secret: whoever asked for the store knows which one it was.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is not there, or may not be read.
    #[error("the file cannot be read: {0}")]
    Read(#[from] io::Error),
    /// There is no regular file; the text says what there is instead.
    #[error("the file cannot be read: {0}")]
    NotAFile(String),
    /// The file is larger than any store.
    #[error("the file is larger than {} MiB", super::FILE_BYTES_MAX >> 20)]
    TooLarge,
    /// A check sum over the store and its password does not match.
    #[error("Keystore was tampered with, or password was incorrect")]
    Password,
    /// The store was opened, a key in it was not.
    #[error("Cannot recover key: the key's password is wrong; set ssl.key.password if it is not the store's")]
    KeyPassword,
    /// A password is needed, and there is none.
    #[error("{0}")]
    NoPassword(&'static str),
    /// It is not what its type says.
    #[error("Invalid keystore format: {0}")]
    Format(String),
    /// It is well formed, and uses something that this client does not read; the text says what to do.
    #[error("{0}")]
    Unsupported(String),
    /// There is no certificate to trust.
    #[error(
        "the trust store holds no trusted certificate: import one with `keytool -importcert`, which marks it as trusted"
    )]
    Empty,
    /// The system's own certificates.
    #[error("no trusted certificates of the system can be read ({0}): set ssl.truststore.location")]
    System(String),
}

impl StoreError {
    pub(super) fn format(what: impl Into<String>) -> Self {
        StoreError::Format(what.into())
    }
}
