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
        // One that is no CA may still be the certificate of a single broker.
        let is_root = |certificate: &&CertificateDer<'_>| parse(certificate).is_ok_and(|parsed| may_sign(&parsed));
        roots.add_parsable_certificates(trust.certificates.iter().filter(is_root).cloned());
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
        let key = SubjectPublicKeyInfoDer::from(ca.public_key().raw);
        let Ok(key) = RawPublicKeyEntity::try_from(&key) else { return false };
        let (message, signature) = (leaf.tbs_certificate.as_ref(), leaf.signature_value.data.as_ref());
        // Each algorithm that is of no use for this key is refused by it.
        may_sign(ca)
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
            // Names that a CA is limited to are not held against a CN: where there are any, no CN counts.
            let mut signers = intermediates.iter().chain(&self.trusted);
            let cn_counts = !signers.any(|signer| parse(signer).is_ok_and(|signer| limits_names(&signer)));
            let verified = hostname::verify(&parse(leaf)?, host, cn_counts);
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

/// As Java decides it for those in a trust store: a certificate that can say whether it is a CA has to say that it is one.
fn may_sign(certificate: &X509Certificate<'_>) -> bool {
    let is_ca = matches!(certificate.basic_constraints(), Ok(Some(constraints)) if constraints.value.ca);
    let usage_fits = match certificate.key_usage() {
        Ok(usage) => usage.is_none_or(|usage| usage.value.key_cert_sign()),
        Err(_) => false,
    };
    certificate.version() != X509Version::V3 || (is_ca && usage_fits)
}

fn limits_names(certificate: &X509Certificate<'_>) -> bool {
    !matches!(certificate.name_constraints(), Ok(None))
}

/// The public key of a certificate that webpki does not read because of its version.
pub(super) fn version_1_key(leaf: &CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'static>> {
    let parsed = parse(leaf).ok().filter(|parsed| parsed.version() == X509Version::V1)?;
    Some(SubjectPublicKeyInfoDer::from(parsed.public_key().raw.to_vec()))
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    let parsed = x509_parser::parse_x509_certificate(certificate);
    parsed.map(|(_, parsed)| parsed).map_err(|_| CertificateError::BadEncoding.into())
}
