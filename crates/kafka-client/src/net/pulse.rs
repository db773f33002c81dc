//! When a connection last did something, and whether its broker still answers.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::lock;

/// One connection's signs of life; taken down for each request, not for each record.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Beat>);

#[derive(Debug)]
struct Beat {
    /// The last request or answer.
    last: Instant,
    /// Requests without an answer.
    awaited: usize,
    /// Since when the broker has been silent, if one is awaited.
    since: Instant,
}

impl Pulse {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Pulse(Mutex::new(Beat { last: now, awaited: 0, since: now }))
    }

    /// A request is being written. With `acks=0` nothing else is ever heard of a connection.
    pub(super) fn wrote(&self, is_answered: bool) {
        let (mut beat, now) = (lock(&self.0), Instant::now());
        beat.last = now;
        if is_answered {
            beat.since = if beat.awaited == 0 { now } else { beat.since };
            beat.awaited += 1;
        }
    }

    pub(super) fn answered(&self) {
        let (mut beat, now) = (lock(&self.0), Instant::now());
        (beat.last, beat.since) = (now, now);
        beat.awaited = beat.awaited.saturating_sub(1);
    }

    pub(super) fn last(&self) -> Instant {
        lock(&self.0).last
    }

    /// How long an answer has been awaited; nothing while none is.
    pub(super) fn silence(&self) -> Duration {
        let beat = lock(&self.0);
        if beat.awaited == 0 { Duration::ZERO } else { beat.since.elapsed() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_broker_is_silent_while_it_is_asked_and_says_nothing() {
        let pulse = Pulse::new();
        let second = Duration::from_secs(1);
        for (act, silence) in [
            ("write without answer", 0),
            ("write", 1),
            ("write", 2),  // since the first of both
            ("answer", 1), // to the first
            ("answer", 0), // to the second
        ] {
            match act {
                "answer" => pulse.answered(),
                act => pulse.wrote(act == "write"),
            }
            assert_eq!(pulse.last(), Instant::now());
            tokio::time::advance(second).await;
            assert_eq!(pulse.silence(), second * silence, "{act}");
        }
    }
}
