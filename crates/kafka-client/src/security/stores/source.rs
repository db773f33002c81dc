//! Where a store is, and what it turns out to be.

use std::path::{Path, PathBuf};

use connect_config::Password;

use super::{FILE_BYTES_MAX, StoreError};
use crate::security::file::{self, FileError};

/// Where private keys are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeySource {
    /// A store's file.
    File {
        /// The store.
        file: StoreFile,
        /// The keys' own password; none means the store's.
        key_password: Option<Password>,
    },
    /// PEM text.
    Pem {
        /// `CERTIFICATE` blocks, the key's own first.
        chain: Password,
        /// One `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY` block.
        key: Password,
        /// For an encrypted key.
        key_password: Option<Password>,
    },
}

/// Where trusted certificates are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TrustSource {
    /// A store's file.
    File(StoreFile),
    /// PEM text: `CERTIFICATE` blocks.
    Pem(Password),
    /// What the operating system trusts.
    System,
}

/// A file and how to open it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoreFile {
    /// The file.
    pub path: PathBuf,
    /// What it is said to be.
    pub store_type: StoreType,
    /// The store's password.
    pub password: Option<Password>,
}

/// `ssl.keystore.type` and `ssl.truststore.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoreType {
    /// Java's own format; as in Java, a PKCS12 file is read as well.
    Jks,
    /// PKCS #12; as in Java, a JKS file is read as well.
    Pkcs12,
    /// Text with `-----BEGIN …-----` blocks.
    Pem,
}

/// What the bytes of a file are.
pub(super) enum Format {
    Jks,
    Pkcs12,
    Pem(String),
}

impl StoreType {
    /// The type of that name, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Jks, Self::Pkcs12, Self::Pem];
        all.into_iter().find(|known| known.name().eq_ignore_ascii_case(name))
    }

    /// Java's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jks => "JKS",
            Self::Pkcs12 => "PKCS12",
            Self::Pem => "PEM",
        }
    }
}

impl KeySource {
    /// The file whose change makes another load worthwhile.
    pub fn path(&self) -> Option<&Path> {
        match self {
            KeySource::File { file, .. } => Some(&file.path),
            KeySource::Pem { .. } => None,
        }
    }
}

impl TrustSource {
    /// The file whose change makes another load worthwhile.
    pub fn path(&self) -> Option<&Path> {
        match self {
            TrustSource::File(file) => Some(&file.path),
            TrustSource::Pem(_) | TrustSource::System => None,
        }
    }
}

impl StoreFile {
    pub(super) fn format(&self, bytes: &[u8]) -> Result<Format, StoreError> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN"));
        match (self.store_type, text) {
            (StoreType::Pem, _) => Ok(Format::Pem(String::from_utf8_lossy(bytes).into_owned())),
            (_, Some(_)) => Err(StoreError::format("this is a PEM file; set the store's type to PEM")),
            (_, None) => binary(bytes),
        }
    }
}

fn binary(bytes: &[u8]) -> Result<Format, StoreError> {
    match bytes {
        [0xfe, 0xed, 0xfe, 0xed, ..] => Ok(Format::Jks),
        [0xce, 0xce, 0xce, 0xce, ..] => Err(StoreError::Unsupported(
            "JCEKS stores are not read: convert it with `keytool -importkeystore -deststoretype PKCS12`".to_owned(),
        )),
        [0x30, ..] => Ok(Format::Pkcs12),
        [] => Err(StoreError::format("the file is empty")),
        _ => Err(StoreError::format("this is neither a JKS nor a PKCS12 file")),
    }
}

/// The whole file, if it is one and not too large to be a store.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    file::read(path, FILE_BYTES_MAX).map_err(|error| match error {
        FileError::Io(error) => StoreError::Read(error),
        FileError::Directory | FileError::Special => StoreError::NotAFile(error.to_string()),
        FileError::TooLarge(_) => StoreError::TooLarge,
    })
}
