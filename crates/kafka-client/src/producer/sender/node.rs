//! What the sender knows of a broker: its connection, and whether that can take a request.

use std::sync::Arc;
use std::time::Instant;

use crate::net::Connection;

#[derive(Default)]
pub(in crate::producer) struct Node {
    pub(super) connection: Option<Arc<Connection>>,
    pub(super) connecting: bool,
    /// Counts the connections, so that batches on an old one are not overtaken on a new one.
    pub(super) serial: u64,
    pub(super) in_flight: usize,
    pub(super) throttled_until: Option<Instant>,
}

/// Whether a node can take a request.
pub(in crate::producer) enum Readiness {
    Ready(Arc<Connection>, u64),
    /// No connection, and nobody is at it.
    Disconnected,
    /// An event will tell.
    Busy,
    /// Not before this time.
    Paused(Instant),
}

impl Node {
    pub(in crate::producer) fn readiness(&self, max_in_flight: usize, now: Instant) -> Readiness {
        if let Some(until) = self.throttled_until.filter(|until| *until > now) {
            return Readiness::Paused(until);
        }
        match self.connection.as_ref().filter(|connection| connection.is_open()) {
            _ if self.connecting || self.in_flight >= max_in_flight => Readiness::Busy,
            Some(connection) => Readiness::Ready(connection.clone(), self.serial),
            None => Readiness::Disconnected,
        }
    }
}
