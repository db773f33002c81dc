//! Who may listen in, and who is talking: what `security.protocol` and its `ssl.*` and `sasl.*` properties say.

mod file;
pub(crate) mod sasl;
mod secret;
pub mod stores;
mod system_properties;
pub mod tls;

use std::sync::Arc;

use connect_config::Props;

use crate::KafkaError;
use crate::config::{Keys, invalid};
pub use sasl::SaslConfig;
use system_properties::SystemProperties;
use tls::TlsConfig;

/// `security.protocol`: whether the bytes are encrypted, and whether the client says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityProtocol {
    /// Neither.
    Plaintext,
    /// TLS.
    Ssl,
    /// SASL in the clear.
    SaslPlaintext,
    /// SASL within TLS.
    SaslSsl,
}

/// How a connection is secured.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Security {
    /// What is spoken.
    pub protocol: SecurityProtocol,
    /// How TLS is spoken; none if it is not.
    pub tls: Option<Arc<TlsConfig>>,
    /// How the client says who it is; none if it does not.
    pub sasl: Option<Arc<SaslConfig>>,
}

impl Security {
    /// Reads the files that the properties name: blocking.
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, or that this client cannot honour.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let keys = Keys::new(props);
        let protocol = SecurityProtocol::parse(&keys)?;
        let system = SystemProperties::of_environment();
        let sasl = protocol.authenticates().then(|| SaslConfig::parse(&keys, &system)).transpose()?;
        let tls = protocol.is_encrypted().then(|| TlsConfig::parse(props)).transpose()?;
        Ok(Security { protocol, tls: tls.map(Arc::new), sasl: sasl.map(Arc::new) })
    }
}

impl SecurityProtocol {
    const ALL: [SecurityProtocol; 4] = [Self::Plaintext, Self::Ssl, Self::SaslPlaintext, Self::SaslSsl];

    /// Java's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "PLAINTEXT",
            Self::Ssl => "SSL",
            Self::SaslPlaintext => "SASL_PLAINTEXT",
            Self::SaslSsl => "SASL_SSL",
        }
    }

    fn is_encrypted(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }

    fn authenticates(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }

    fn parse(keys: &Keys<'_>) -> Result<Self, KafkaError> {
        let Some(text) = keys.text("security.protocol") else { return Ok(Self::Plaintext) };
        let found = Self::ALL.into_iter().find(|protocol| protocol.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            invalid("security.protocol", text, &format!("(case insensitive) String must be one of: {names}"))
        })
    }
}
