//! EC private keys as Java writes them: without their public half, which signers want to see.

use pkcs8::der::{Decode, Encode};
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::asn1_rs::{Any, Class, FromDer, Tag};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const INTEGER_1: &[u8] = &[0x02, 0x01, 0x01];

/// The key with the public half of its certificate, if it is an EC key without one; any other as it is.
pub(super) fn completed(key: PrivateKeyDer<'static>, leaf: &CertificateDer<'_>) -> PrivateKeyDer<'static> {
    let sec1 = match &key {
        PrivateKeyDer::Pkcs8(der) => with_public_half(der.secret_pkcs8_der(), leaf),
        _ => None,
    };
    sec1.map_or(key, |der| PrivateKeyDer::Sec1(der.into()))
}

/// An `ECPrivateKey` (RFC 5915); whether its two halves belong together is checked by whoever loads it.
fn with_public_half(pkcs8: &[u8], leaf: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let info = PrivateKeyInfoRef::from_der(pkcs8).ok().filter(|info| info.algorithm.oid == EC_PUBLIC_KEY)?;
    let scalar = lone_scalar(info.private_key.as_bytes())?;
    let curve = info.algorithm.parameters?.to_der().ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).ok()?;
    let point = &certificate.public_key().subject_public_key.data;
    let bits = [&[0], point.as_ref()].concat(); // no unused bits
    let parts = [INTEGER_1.to_vec(), tlv(0x04, &scalar)?, tlv(0xa0, &curve)?, tlv(0xa1, &tlv(0x03, &bits)?)?];
    tlv(0x30, &parts.concat())
}

/// The scalar of an `ECPrivateKey`, if nothing says what its public half is.
fn lone_scalar(key: &[u8]) -> Option<Vec<u8>> {
    let (_, sequence) = Any::from_der(key).ok().filter(|(_, any)| any.tag() == Tag::Sequence)?;
    let (rest, _version) = Any::from_der(sequence.data).ok()?;
    let (mut rest, scalar) = Any::from_der(rest).ok().filter(|(_, any)| any.tag() == Tag::OctetString)?;
    while let Ok((after, optional)) = Any::from_der(rest) {
        if optional.class() == Class::ContextSpecific && optional.tag() == Tag(1) {
            return None;
        }
        rest = after;
    }
    Some(scalar.data.to_vec())
}

/// A DER value of up to 255 bytes: more than any curve in use needs.
fn tlv(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let size = u8::try_from(content.len()).ok()?;
    let head = if size < 0x80 { vec![tag, size] } else { vec![tag, 0x81, size] };
    Some([&head, content].concat())
}
