//! The properties, and the verifier on certificates that keytool and OpenSSL wrote.

use std::path::PathBuf;
use std::time::Duration;

use connect_config::Props;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::settings::TlsSettings;
use super::verifier::BrokerVerifier;
use super::*;
use crate::security::file::tests::pipe;
use crate::security::stores::{StoreFile, StoreType, TrustMaterial, TrustSource};

fn parse(entries: &[(&str, &str)]) -> Result<TlsSettings, String> {
    let props: Props = entries.iter().copied().collect();
    TlsSettings::parse(&props).map_err(|error| error.to_string())
}

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls/fixtures").join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn refuses_what_java_refuses_and_what_cannot_be_honoured() {
    for (entries, want) in [
        (&[("ssl.truststore.type", "BCFKS")][..], "Invalid value BCFKS for configuration ssl.truststore.type"),
        (&[("ssl.keystore.password", "x")], "SSL key store is not specified, but key store password is specified."),
        (&[("ssl.keystore.location", "x")], "SSL key store is specified, but key store password is not specified."),
        (&[("ssl.keystore.key", "x")], "SSL private key is specified, but certificate chain is not specified."),
        (&[("ssl.keystore.certificate.chain", "x")], "chain is specified, but private key is not specified"),
        (&[("ssl.truststore.password", "x")], "trust store is not specified, but trust store password is specified."),
        (&[("ssl.truststore.certificates", "x")], "set ssl.truststore.type=PEM"),
        (
            &[("ssl.truststore.certificates", "x"), ("ssl.truststore.location", "x")],
            "Both SSL trust store location and separate trust certificates are specified.",
        ),
        (
            &[("ssl.truststore.type", "PEM"), ("ssl.truststore.location", "x"), ("ssl.truststore.password", "x")],
            "SSL trust store password cannot be specified for PEM format.",
        ),
        (&[("ssl.endpoint.identification.algorithm", "ldaps")], "ssl.endpoint.identification.algorithm"),
        (&[("ssl.engine.factory.class", "com.example.Engine")], "ssl.engine.factory.class"),
        (&[("ssl.provider", "BCJSSE")], "ssl.provider"),
        (&[("ssl.trustmanager.algorithm", "TrustAll")], "ssl.trustmanager.algorithm"),
        (&[("ssl.keymanager.algorithm", "Mine")], "ssl.keymanager.algorithm"),
        (&[("ssl.enabled.protocols", "TLSv1.4")], "Unsupported protocol"),
        (&[("ssl.enabled.protocols", "TLSv1.1")], "enable TLSv1.2, TLSv1.3 or both"),
        (
            &[("ssl.cipher.suites", "TLS_AES_512_GCM")],
            "Invalid value TLS_AES_512_GCM for configuration ssl.cipher.suites",
        ),
        (&[("ssl.cipher.suites", "TLS_RSA_WITH_AES_128_CBC_SHA")], "none of them can be used"),
        (
            &[("ssl.cipher.suites", "TLS_AES_128_GCM_SHA256"), ("ssl.enabled.protocols", "TLSv1.2")],
            "none of them can be used",
        ),
    ] {
        let error = parse(entries).expect_err(want);
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn reads_what_java_reads() {
    let defaults = parse(&[]).unwrap();
    assert_eq!((defaults.keys, defaults.trust, defaults.verify_host), (None, TrustSource::System, true));
    assert!(defaults.tls12 && defaults.tls13 && defaults.suites.is_none());
    let settings = parse(&[
        ("ssl.endpoint.identification.algorithm", ""),
        ("ssl.enabled.protocols", "TLSv1.2,TLSv1.1"),
        ("ssl.cipher.suites", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("ssl.engine.factory.class", "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory"),
        ("ssl.secure.random.implementation", "SHA1PRNG"),
        ("ssl.truststore.type", "pem"),
        ("ssl.truststore.location", "/x"),
    ]);
    let settings = settings.unwrap();
    assert!(!settings.verify_host && settings.tls12 && !settings.tls13);
    assert_eq!(settings.suites, Some(vec![0xc030]));
    let file = StoreFile { path: "/x".into(), store_type: StoreType::Pem, password: None };
    assert_eq!(settings.trust, TrustSource::File(file));
}

#[test]
fn secrets_are_not_shown() {
    let settings =
        parse(&[("ssl.keystore.location", "/k"), ("ssl.keystore.password", "geheim"), ("ssl.key.password", "geheim")]);
    assert!(!format!("{:?}", settings.unwrap()).contains("geheim"));
    let location = fixture("trust.jks");
    let wrong = Props::from([("ssl.truststore.location", location.as_str()), ("ssl.truststore.password", "geheim")]);
    let error = TlsConfig::parse(&wrong).unwrap_err().to_string();
    assert!(error.contains("Failed to load SSL truststore") && error.contains("trust.jks of type JKS"), "{error}");
    assert!(!error.contains("geheim"));
}

#[test]
fn a_pipe_is_refused_by_its_key_and_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = pipe(folder.path()).display().to_string();
    for (kind, others) in [("truststore", None), ("keystore", Some(("ssl.truststore.location", fixture("ca.pem"))))] {
        let (location, store_type) = (format!("ssl.{kind}.location"), format!("ssl.{kind}.type"));
        let mut props =
            Props::from([(location.as_str(), path.as_str()), (&store_type, "PEM"), ("ssl.truststore.type", "PEM")]);
        others.iter().for_each(|(key, value)| props.insert(*key, value.as_str()));
        let error = TlsConfig::parse(&props).unwrap_err().to_string();
        let want =
            format!("Failed to load SSL {kind} {path} of type PEM ({location}): the file cannot be read: it is a pipe");
        assert!(error.contains(&want), "{error}");
    }
}

fn certificates(name: &str) -> Vec<CertificateDer<'static>> {
    let file = StoreFile { path: fixture(name).into(), store_type: StoreType::Pem, password: None };
    TrustMaterial::load(&TrustSource::File(file)).unwrap().certificates
}

/// What the verifier says of `leaf` for `host` while `trusted` is the trust store; `day` counts from the fixtures' making.
fn verify(trusted: &str, leaf: &str, host: &str, day: u64) -> Result<(), String> {
    let trust = TrustMaterial { certificates: certificates(trusted) };
    let verifier = BrokerVerifier::new(trust, ring::default_provider().signature_verification_algorithms, true);
    let chain = certificates(leaf);
    let now = UnixTime::since_unix_epoch(Duration::from_secs(1_795_400_000 + day * 86_400));
    let host = ServerName::try_from(host.to_owned()).unwrap();
    let verified = verifier.verify_server_cert(&chain[0], &chain[1..], &host, &[], now);
    verified.map(|_| ()).map_err(|error| TlsFailure::of_stream(&std::io::Error::other(error)).unwrap())
}

#[test]
fn believes_whom_java_believes() {
    for (trusted, leaf, host, day, want) in [
        ("ca.pem", "chain.crt", "client", 1, Ok(())), // no alternative name: the CN counts
        (
            "ca.pem",
            "chain.crt",
            "other",
            1,
            Err("No name matching other found: the broker's certificate is for client"),
        ),
        ("ca.pem", "chain.crt", "127.0.0.1", 1, Err("No name matching 127.0.0.1 found")), // never for an address
        ("ca.pem", "chain.crt", "client", 40_000, Err("has expired")),
        ("v1-ca.pem", "chain.crt", "client", 1, Err("PKIX path building failed")),
        ("chain.crt", "chain.crt", "client", 40_000, Ok(())), // itself in the store: its dates do not count
        ("v1-ca.pem", "v1.pem", "localhost", 1, Ok(())),      // version 1
        ("v1.pem", "v1.pem", "localhost", 1, Ok(())),
        ("v1-ca.pem", "v1.pem", "other", 1, Err("No name matching other found")),
        ("v1-ca.pem", "v1.pem", "localhost", 40_000, Err("has expired")),
        ("ca.pem", "v1.pem", "localhost", 1, Err("PKIX path building failed")),
        ("v1-ca.pem", "v1-ca.pem", "fixture-v1-ca", 1, Ok(())), // a CA that is itself the broker's certificate
    ] {
        match (verify(trusted, leaf, host, day), want) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(want)) => assert!(error.contains(want), "{leaf} for {host}: {error}"),
            (found, want) => panic!("{leaf} for {host} by {trusted}: {found:?}, not {want:?}"),
        }
    }
}

/// Two certificates in one store: whoever has the key of one broker must not be able to speak for another.
#[test]
fn a_trusted_broker_signs_for_nobody() {
    for (is_ca, want) in
        [(IsCa::ExplicitNoCa, false), (IsCa::NoCa, false), (IsCa::Ca(BasicConstraints::Unconstrained), true)]
    {
        let mut signer = CertificateParams::new(vec!["a.example.com".to_owned()]).unwrap();
        signer.is_ca = is_ca;
        let (signer_key, leaf_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let trusted = signer.self_signed(&signer_key).unwrap();
        let mut leaf = CertificateParams::new(vec!["b.example.com".to_owned()]).unwrap();
        leaf.use_authority_key_identifier_extension = true;
        let leaf = leaf.signed_by(&leaf_key, &Issuer::from_params(&signer, &signer_key)).unwrap();
        let trust = TrustMaterial { certificates: vec![trusted.der().clone()] };
        let verifier = BrokerVerifier::new(trust, ring::default_provider().signature_verification_algorithms, true);
        let host = ServerName::try_from("b.example.com").unwrap();
        let verified = verifier.verify_server_cert(leaf.der(), &[], &host, &[], UnixTime::now());
        assert_eq!(verified.is_ok(), want, "{verified:?}");
    }
}
