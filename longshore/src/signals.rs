//! SIGTERM and SIGINT stop the worker in order; a second one ends it at once.

use std::io;

use connect_api::StopToken;
use tokio::signal::unix::{SignalKind, signal};

/// Which signal asked the worker to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Terminate,
    Interrupt,
}

/// The signals of this process.
pub(crate) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Takes the signals over. Within a tokio runtime.
    /// # Errors
    /// The system refuses.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one; cancel-safe.
    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }

    /// Waits until `done`, and ends the process on another signal.
    pub(crate) async fn or_abort(mut self, done: StopToken) {
        tokio::select! {
            () = done.cancelled() => {}
            second = self.next() => {
                tracing::warn!("Stopping at once; what was not acknowledged or committed will be read again");
                std::process::exit(if second == Signal::Terminate { 143 } else { 130 });
            }
        }
    }
}
