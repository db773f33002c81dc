//! What the `ssl.*` properties say. Combinations that Java refuses are refused with its words.

use connect_config::{Password, Props};

use super::suites;
use crate::KafkaError;
use crate::config::{Keys, invalid};
use crate::security::stores::{KeySource, StoreFile, StoreType, TrustSource};

const ENGINE: &str = "org.apache.kafka.common.security.ssl.DefaultSslEngineFactory";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TlsSettings {
    pub(super) keys: Option<KeySource>,
    pub(super) trust: TrustSource,
    /// Whether the broker's certificate has to be made out to the host that was dialled.
    pub(super) verify_host: bool,
    pub(super) tls12: bool,
    pub(super) tls13: bool,
    /// The numbers of the suites that may be used, the favourite first; none means all of them.
    pub(super) suites: Option<Vec<u16>>,
}

impl TlsSettings {
    pub(super) fn parse(props: &Props) -> Result<Self, KafkaError> {
        let keys = Keys::new(props);
        refuse_foreign(&keys)?;
        let (tls12, tls13) = suites::protocols(&keys)?;
        Ok(TlsSettings {
            keys: key_source(&keys)?,
            trust: trust_source(&keys)?,
            verify_host: verify_host(&keys)?,
            tls12,
            tls13,
            suites: suites::suites(&keys, tls12, tls13)?,
        })
    }
}

/// Java classes and providers cannot be loaded; to go on without one could be less safe than its owner thinks.
fn refuse_foreign(keys: &Keys<'_>) -> Result<(), KafkaError> {
    let protocols = ["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1", "TLS", "SSL"]; // in Java a context; it narrows nothing
    for (key, accepted) in [
        ("ssl.engine.factory.class", &[ENGINE][..]),
        ("ssl.provider", &["SunJSSE"]),
        ("ssl.protocol", &protocols),
        ("ssl.keymanager.algorithm", &["SunX509", "NewSunX509", "PKIX"]),
        ("ssl.trustmanager.algorithm", &["PKIX", "SunX509"]),
    ] {
        let value = keys.text(key).unwrap_or_default();
        if !value.is_empty() && !accepted.iter().any(|accepted| accepted.eq_ignore_ascii_case(value)) {
            let why = format!("this client has its own TLS; remove it or set {}", accepted[0]);
            return Err(invalid(key, value, &why));
        }
    }
    Ok(())
}

fn verify_host(keys: &Keys<'_>) -> Result<bool, KafkaError> {
    const KEY: &str = "ssl.endpoint.identification.algorithm";
    match keys.text(KEY).unwrap_or("https") {
        "" => Ok(false),
        value if value.eq_ignore_ascii_case("https") => Ok(true),
        value => Err(invalid(KEY, value, "set https, or leave it empty to accept a certificate for any host")),
    }
}

fn key_source(keys: &Keys<'_>) -> Result<Option<KeySource>, KafkaError> {
    let store_type = store_type(keys, "ssl.keystore.type")?;
    let (location, password) = (keys.text("ssl.keystore.location"), password(keys, "ssl.keystore.password"));
    let key_password = self::password(keys, "ssl.key.password");
    let pem = (self::password(keys, "ssl.keystore.key"), self::password(keys, "ssl.keystore.certificate.chain"));
    match (pem, location) {
        ((Some(_), None), _) => refuse("SSL private key is specified, but certificate chain is not specified."),
        ((None, Some(_)), _) => refuse("SSL certificate chain is specified, but private key is not specified"),
        ((Some(_), Some(_)), Some(_)) => refuse("Both SSL key store location and separate private key are specified."),
        ((Some(_), Some(_)), None) if store_type != StoreType::Pem => {
            refuse("ssl.keystore.key is PEM text: set ssl.keystore.type=PEM")
        }
        (_, _) if store_type == StoreType::Pem && password.is_some() => {
            refuse("SSL key store password cannot be specified with PEM format, only key password may be specified.")
        }
        ((Some(key), Some(chain)), None) => Ok(Some(KeySource::Pem { chain, key, key_password })),
        ((None, None), None) if password.is_some() => {
            refuse("SSL key store is not specified, but key store password is specified.")
        }
        ((None, None), None) => Ok(None),
        ((None, None), Some(_)) if store_type != StoreType::Pem && password.is_none() => {
            refuse("SSL key store is specified, but key store password is not specified.")
        }
        ((None, None), Some(path)) => {
            let file = StoreFile { path: path.into(), store_type, password };
            Ok(Some(KeySource::File { file, key_password }))
        }
    }
}

fn trust_source(keys: &Keys<'_>) -> Result<TrustSource, KafkaError> {
    let store_type = store_type(keys, "ssl.truststore.type")?;
    let (location, password) = (keys.text("ssl.truststore.location"), password(keys, "ssl.truststore.password"));
    match (self::password(keys, "ssl.truststore.certificates"), location) {
        (Some(_), Some(_)) => refuse("Both SSL trust store location and separate trust certificates are specified."),
        (Some(_), None) if store_type != StoreType::Pem => {
            refuse("ssl.truststore.certificates is PEM text: set ssl.truststore.type=PEM")
        }
        (_, _) if store_type == StoreType::Pem && password.is_some() => {
            refuse("SSL trust store password cannot be specified for PEM format.")
        }
        (Some(certificates), None) => Ok(TrustSource::Pem(certificates)),
        (None, None) if password.is_some() => {
            refuse("SSL trust store is not specified, but trust store password is specified.")
        }
        (None, None) => Ok(TrustSource::System),
        (None, Some(path)) => Ok(TrustSource::File(StoreFile { path: path.into(), store_type, password })),
    }
}

fn store_type(keys: &Keys<'_>, key: &str) -> Result<StoreType, KafkaError> {
    let name = keys.text(key).unwrap_or("JKS");
    StoreType::of_name(name).ok_or_else(|| invalid(key, name, "this client reads JKS, PKCS12 and PEM"))
}

fn password(keys: &Keys<'_>, key: &str) -> Option<Password> {
    keys.text(key).map(Password::new)
}

fn refuse<T>(what: &str) -> Result<T, KafkaError> {
    Err(KafkaError::config(what))
}
