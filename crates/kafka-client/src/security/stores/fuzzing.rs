//! Bytes as every kind of store, for the fuzz targets.

use connect_config::Password;
use rustls::pki_types::PrivateKeyDer;

use super::{ec, jks, key, pem, pkcs12, work};

/// More would only be more of the same.
const ROUNDS_MAX: u64 = 20_000;

/// Reads bytes as every kind of store, but for those that take long; it is enough that each read ends.
pub(crate) fn read_any(bytes: &[u8]) {
    let (password, key_password) = (Password::new("secret1"), Password::new("secret2"));
    let text = String::from_utf8_lossy(bytes);
    let _ = pem::certificates(&text);
    let _ = ec::completed(PrivateKeyDer::Pkcs8(bytes.to_vec().into()), &bytes.into());
    for password in [Some(&password), None] {
        let _ = jks::identities(bytes, password, Some(&key_password));
        let _ = jks::trusted(bytes, password);
        if work::rounds(bytes) <= ROUNDS_MAX {
            let _ = pkcs12::identities(bytes, password, password);
            let _ = pkcs12::trusted(bytes, password);
        }
    }
    let _ = pem::identity(&text, &text, None);
    if work::rounds(bytes) <= ROUNDS_MAX {
        let _ = key::decrypt(bytes, &password);
    }
}
