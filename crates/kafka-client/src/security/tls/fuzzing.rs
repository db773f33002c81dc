//! A broker that shows any certificates, for the fuzz targets.

use std::sync::LazyLock;

use connect_config::Password;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::verifier::{BrokerVerifier, version_1_key};
use crate::security::stores::{TrustMaterial, TrustSource};

const CERTIFICATES_MAX: usize = 8;

/// Verifies a chain of certificates, each with its length in two bytes before it; once as a broker's, once as what is in
/// the trust store.
pub(crate) fn verify_any(bytes: &[u8]) {
    let chain = certificates(bytes);
    let Some((leaf, others)) = chain.split_first() else { return };
    version_1_key(leaf);
    let own = verifier(chain.clone());
    for verifier in [&*FIXED, &own] {
        for host in ["localhost", "a.b.example.com", "127.0.0.1", "::1"] {
            if let Ok(host) = ServerName::try_from(host) {
                // In the year in which the fixtures are good.
                let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(1_795_500_000));
                let _ = verifier.verify_server_cert(leaf, others, &host, &[], now);
            }
        }
    }
}

static FIXED: LazyLock<BrokerVerifier> = LazyLock::new(|| {
    let pem =
        [include_str!("../../../tests/tls/fixtures/ca.pem"), include_str!("../../../tests/tls/fixtures/v1-ca.pem")];
    let trusted = TrustMaterial::load(&TrustSource::Pem(Password::new(pem.concat())));
    verifier(trusted.map(|trusted| trusted.certificates).unwrap_or_default())
});

fn verifier(certificates: Vec<CertificateDer<'static>>) -> BrokerVerifier {
    let algorithms = ring::default_provider().signature_verification_algorithms;
    BrokerVerifier::new(TrustMaterial { certificates }, algorithms, true)
}

fn certificates(mut bytes: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut found = Vec::new();
    while let Some((size, rest)) = bytes.split_first_chunk::<2>()
        && found.len() < CERTIFICATES_MAX
    {
        let (certificate, rest) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes(*size))));
        found.push(CertificateDer::from(certificate.to_vec()));
        bytes = rest;
    }
    found
}
