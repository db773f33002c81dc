//! TLS. What each store and name may be is checked by [`crate::security`].

use connect_config::ConfigType::{Class, List, Password, String};
use connect_config::Importance::{High, Low, Medium};

use super::row::{Row, key, nullable};
use super::valid::Valid;

pub(super) const KEYS: &[Row] = &[
    key("ssl.protocol", String, "TLSv1.3", Medium, "The newest TLS version to offer."),
    nullable("ssl.provider", String, Medium, "The JVM's security provider for TLS."),
    key(
        "ssl.cipher.suites",
        List,
        "",
        Low,
        "The cipher suites to offer, by their Java names; all that are safe if empty.",
    )
    .valid(Valid::List),
    key("ssl.enabled.protocols", List, "TLSv1.2,TLSv1.3", Medium, "The TLS versions that may be negotiated.")
        .valid(Valid::List),
    key("ssl.keystore.type", String, "JKS", Medium, "The format of the key store: JKS, PKCS12 or PEM."),
    nullable("ssl.keystore.location", String, High, "The file with this client's own certificate and key."),
    nullable("ssl.keystore.password", Password, High, "The password of the key store."),
    nullable("ssl.key.password", Password, High, "The password of the private key."),
    nullable("ssl.keystore.key", Password, High, "The private key itself, in PEM."),
    nullable(
        "ssl.keystore.certificate.chain",
        Password,
        High,
        "This client's certificate and those that vouch for it, in PEM.",
    ),
    nullable("ssl.truststore.certificates", Password, High, "The trusted certificates themselves, in PEM."),
    key("ssl.truststore.type", String, "JKS", Medium, "The format of the trust store: JKS, PKCS12 or PEM."),
    nullable("ssl.truststore.location", String, High, "The file with the certificates that are trusted."),
    nullable("ssl.truststore.password", Password, High, "The password of the trust store."),
    key("ssl.keymanager.algorithm", String, "SunX509", Low, "The JVM's way to choose among keys."),
    key("ssl.trustmanager.algorithm", String, "PKIX", Low, "The JVM's way to check certificates."),
    key(
        "ssl.endpoint.identification.algorithm",
        String,
        "https",
        Low,
        "`https` to check that the broker's certificate names its host; empty not to.",
    ),
    nullable("ssl.secure.random.implementation", String, Low, "The JVM's source of random numbers.")
        .unused("random numbers are the system's"),
    nullable("ssl.engine.factory.class", Class, Low, "The Java class that makes TLS engines."),
];
