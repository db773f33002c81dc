//! Waiting on a blocking thread, with an eye on the stop token.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use connect_api::StopToken;

/// Sleeps for `time`, or until `stop` is cancelled; answers whether it is.
pub(crate) fn wait(stop: &StopToken, time: Duration) -> bool {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut stopped = pin!(stop.cancelled());
    let end = Instant::now() + time;
    loop {
        if stopped.as_mut().poll(&mut context).is_ready() {
            return true;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        thread::park_timeout(left);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_when_stopped() {
        let stop = StopToken::new();
        assert!(!wait(&stop, Duration::from_millis(1)));
        let waiting = thread::spawn({
            let stop = stop.clone();
            move || wait(&stop, Duration::from_secs(60))
        });
        stop.cancel();
        assert!(waiting.join().unwrap());
    }
}
