//! Encrypted PKCS #8 private keys, as `openssl pkcs8` and PKCS12 stores hold them.

use connect_config::Password;
use pkcs8::der::Decode;
use pkcs8::pkcs5::{EncryptionScheme, pbes2};
use pkcs8::{EncryptedPrivateKeyInfoRef, pkcs5};
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::StoreError;

/// More would only keep the reader busy; tools write 2,048 to 1,000,000.
const ITERATIONS_MAX: u32 = 5_000_000;

/// Decrypts an `EncryptedPrivateKeyInfo`.
pub(super) fn decrypt(der: &[u8], password: &Password) -> Result<PrivatePkcs8KeyDer<'static>, StoreError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| unsupported())?;
    check(&info.encryption_algorithm)?;
    match info.encryption_algorithm.decrypt(password.value(), info.encrypted_data.as_bytes()) {
        Ok(key) if is_sequence(&key) => Ok(key.into()),
        Ok(_) | Err(pkcs5::Error::DecryptFailed) => Err(StoreError::KeyPassword),
        Err(_) => Err(unsupported()),
    }
}

/// What was decrypted with a wrong password is padded well by chance now and then; it is not DER then.
fn is_sequence(der: &[u8]) -> bool {
    pkcs8::PrivateKeyInfoRef::from_der(der).is_ok()
}

fn check(scheme: &EncryptionScheme) -> Result<(), StoreError> {
    let parameters = scheme.pbes2().ok_or_else(unsupported)?;
    match &parameters.kdf {
        pbes2::Kdf::Pbkdf2(kdf) if kdf.iteration_count <= ITERATIONS_MAX => Ok(()),
        pbes2::Kdf::Pbkdf2(kdf) => {
            let count = kdf.iteration_count;
            Err(StoreError::Unsupported(format!(
                "the key's password is hashed {count} times; {ITERATIONS_MAX} is the limit"
            )))
        }
        _ => Err(unsupported()),
    }
}

fn unsupported() -> StoreError {
    let what =
        "the private key is encrypted in a way that is not read: convert it with `openssl pkcs8 -topk8 -v2 aes256`";
    StoreError::Unsupported(what.to_owned())
}
