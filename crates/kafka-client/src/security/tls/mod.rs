//! TLS from the client's side, with Java's `ssl.*` properties.
//! ```text
//! Props ─▶ settings ─┬─▶ stores: KeyMaterial, TrustMaterial ─┐
//!                    └─▶ suites: protocols, cipher suites ───┴─▶ client: rustls' configuration, made again when a
//!                                                                store's file has changed
//! TCP connection ─▶ TlsConfig::connect ─▶ verifier (chain, then hostname) ─▶ stream, or a TlsFailure
//! ```
//! Start at [`TlsConfig`].

mod client;
mod failure;
mod hostname;
mod settings;
mod suites;
#[cfg(test)]
mod tests;
mod verifier;

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};

use connect_config::Props;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::KafkaError;
use crate::sync::lock;
use client::Loaded;
pub(crate) use failure::TlsFailure;
use settings::TlsSettings;

/// How TLS connections are made. Two are equal if their properties say the same.
#[derive(Debug)]
pub struct TlsConfig {
    settings: TlsSettings,
    loaded: Mutex<Loaded>,
}

impl TlsConfig {
    /// Reads the properties and the stores that they name.
    /// # Errors
    /// [`KafkaError::Config`] for a value that does not fit or cannot be honoured, and for a store that cannot be read.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let settings = TlsSettings::parse(props)?;
        let loaded = Mutex::new(Loaded::new(&settings)?);
        Ok(TlsConfig { settings, loaded })
    }

    /// Shakes hands over a connection to `host`, whose name the broker has to prove. Takes as long as the broker does:
    /// the caller sets the limit.
    pub(crate) async fn connect(
        self: &Arc<Self>,
        host: &str,
        tcp: TcpStream,
    ) -> Result<TlsStream<TcpStream>, TlsFailure> {
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|_| TlsFailure::Refused(format!("{host} is neither a host name nor an address")))?;
        let connector = TlsConnector::from(self.current().await);
        connector.connect(name, tcp).await.map_err(|error| TlsFailure::of_handshake(&error))
    }

    /// The configuration for what the stores hold now. They are looked at, and read if they have changed, away from
    /// the tasks that move data.
    async fn current(self: &Arc<Self>) -> Arc<ClientConfig> {
        let this = self.clone();
        let looked = tokio::task::spawn_blocking(move || this.reload()).await;
        // It only fails while the runtime shuts down.
        looked.unwrap_or_else(|_| lock(&self.loaded).config.clone())
    }

    fn reload(&self) -> Arc<ClientConfig> {
        let mut loaded = lock(&self.loaded);
        if !loaded.is_current(&self.settings) {
            match Loaded::new(&self.settings) {
                Ok(newer) => *loaded = newer,
                // It may be half written: what was read before is used until the file can be read again.
                Err(error) => {
                    tracing::warn!(%error, "a store has changed and cannot be read; the former one stays in use")
                }
            }
        }
        loaded.config.clone()
    }
}

impl PartialEq for TlsConfig {
    fn eq(&self, other: &Self) -> bool {
        self.settings == other.settings
    }
}

impl Eq for TlsConfig {}

impl Hash for TlsConfig {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.settings.hash(state);
    }
}
