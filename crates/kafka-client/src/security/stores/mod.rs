//! Private keys and trusted certificates, from wherever Java keeps them.
//! ```text
//! file ─▶ format (JKS, PKCS12, PEM) ─┬─▶ KeyMaterial    identities: a private key and its chain
//! PEM text of a property ────────────┘   TrustMaterial  certificates that are trusted as they are
//! ```
//! Start at [`KeyMaterial::load`] and [`TrustMaterial::load`]. Nothing here knows of TLS settings, or of which side of a
//! connection it is for. Every read is blocking, and bounded by [`FILE_BYTES_MAX`].

mod ec;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod jks;
mod key;
mod pem;
mod pkcs12;
mod source;
#[cfg(test)]
mod tests;
mod work;

use connect_config::Password;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use error::StoreError;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use fuzzing::read_any;
pub use source::{KeySource, StoreFile, StoreType, TrustSource};

use source::{Format, read};

/// A larger store is refused: it is something else that was named by mistake.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// Who this side may say that it is.
#[derive(Debug)]
pub struct KeyMaterial {
    /// In the order of the store; empty if it holds certificates only.
    pub identities: Vec<Identity>,
}

/// A private key and the certificates that vouch for it.
#[derive(Debug)]
pub struct Identity {
    /// The entry's alias; empty for PEM.
    pub alias: String,
    /// The key's own certificate first; not empty.
    pub chain: Vec<CertificateDer<'static>>,
    /// The key; its `Debug` does not show it.
    pub key: PrivateKeyDer<'static>,
}

/// Whom this side believes.
#[derive(Debug)]
pub struct TrustMaterial {
    /// CAs, and certificates of single peers; not empty.
    pub certificates: Vec<CertificateDer<'static>>,
}

impl KeyMaterial {
    /// Reads every private key of a store.
    /// # Errors
    /// The file cannot be read, the password is wrong, or its content is damaged or of a kind that is not read.
    pub fn load(source: &KeySource) -> Result<Self, StoreError> {
        let identities = match source {
            KeySource::Pem { chain, key, key_password } => {
                vec![pem::identity(chain.value(), key.value(), key_password.as_ref())?]
            }
            KeySource::File { file, key_password } => Self::of_file(file, key_password.as_ref())?,
        };
        Ok(KeyMaterial { identities: identities.into_iter().map(Identity::completed).collect() })
    }

    fn of_file(file: &StoreFile, key_password: Option<&Password>) -> Result<Vec<Identity>, StoreError> {
        let bytes = read(&file.path)?;
        let key_password = key_password.or(file.password.as_ref());
        match file.format(&bytes)? {
            Format::Pem(text) => Ok(vec![pem::identity(&text, &text, key_password)?]),
            Format::Jks => jks::identities(&bytes, file.password.as_ref(), key_password),
            Format::Pkcs12 => pkcs12::identities(&bytes, file.password.as_ref(), key_password),
        }
    }
}

impl Identity {
    fn completed(self) -> Self {
        let Identity { alias, chain, key } = self;
        let key = match chain.first() {
            Some(leaf) => ec::completed(key, leaf),
            None => key,
        };
        Identity { alias, chain, key }
    }
}

impl TrustMaterial {
    /// Reads every certificate of a store that is marked as trusted, and the certificates of its own keys.
    /// # Errors
    /// As [`KeyMaterial::load`]; and if there is no certificate at all, because nobody could be believed then.
    pub fn load(source: &TrustSource) -> Result<Self, StoreError> {
        let certificates = match source {
            TrustSource::System => return Self::of_system(),
            TrustSource::Pem(text) => pem::certificates(text.value())?,
            TrustSource::File(file) => Self::of_file(file)?,
        };
        match certificates.is_empty() {
            true => Err(StoreError::Empty),
            false => Ok(TrustMaterial { certificates }),
        }
    }

    fn of_file(file: &StoreFile) -> Result<Vec<CertificateDer<'static>>, StoreError> {
        let bytes = read(&file.path)?;
        match file.format(&bytes)? {
            Format::Pem(text) => pem::certificates(&text),
            Format::Jks => jks::trusted(&bytes, file.password.as_ref()),
            Format::Pkcs12 => pkcs12::trusted(&bytes, file.password.as_ref()),
        }
    }

    fn of_system() -> Result<Self, StoreError> {
        let found = rustls_native_certs::load_native_certs();
        match (found.certs.is_empty(), found.errors.first()) {
            (false, _) => Ok(TrustMaterial { certificates: found.certs }),
            (true, Some(error)) => Err(StoreError::System(error.to_string())),
            (true, None) => Err(StoreError::System("none was found".to_owned())),
        }
    }
}
