//! TLS from the client's side, with Java's `ssl.*` properties.
//! ```text
//! Props ─▶ settings ─┬─▶ stores: KeyMaterial, TrustMaterial ─┐
//!                    └─▶ suites: protocols, cipher suites ───┴─▶ client: rustls' configuration
//!                                        recent: made once for equal settings, and again when a store's file has changed
//! TCP connection ─▶ TlsConfig::connect ─▶ verifier (chain, then hostname) ─▶ stream, or a TlsFailure
//! ```
//! Start at [`TlsConfig`].

mod client;
mod failure;
#[cfg(any(test, feature = "fuzzing"))]
mod fuzzing;
mod hostname;
mod recent;
mod settings;
mod suites;
#[cfg(test)]
mod tests;
mod verifier;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use connect_config::Props;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::KafkaError;
pub(crate) use failure::TlsFailure;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use fuzzing::verify_any;
use recent::Stores;
use settings::TlsSettings;

/// How TLS connections are made. Two are equal if their properties say the same.
#[derive(Debug)]
pub struct TlsConfig {
    stores: Arc<Stores>,
    /// What the stores held at first.
    initial: Arc<ClientConfig>,
}

impl TlsConfig {
    /// Reads the properties and the stores that they name, unless these have been read lately and not changed since.
    /// Blocking: for a part of a second, where the stores' passwords are hashed many times.
    /// # Errors
    /// [`KafkaError::Config`] for a value that does not fit or cannot be honoured, and for a store that cannot be read.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let stores = Stores::of(TlsSettings::parse(props)?);
        let initial = stores.read()?;
        Ok(TlsConfig { stores, initial })
    }

    /// Shakes hands over a connection to `host`, whose name the broker has to prove. Takes as long as the broker does:
    /// the caller sets the limit.
    pub(crate) async fn connect(&self, host: &str, tcp: TcpStream) -> Result<TlsStream<TcpStream>, TlsFailure> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| TlsFailure::Refused(format!("{host} is neither a host name nor an address")))?;
        let connector = TlsConnector::from(self.current().await);
        connector.connect(name, tcp).await.map_err(|error| TlsFailure::of_handshake(&error))
    }

    /// The configuration for what the stores hold now. They are looked at, and read if they have changed, away from
    /// the tasks that move data.
    async fn current(&self) -> Arc<ClientConfig> {
        let stores = self.stores.clone();
        let looked = tokio::task::spawn_blocking(move || stores.refresh()).await;
        // It only fails while the runtime shuts down.
        looked.ok().flatten().unwrap_or_else(|| self.initial.clone())
    }
}

impl PartialEq for TlsConfig {
    fn eq(&self, other: &Self) -> bool {
        self.stores.settings == other.stores.settings
    }
}

impl Eq for TlsConfig {}

impl Hash for TlsConfig {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.stores.settings.hash(state);
    }
}
