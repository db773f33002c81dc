//! Java's own store format.
//! ```text
//! magic, version, count, entries: (1: alias, date, protected key, chain) | (2: alias, date, certificate), SHA-1
//! ```
//! The check sum covers the password and all before it; a key is protected by a stream of SHA-1 blocks.

use connect_config::Password;
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::asn1_rs::{FromDer, OctetString, Oid, Sequence};

use super::{Identity, StoreError};

const SHA1_BYTES: usize = 20;
/// What the check sum begins with, after the password.
const SALT: &[u8] = b"Mighty Aphrodite";
/// The object id of the key protection, in DER without its tag: 1.3.6.1.4.1.42.2.17.1.1.
const PROTECTION: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];

enum Entry<'a> {
    Key { alias: String, protected: &'a [u8], chain: Vec<CertificateDer<'static>> },
    Trusted(CertificateDer<'static>),
}

/// The private keys, each with its chain.
pub(super) fn identities(
    bytes: &[u8],
    password: Option<&Password>,
    key_password: Option<&Password>,
) -> Result<Vec<Identity>, StoreError> {
    let mut identities = Vec::new();
    for entry in entries(bytes, password)? {
        if let Entry::Key { alias, protected, chain } = entry {
            let missing = || StoreError::NoPassword("the private key is protected: set ssl.keystore.password");
            let key = unprotect(protected, key_password.ok_or_else(missing)?)?;
            identities.push(Identity { alias, chain, key: PrivateKeyDer::Pkcs8(key.into()) });
        }
    }
    Ok(identities)
}

/// The trusted certificates, and the first of each key's chain. Without a password the check sum is not looked at.
pub(super) fn trusted(bytes: &[u8], password: Option<&Password>) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let entries = entries(bytes, password)?.into_iter();
    Ok(entries
        .filter_map(|entry| match entry {
            Entry::Trusted(certificate) => Some(certificate),
            Entry::Key { chain, .. } => chain.into_iter().next(),
        })
        .collect())
}

fn entries<'a>(bytes: &'a [u8], password: Option<&Password>) -> Result<Vec<Entry<'a>>, StoreError> {
    let cut_off = || StoreError::format("the JKS file is cut off");
    let (content, sum) = bytes.split_last_chunk::<SHA1_BYTES>().ok_or_else(cut_off)?;
    if password.is_some_and(|password| check_sum(password, content) != *sum) {
        return Err(StoreError::Password);
    }
    let mut reader = Reader(content);
    let (_magic, version, count) = (reader.int()?, reader.int()?, reader.int()?);
    if !matches!(version, 1 | 2) {
        return Err(StoreError::format(format!("JKS version {version} is unknown")));
    }
    // Every entry takes bytes of the file, so the count cannot make this loop long.
    (0..count).map(|_| reader.entry(version)).collect()
}

fn check_sum(password: &Password, content: &[u8]) -> [u8; SHA1_BYTES] {
    sha1(&[&wide(password), SALT, content])
}

/// XORs with SHA-1 blocks, each of the password and the block before it; the salt is the first.
fn unprotect(protected: &[u8], password: &Password) -> Result<Vec<u8>, StoreError> {
    let wrong = || StoreError::format("a key entry cannot be read");
    let payload = payload(protected).ok_or_else(wrong)?;
    let (salt, rest) = payload.split_first_chunk::<SHA1_BYTES>().ok_or_else(wrong)?;
    let (encrypted, check) = rest.split_last_chunk::<SHA1_BYTES>().ok_or_else(wrong)?;
    let (password, mut block) = (wide(password), *salt);
    let mut key = encrypted.to_vec();
    for chunk in key.chunks_mut(SHA1_BYTES) {
        block = sha1(&[&password, &block]);
        chunk.iter_mut().zip(block).for_each(|(byte, mask)| *byte ^= mask);
    }
    match sha1(&[&password, &key]) == *check {
        true => Ok(key),
        false => Err(StoreError::KeyPassword),
    }
}

/// The octets of an `EncryptedPrivateKeyInfo` with Java's algorithm.
fn payload(protected: &[u8]) -> Option<&[u8]> {
    let (_, info) = Sequence::from_der(protected).ok()?;
    let content = borrowed(info)?;
    let (rest, algorithm) = Sequence::from_der(content).ok()?;
    let (_, oid) = Oid::from_der(borrowed(algorithm)?).ok()?;
    let (_, octets) = OctetString::from_der(rest).ok()?;
    (oid.as_bytes() == PROTECTION).then_some(())?;
    match octets.into_cow() {
        std::borrow::Cow::Borrowed(bytes) => Some(bytes),
        std::borrow::Cow::Owned(_) => None,
    }
}

fn borrowed(sequence: Sequence<'_>) -> Option<&[u8]> {
    match sequence.content {
        std::borrow::Cow::Borrowed(bytes) => Some(bytes),
        std::borrow::Cow::Owned(_) => None,
    }
}

/// The password as Java hashes it: two bytes a character.
fn wide(password: &Password) -> Vec<u8> {
    password.value().encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn sha1(parts: &[&[u8]]) -> [u8; SHA1_BYTES] {
    let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    parts.iter().for_each(|part| context.update(part));
    let mut sum = [0; SHA1_BYTES];
    sum.copy_from_slice(context.finish().as_ref());
    sum
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn entry(&mut self, version: u32) -> Result<Entry<'a>, StoreError> {
        let kind = self.int()?;
        let alias = self.text()?;
        self.take(8)?; // when it was made
        match kind {
            1 => self.key(alias, version),
            2 => self.certificate(version).map(Entry::Trusted),
            other => Err(StoreError::format(format!("a JKS entry of kind {other} is unknown"))),
        }
    }

    fn key(&mut self, alias: String, version: u32) -> Result<Entry<'a>, StoreError> {
        let protected = self.sized()?;
        let count = self.int()?;
        let chain: Vec<_> = (0..count).map(|_| self.certificate(version)).collect::<Result<_, _>>()?;
        match chain.is_empty() {
            true => Err(StoreError::format("a private key has no certificate")),
            false => Ok(Entry::Key { alias, protected, chain }),
        }
    }

    fn certificate(&mut self, version: u32) -> Result<CertificateDer<'static>, StoreError> {
        let kind = if version == 1 { "X.509".to_owned() } else { self.text()? };
        let bytes = self.sized()?;
        match kind.as_str() {
            "X.509" | "X509" => Ok(CertificateDer::from(bytes.to_vec())),
            _ => Err(StoreError::Unsupported(format!("certificates of the type {kind} are not read"))),
        }
    }

    fn text(&mut self) -> Result<String, StoreError> {
        let size = self.take(2)?.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
        Ok(String::from_utf8_lossy(self.take(size)?).into_owned())
    }

    fn sized(&mut self) -> Result<&'a [u8], StoreError> {
        let size = self.int()?;
        self.take(usize::try_from(size).unwrap_or(usize::MAX))
    }

    fn int(&mut self) -> Result<u32, StoreError> {
        Ok(self.take(4)?.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    fn take(&mut self, size: usize) -> Result<&'a [u8], StoreError> {
        let taken = self.0.split_at_checked(size);
        let (taken, rest) = taken.ok_or_else(|| StoreError::format("the JKS file is cut off"))?;
        self.0 = rest;
        Ok(taken)
    }
}
