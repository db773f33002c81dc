//! What the REST server has to know before it opens its port.

use std::time::Duration;

use connect_core::config::{Listener, ListenerScheme};

/// Where the server listens and what it says about the worker.
#[derive(Debug, Clone)]
pub struct RestConfig {
    /// Worker key `listeners`; at least one.
    pub listeners: Vec<Listener>,
    /// Worker key `rest.advertised.listener`; HTTPS where a TLS proxy stands before this server.
    pub advertised_scheme: ListenerScheme,
    /// Worker key `rest.advertised.host.name`. Without it: the first listener's host, else this machine's address.
    pub advertised_host: Option<String>,
    /// Worker key `rest.advertised.port`. Without it: the first listener's port, as it was bound.
    pub advertised_port: Option<u16>,
    /// As `GET /` shows it: `4.3.1+longshore.0.1.0`.
    pub version: String,
    pub commit: String,
    pub kafka_cluster_id: String,
    pub timeouts: Timeouts,
}

/// How long the server waits; the defaults are Apache's, which cannot be configured.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the herder's answer to a request.
    pub request: Duration,
    /// For the herder's answer to `GET /health`.
    pub health: Duration,
    /// For a client: to send a request's head or its body, or to take any part of an answer.
    pub idle: Duration,
    /// For requests under way when the server stops; connections are cut after that.
    pub stop: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(90),
            health: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            stop: Duration::from_secs(60),
        }
    }
}
