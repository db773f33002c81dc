//! Whether a broker is whom it says, as Java's PKIX trust manager decides it.
//!
//! Beyond what webpki does: a certificate that is itself in the trust store is trusted as it is; one of version 1 (which
//! `openssl x509 -req` wrote for a long time) is accepted if a trusted CA has signed it; and a host name may be in the
//! subject's CN (see [`hostname`]).

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer, UnixTime,
};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use webpki::RawPublicKeyEntity;
use x509_parser::certificate::X509Certificate;
use x509_parser::x509::X509Version;

use super::hostname;
use crate::security::stores::TrustMaterial;

#[derive(Debug)]
pub(super) struct BrokerVerifier {
    trusted: Vec<CertificateDer<'static>>,
    roots: RootCertStore,
    algorithms: WebPkiSupportedAlgorithms,
    verify_host: bool,
}

impl BrokerVerifier {
    pub(super) fn new(trust: TrustMaterial, algorithms: WebPkiSupportedAlgorithms, verify_host: bool) -> Self {
        let mut roots = RootCertStore::empty();
        // One that cannot be read as a CA may still be the certificate of a single broker.
        roots.add_parsable_certificates(trust.certificates.iter().cloned());
        BrokerVerifier { trusted: trust.certificates, roots, algorithms, verify_host }
    }

    fn verify_chain(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.trusted.iter().any(|trusted| trusted.as_ref() == leaf.as_ref()) {
            return Ok(());
        }
        let parsed = parse(leaf)?;
        if parsed.version() == X509Version::V1 {
            return self.verify_version_1(&parsed, now);
        }
        let leaf = ParsedCertificate::try_from(leaf)?;
        verify_server_cert_signed_by_trust_anchor(&leaf, &self.roots, intermediates, now, self.algorithms.all)
    }

    /// Version 1 has no extensions, so its signature and its dates are all there is to check.
    fn verify_version_1(&self, leaf: &X509Certificate<'_>, now: UnixTime) -> Result<(), Error> {
        let issued = self.trusted.iter().any(|trusted| {
            parse(trusted).is_ok_and(|ca| ca.subject().as_raw() == leaf.issuer().as_raw() && self.has_signed(&ca, leaf))
        });
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let validity = leaf.validity();
        match issued {
            false => Err(CertificateError::UnknownIssuer.into()),
            true if now > validity.not_after.timestamp() => Err(CertificateError::Expired.into()),
            true if now < validity.not_before.timestamp() => Err(CertificateError::NotValidYet.into()),
            true => Ok(()),
        }
    }

    fn has_signed(&self, ca: &X509Certificate<'_>, leaf: &X509Certificate<'_>) -> bool {
        let may_sign = ca.basic_constraints().ok().flatten().is_none_or(|constraints| constraints.value.ca);
        let key = SubjectPublicKeyInfoDer::from(ca.public_key().raw);
        let Ok(key) = RawPublicKeyEntity::try_from(&key) else { return false };
        let (message, signature) = (leaf.tbs_certificate.as_ref(), leaf.signature_value.data.as_ref());
        // Each algorithm that is of no use for this key is refused by it.
        may_sign
            && self.algorithms.all.iter().any(|algorithm| key.verify_signature(*algorithm, message, signature).is_ok())
    }

    fn schemes(&self, scheme: SignatureScheme) -> impl Iterator<Item = &'static dyn SignatureVerificationAlgorithm> {
        let mapping = self.algorithms.mapping.iter().filter(move |(known, _)| *known == scheme);
        mapping.flat_map(|(_, algorithms)| algorithms.iter().copied())
    }
}

impl ServerCertVerifier for BrokerVerifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify_chain(leaf, intermediates, now)?;
        if self.verify_host {
            let verified = hostname::verify(&parse(leaf)?, host);
            verified.map_err(|mismatch| CertificateError::Other(OtherError(Arc::new(mismatch))))?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match version_1_key(leaf) {
            None => verify_tls12_signature(message, leaf, signed, &self.algorithms),
            Some(key) => {
                let bad = |_| Error::from(CertificateError::BadEncoding);
                let key = RawPublicKeyEntity::try_from(&key).map_err(bad)?;
                let mut schemes = self.schemes(signed.scheme);
                match schemes.any(|scheme| key.verify_signature(scheme, message, signed.signature()).is_ok()) {
                    true => Ok(HandshakeSignatureValid::assertion()),
                    false => Err(CertificateError::BadSignature.into()),
                }
            }
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match version_1_key(leaf) {
            None => verify_tls13_signature(message, leaf, signed, &self.algorithms),
            Some(key) => verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The public key of a certificate that webpki does not read because of its version.
fn version_1_key(leaf: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    let parsed = parse(leaf).ok().filter(|parsed| parsed.version() == X509Version::V1)?;
    Some(SubjectPublicKeyInfoDer::from(parsed.public_key().raw.to_vec()))
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    let parsed = x509_parser::parse_x509_certificate(certificate);
    parsed.map(|(_, parsed)| parsed).map_err(|_| CertificateError::BadEncoding.into())
}
