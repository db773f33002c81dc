//! PKCS #12 stores, of keytool or OpenSSL.
//!
//! Certificates count as trusted if they carry Java's attribute for it, as `keytool -importcert` writes it.

use connect_config::Password;
use p12_keystore::{Certificate, CertificateBag, Pkcs12Archive, PrivateKeyBag};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Identity, StoreError, work};

/// As many as Java takes for one part of a store; here, for all of them together: some seconds at the most.
const ROUNDS_MAX: u64 = 5_000_000;
/// No chain is longer.
const CHAIN_MAX: usize = 32;

/// The private keys, each with its chain. One that has no certificate is of no use and left out.
pub(super) fn identities(
    bytes: &[u8],
    password: Option<&Password>,
    key_password: Option<&Password>,
) -> Result<Vec<Identity>, StoreError> {
    if password != key_password {
        let what = "a PKCS12 store whose keys have a password of their own is not read: leave ssl.key.password out, or \
                    give the store and its keys one password";
        return Err(StoreError::Unsupported(what.to_owned()));
    }
    let archive = open(bytes, password)?;
    Ok(archive.keys.iter().filter_map(|key| identity(key, &archive.certs)).collect())
}

/// The certificates marked as trusted, and those of the private keys.
pub(super) fn trusted(bytes: &[u8], password: Option<&Password>) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let archive = open(bytes, password)?;
    let marked = archive.certs.iter().filter(|bag| bag.trusted).map(|bag| der(&bag.cert));
    let own = archive.keys.iter().filter_map(|key| leaf(key, &archive.certs)).map(|bag| der(&bag.cert));
    Ok(marked.chain(own).collect())
}

fn open(bytes: &[u8], password: Option<&Password>) -> Result<Pkcs12Archive, StoreError> {
    use p12_keystore::error::Error;
    check_work(bytes)?;
    let text = password.map_or("", Password::value);
    Pkcs12Archive::from_pkcs12(bytes, text).map_err(|error| match error {
        Error::MacError(_) if password.is_none() => StoreError::NoPassword(
            "the PKCS12 store has a password: set it as ssl.keystore.password or ssl.truststore.password",
        ),
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => StoreError::Password,
        Error::UnsupportedEncryptionScheme | Error::UnsupportedMacAlgorithm | Error::InvalidParameters => {
            StoreError::Unsupported(
                "the PKCS12 store is protected in a way that is not read: convert it with `keytool -importkeystore`"
                    .to_owned(),
            )
        }
        other => StoreError::format(other.to_string()),
    })
}

/// Before the work is done.
fn check_work(bytes: &[u8]) -> Result<(), StoreError> {
    let rounds = work::rounds(bytes);
    let why = match (rounds > ROUNDS_MAX, work::has_scrypt(bytes)) {
        (true, _) => format!("hashes its password {rounds} times, and {ROUNDS_MAX} is the limit"),
        (_, true) => "uses scrypt, which is not read".to_owned(),
        _ => return Ok(()),
    };
    Err(StoreError::Unsupported(format!("the PKCS12 store {why}: convert it with `keytool -importkeystore`")))
}

fn identity(key: &PrivateKeyBag, certificates: &[CertificateBag]) -> Option<Identity> {
    let leaf = leaf(key, certificates)?;
    let mut chain = vec![&leaf.cert];
    while let Some(issuer) = chain.last().and_then(|last| issuer(last, certificates)) {
        if chain.contains(&issuer) || chain.len() == CHAIN_MAX {
            break;
        }
        chain.push(issuer);
    }
    Some(Identity {
        alias: key.friendly_name.clone().unwrap_or_default(),
        chain: chain.into_iter().map(der).collect(),
        key: PrivateKeyDer::Pkcs8(key.key.as_der().to_vec().into()),
    })
}

/// The certificate that belongs to a key.
fn leaf<'a>(key: &PrivateKeyBag, certificates: &'a [CertificateBag]) -> Option<&'a CertificateBag> {
    let id = key.local_key_id.as_ref()?;
    certificates.iter().find(|bag| bag.local_key_id.as_deref() == Some(id.as_ref()))
}

fn issuer<'a>(of: &Certificate, certificates: &'a [CertificateBag]) -> Option<&'a Certificate> {
    let mut others = certificates.iter().map(|bag| &bag.cert);
    others.find(|other| other.subject() == of.issuer()).filter(|_| of.subject() != of.issuer())
}

fn der(certificate: &Certificate) -> CertificateDer<'static> {
    CertificateDer::from(certificate.as_der().to_vec())
}
