//! Who may listen in, and who is talking: what `security.protocol` and its `ssl.*` and `sasl.*` properties say.

pub(crate) mod sasl;
mod secret;
mod system_properties;

use std::sync::Arc;

use connect_config::Props;

use crate::KafkaError;
use crate::config::{Keys, invalid};
pub use sasl::SaslConfig;
use system_properties::SystemProperties;

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
    /// How the client says who it is; none if it does not.
    pub sasl: Option<Arc<SaslConfig>>,
}

impl Security {
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, or that this client cannot honour.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let keys = Keys::new(props);
        let protocol = SecurityProtocol::parse(&keys)?;
        if protocol.is_encrypted() {
            let name = protocol.name();
            return Err(invalid(
                "security.protocol",
                name,
                "this client does not speak TLS; set PLAINTEXT or SASL_PLAINTEXT",
            ));
        }
        let system = SystemProperties::of_environment();
        let sasl = protocol.authenticates().then(|| SaslConfig::parse(&keys, &system)).transpose()?;
        Ok(Security { protocol, sasl: sasl.map(Arc::new) })
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
