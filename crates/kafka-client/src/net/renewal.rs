//! Telling the broker again who the client is, before the session that it granted ends (KIP-368).
//!
//! The writer asks [`Renewal::is_due`] before each request and lets [`Renewal::run`] go first. While that runs, it writes
//! what comes from there and nothing else: a broker takes every request in between for a part of the talk. Requests
//! written before are answered before, so nothing is lost or overtaken. A connection that nobody uses is not renewed; a
//! broker accepts that later, too, as long as it is the first thing it hears.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::authenticate::Authenticator;
use super::connection::Settings;
use super::link::{Line, Link};
use super::writer::Job;

/// When and how one connection is authenticated again.
#[derive(Debug)]
pub(super) struct Renewal {
    authenticator: Authenticator,
    link: Arc<Link>,
    settings: Arc<Settings>,
    /// None if the broker no longer asks for it.
    due: Option<Instant>,
}

impl Renewal {
    /// None if the broker has not limited the session.
    pub(super) fn new(authenticator: Authenticator, line: &Line, lifetime: Option<Duration>) -> Option<Self> {
        let (link, settings) = (line.link.clone(), line.settings.clone());
        lifetime.map(|lifetime| Renewal { authenticator, link, settings, due: due(lifetime) })
    }

    pub(super) fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due <= Instant::now())
    }

    /// Authenticates through `jobs`. The error says why the connection cannot be used any more.
    pub(super) async fn run(&mut self, jobs: mpsc::Sender<Job>) -> Result<(), String> {
        let line = Line { link: self.link.clone(), jobs, settings: self.settings.clone() };
        let lifetime = self.authenticator.run(&line).await;
        let lifetime = lifetime.map_err(|error| format!("it could not be authenticated again: {error}"))?;
        tracing::debug!(address = %self.link.address, ?lifetime, "authenticated again");
        self.due = lifetime.and_then(due);
        Ok(())
    }
}

/// After 85 to 95 percent of the session's life, as in Java: early enough for clocks that differ and for slow networks.
fn due(lifetime: Duration) -> Option<Instant> {
    let percent = 85 + u32::try_from(RandomState::new().hash_one(0_u8) % 11).unwrap_or(0);
    Instant::now().checked_add((lifetime / 100).saturating_mul(percent))
}

#[cfg(test)]
mod tests;
