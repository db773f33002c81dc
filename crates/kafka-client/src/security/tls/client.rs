//! From settings and the stores they name to rustls' configuration.

use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use rustls::ClientConfig;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};

use super::settings::TlsSettings;
use super::suites::{is_tls13, number};
use super::verifier::BrokerVerifier;
use crate::KafkaError;
use crate::security::stores::{Identity, KeyMaterial, KeySource, StoreError, StoreFile, TrustMaterial, TrustSource};

/// What the stores held when they were read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) config: Arc<ClientConfig>,
    pub(super) read_at: Instant,
    stamps: [Stamp; 2],
}

/// When a file was last written, and its size; none if that cannot be told or there is no file.
type Stamp = Option<(SystemTime, u64)>;

impl Loaded {
    /// Reads the stores; blocking.
    pub(super) fn new(settings: &TlsSettings) -> Result<Self, KafkaError> {
        // Before the files are read: a change meanwhile is then seen next time.
        let (read_at, stamps) = (Instant::now(), stamps(settings));
        Ok(Loaded { config: Arc::new(config(settings)?), read_at, stamps })
    }

    /// Whether the files are still those that were read; blocking, but cheap.
    pub(super) fn is_current(&self, settings: &TlsSettings) -> bool {
        self.stamps == stamps(settings)
    }
}

fn stamps(settings: &TlsSettings) -> [Stamp; 2] {
    let stamp = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    [settings.keys.as_ref().and_then(KeySource::path).and_then(stamp), settings.trust.path().and_then(stamp)]
}

fn config(settings: &TlsSettings) -> Result<ClientConfig, KafkaError> {
    let provider = Arc::new(provider(settings));
    let versions: Vec<_> = [(settings.tls13, &TLS13), (settings.tls12, &TLS12)]
        .into_iter()
        .filter_map(|(enabled, version)| enabled.then_some(version))
        .filter(|version| provider.cipher_suites.iter().any(|suite| suite.version().version == version.version))
        .collect();
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_protocol_versions(&versions);
    let builder = builder.map_err(|error| KafkaError::config(format!("ssl.enabled.protocols: {error}")))?;
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier(settings, &provider)?);
    Ok(match identities(settings, &provider)? {
        identities if identities.is_empty() => builder.with_no_client_auth(),
        identities => builder.with_client_cert_resolver(Arc::new(Identities(identities))),
    })
}

fn provider(settings: &TlsSettings) -> CryptoProvider {
    let mut provider = ring::default_provider();
    if let Some(wanted) = &settings.suites {
        let suite = |wanted| ring::ALL_CIPHER_SUITES.iter().copied().find(|suite| number(*suite) == wanted);
        provider.cipher_suites = wanted.iter().copied().filter_map(suite).collect();
    }
    provider.cipher_suites.retain(|suite| if is_tls13(*suite) { settings.tls13 } else { settings.tls12 });
    provider
}

fn verifier(settings: &TlsSettings, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, KafkaError> {
    let trusted = TrustMaterial::load(&settings.trust);
    let trusted = trusted.map_err(|error| unloadable("truststore", trust_file(settings), &error))?;
    let algorithms = provider.signature_verification_algorithms;
    Ok(Arc::new(BrokerVerifier::new(trusted, algorithms, settings.verify_host)))
}

fn identities(settings: &TlsSettings, provider: &CryptoProvider) -> Result<Vec<Arc<CertifiedKey>>, KafkaError> {
    let Some(source) = &settings.keys else { return Ok(Vec::new()) };
    let failed = |error: &StoreError| unloadable("keystore", key_file(settings), error);
    let material = KeyMaterial::load(source).map_err(|error| failed(&error))?;
    if material.identities.is_empty() {
        tracing::warn!("the key store holds no private key with a certificate; no client certificate is sent");
    }
    let keys = material.identities.into_iter().map(|identity| certified(identity, provider));
    keys.collect::<Result<_, _>>().map_err(|error| failed(&error))
}

fn certified(identity: Identity, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, StoreError> {
    let Identity { alias, chain, key } = identity;
    let certified = CertifiedKey::from_der(chain, key, provider).map_err(|error| {
        let which = if alias.is_empty() { String::new() } else { format!(" {alias}") };
        StoreError::Unsupported(format!(
            "the private key{which} cannot be used ({error}): RSA from 2048 bits on, EC P-256 or P-384, and Ed25519 can be"
        ))
    })?;
    Ok(Arc::new(certified))
}

fn key_file(settings: &TlsSettings) -> Option<&StoreFile> {
    match &settings.keys {
        Some(KeySource::File { file, .. }) => Some(file),
        _ => None,
    }
}

fn trust_file(settings: &TlsSettings) -> Option<&StoreFile> {
    match &settings.trust {
        TrustSource::File(file) => Some(file),
        _ => None,
    }
}

fn unloadable(what: &str, file: Option<&StoreFile>, error: &StoreError) -> KafkaError {
    KafkaError::config(match file {
        Some(file) => {
            let (path, name) = (file.path.display(), file.store_type.name());
            format!("Failed to load SSL {what} {path} of type {name} (ssl.{what}.location): {error}")
        }
        None => format!("Failed to load SSL {what}: {error}"),
    })
}

/// The identities of the key store: the first that one of the broker's CAs has issued, or else the first of all.
#[derive(Debug)]
struct Identities(Vec<Arc<CertifiedKey>>);

impl ResolvesClientCert for Identities {
    fn resolve(&self, issuers: &[&[u8]], schemes: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let mut usable = self.0.iter().filter(|key| key.key.choose_scheme(schemes).is_some());
        let first = usable.clone().next();
        usable.find(|key| issued_by(key, issuers)).or(first).cloned()
    }

    fn has_certs(&self) -> bool {
        !self.0.is_empty()
    }
}

fn issued_by(key: &CertifiedKey, issuers: &[&[u8]]) -> bool {
    key.cert.iter().any(|certificate| {
        let parsed = x509_parser::parse_x509_certificate(certificate);
        parsed.is_ok_and(|(_, parsed)| issuers.contains(&parsed.issuer().as_raw()))
    })
}
