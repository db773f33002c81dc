//! TLS keys as every Kafka client has them.

use connect_config::{Class, ConfigDef, Password};

/// `ssl.*`. Which of them the TLS library at hand can honour is for the client to say.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct SslConfig {
    /// The TLS version to offer.
    #[config(default = "TLSv1.3", importance = Medium)]
    pub ssl_protocol: String,
    /// The JVM security provider; there is none here.
    #[config(importance = Medium)]
    pub ssl_provider: Option<String>,
    /// The cipher suites to offer; all that are safe if empty.
    #[config(default = "", importance = Low, validate = ValidList::any_non_duplicate_values(true, false))]
    pub ssl_cipher_suites: Vec<String>,
    /// The TLS versions that may be negotiated.
    #[config(default = "TLSv1.2,TLSv1.3", importance = Medium, validate = ValidList::any_non_duplicate_values(true, false))]
    pub ssl_enabled_protocols: Vec<String>,
    /// The format of the key store: JKS, PKCS12 or PEM.
    #[config(default = "JKS", importance = Medium)]
    pub ssl_keystore_type: String,
    /// The file of the key store: our own certificate and key.
    #[config(importance = High)]
    pub ssl_keystore_location: Option<String>,
    /// The password of the key store.
    #[config(importance = High)]
    pub ssl_keystore_password: Option<Password>,
    /// The password of the private key.
    #[config(importance = High)]
    pub ssl_key_password: Option<Password>,
    /// The private key itself, in PEM.
    #[config(importance = High)]
    pub ssl_keystore_key: Option<Password>,
    /// The certificate chain itself, in PEM.
    #[config(importance = High)]
    pub ssl_keystore_certificate_chain: Option<Password>,
    /// The trusted certificates themselves, in PEM.
    #[config(importance = High)]
    pub ssl_truststore_certificates: Option<Password>,
    /// The format of the trust store: JKS, PKCS12 or PEM.
    #[config(default = "JKS", importance = Medium)]
    pub ssl_truststore_type: String,
    /// The file of the trust store: the certificates of those we trust.
    #[config(importance = High)]
    pub ssl_truststore_location: Option<String>,
    /// The password of the trust store.
    #[config(importance = High)]
    pub ssl_truststore_password: Option<Password>,
    /// The JVM's key manager algorithm; without effect here.
    #[config(default = "SunX509", importance = Low)]
    pub ssl_keymanager_algorithm: String,
    /// The JVM's trust manager algorithm; without effect here.
    #[config(default = "PKIX", importance = Low)]
    pub ssl_trustmanager_algorithm: String,
    /// `https` to check that the server's certificate names its host; empty not to.
    #[config(default = "https", importance = Low)]
    pub ssl_endpoint_identification_algorithm: Option<String>,
    /// The JVM's source of randomness; without effect here.
    #[config(importance = Low)]
    pub ssl_secure_random_implementation: Option<String>,
    /// A Java class that makes TLS engines; none can be loaded here.
    #[config(importance = Low)]
    pub ssl_engine_factory_class: Option<Class>,
}
