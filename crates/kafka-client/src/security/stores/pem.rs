//! PEM blocks, found the lenient way Java finds them: line breaks may be missing or have become spaces.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connect_config::Password;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Identity, StoreError, key};

/// One block.
struct Block<'a> {
    label: &'a str,
    body: &'a str,
}

/// The certificates of a text, in order.
pub(super) fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let wanted = blocks(text).filter(|block| block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE");
    let certificates: Vec<_> =
        wanted.map(|block| block.decode().map(CertificateDer::from)).collect::<Result<_, _>>()?;
    match certificates.is_empty() {
        true => Err(StoreError::format("At least one certificate expected, but none found")),
        false => Ok(certificates),
    }
}

/// The private key of one text with the certificates of another, which may be the same.
pub(super) fn identity(chain: &str, key: &str, password: Option<&Password>) -> Result<Identity, StoreError> {
    let chain = certificates(chain)?;
    Ok(Identity { alias: String::new(), chain, key: private_key(key, password)? })
}

fn private_key(text: &str, password: Option<&Password>) -> Result<PrivateKeyDer<'static>, StoreError> {
    let block = blocks(text).find(|block| block.label.ends_with("PRIVATE KEY"));
    let block = block.ok_or_else(|| StoreError::format("Private key not provided"))?;
    if block.body.contains("ENCRYPTED") {
        let hint = "convert it with `openssl pkcs8 -topk8 -v2 aes256`";
        return Err(StoreError::Unsupported(format!("this encryption of a private key is not read: {hint}")));
    }
    let der = block.decode()?;
    match (block.label, password) {
        ("RSA PRIVATE KEY", _) => Ok(PrivateKeyDer::Pkcs1(der.into())),
        ("EC PRIVATE KEY", _) => Ok(PrivateKeyDer::Sec1(der.into())),
        ("ENCRYPTED PRIVATE KEY", Some(password)) => key::decrypt(&der, password).map(PrivateKeyDer::Pkcs8),
        ("ENCRYPTED PRIVATE KEY", None) => {
            Err(StoreError::NoPassword("the private key is encrypted: set ssl.key.password"))
        }
        _ => Ok(PrivateKeyDer::Pkcs8(der.into())),
    }
}

/// Every block that begins and ends; text around them is a comment.
fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, after) = rest.split_once("-----BEGIN ")?;
        let (label, after) = after.split_once("-----")?;
        let (body, after) = after.split_once("-----END ")?;
        rest = after;
        Some(Block { label: label.trim(), body })
    })
}

impl Block<'_> {
    fn decode(&self) -> Result<Vec<u8>, StoreError> {
        let packed: Vec<u8> = self.body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let wrong = |_| StoreError::format(format!("the block {} is not base64", self.label));
        STANDARD.decode(packed).map_err(wrong)
    }
}
