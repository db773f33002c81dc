//! The task that reads answers and hands each to the request it belongs to.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::ending::Ending;
use super::pulse::Pulse;
use super::writer::Pending;

/// Larger answers are refused: no request of ours asks for as much.
pub(super) const FRAME_BYTES_MAX: usize = 128 << 20;
/// What is allocated on the word of a size field alone; more only as its bytes arrive.
const TRUSTED_BYTES: usize = 4 << 20;
/// Read at once where the size is not known yet. Most connections are quiet, and there may be thousands.
const READ_BYTES: usize = 4 << 10;
/// A connection is looked at no more often than this, however soon it would count as idle.
const IDLE_MIN: Duration = Duration::from_millis(100);
/// How often it is looked at where no clock counts as far as it may be idle.
const LOOK_MAX: Duration = Duration::from_secs(3600);

/// Reads until the connection ends or is idle for `max_idle`: nothing is written, read or awaited. Returns why it stopped.
pub(super) async fn read_answers<R: AsyncRead + Unpin>(
    socket: R,
    mut pending: mpsc::Receiver<Pending>,
    max_idle: Option<Duration>,
    pulse: Arc<Pulse>,
) -> Ending {
    let mut frames = Frames { socket, buffer: BytesMut::with_capacity(READ_BYTES), answered: false };
    loop {
        let next = match max_idle {
            None => frames.next().await,
            // Cancel-safe: what was read stays in the buffer.
            Some(max_idle) => match timeout_at(next_look(&pulse, max_idle), frames.next()).await {
                Ok(next) => next,
                Err(_) if pending.is_empty() && pulse.last().elapsed() >= max_idle => {
                    return Ending::closed("it was idle for connections.max.idle.ms");
                }
                Err(_) => continue,
            },
        };
        pulse.answered();
        if let Err(reason) = next.and_then(|frame| deliver(frame, &mut pending)) {
            return reason;
        }
    }
}

fn next_look(pulse: &Pulse, max_idle: Duration) -> Instant {
    let soonest = Instant::now() + IDLE_MIN;
    pulse.last().checked_add(max_idle).map_or(soonest + LOOK_MAX, |idle| idle.max(soonest))
}

fn deliver(frame: Bytes, pending: &mut mpsc::Receiver<Pending>) -> Result<(), Ending> {
    let unasked = |_| Ending::closed("the broker sent an answer that nobody asked for");
    let request = pending.try_recv().map_err(unasked)?;
    let correlation_id = frame.get(..4).map(|mut bytes| bytes.get_i32());
    if correlation_id != Some(request.correlation_id) {
        let reason = format!("the broker answered {correlation_id:?} to request {}", request.correlation_id);
        return Err(Ending::closed(reason));
    }
    // Whoever asked may have given up meanwhile; that is no fault of the connection's.
    let _ = request.reply.send(frame);
    Ok(())
}

struct Frames<R> {
    socket: R,
    buffer: BytesMut,
    answered: bool,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// The next frame without its size.
    async fn next(&mut self) -> Result<Bytes, Ending> {
        self.fill(4).await?;
        let size = self.buffer.first_chunk().map_or(-1, |size| i32::from_be_bytes(*size));
        let size = usize::try_from(size).ok().filter(|size| (4..=FRAME_BYTES_MAX).contains(size));
        let size = size.ok_or_else(|| self.impossible_size())?;
        self.fill(4 + size).await?;
        self.buffer.advance(4);
        self.answered = true;
        Ok(self.buffer.split_to(size).freeze())
    }

    fn impossible_size(&self) -> Ending {
        match *self.buffer {
            // An alert of TLS, 1.0 or later: content type, version.
            [0x15, 3, ..] if !self.answered => {
                Ending::Foreign("it is TLS: set security.protocol to SSL or SASL_SSL".into())
            }
            _ => Ending::closed("the broker announced an answer of an impossible size"),
        }
    }

    async fn fill(&mut self, wanted: usize) -> Result<(), Ending> {
        while self.buffer.len() < wanted {
            let missing = wanted - self.buffer.len();
            self.buffer.reserve(missing.min(TRUSTED_BYTES.max(self.buffer.len())).max(READ_BYTES.min(missing)));
            if self.buffer.capacity() - self.buffer.len() < 4 {
                self.buffer.reserve(READ_BYTES);
            }
            match self.socket.read_buf(&mut self.buffer).await {
                Ok(0) => return Err(Ending::closed("the broker closed the connection")),
                Ok(_) => {}
                Err(error) => return Err(Ending::of_io(&error, self.answered)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    async fn read(bytes: &[u8], requests: &[i32]) -> (Vec<Option<Bytes>>, Ending) {
        let (sender, receiver) = mpsc::channel(8);
        let mut replies = Vec::new();
        for correlation_id in requests {
            let (reply, answer) = oneshot::channel();
            sender.try_send(Pending { correlation_id: *correlation_id, reply }).unwrap();
            replies.push(answer);
        }
        let reason = read_answers(bytes, receiver, None, Arc::new(Pulse::new())).await;
        let mut answers = Vec::new();
        for answer in replies {
            answers.push(answer.await.ok());
        }
        (answers, reason)
    }

    #[tokio::test]
    async fn hands_answers_out_in_order() {
        let bytes = [0, 0, 0, 5, 0, 0, 0, 1, b'a', 0, 0, 0, 4, 0, 0, 0, 2];
        let (answers, reason) = read(&bytes, &[1, 2, 3]).await;
        assert_eq!(answers[0].as_deref(), Some(&[0, 0, 0, 1, b'a'][..]));
        assert_eq!(answers[1].as_deref(), Some(&[0, 0, 0, 2][..]));
        assert_eq!((&answers[2], reason), (&None, Ending::closed("the broker closed the connection")));
    }

    #[tokio::test]
    async fn is_idle_only_while_nothing_is_asked() {
        let (_broker, socket) = tokio::io::duplex(8);
        let (requests, pending) = mpsc::channel(1);
        let (reply, answer) = oneshot::channel();
        requests.try_send(Pending { correlation_id: 1, reply }).unwrap();
        let reading = read_answers(socket, pending, Some(Duration::ZERO), Arc::new(Pulse::new()));
        assert!(timeout(IDLE_MIN * 3, reading).await.is_err(), "an answer is awaited");
        drop(answer);
        let (_broker, socket) = tokio::io::duplex(8);
        let (_requests, pending) = mpsc::channel(1);
        let reason = read_answers(socket, pending, Some(Duration::ZERO), Arc::new(Pulse::new())).await;
        assert_eq!(reason, Ending::closed("it was idle for connections.max.idle.ms"));
    }

    /// As with `acks=0`: what closes the connection could lose what is being written.
    #[tokio::test(start_paused = true)]
    async fn is_not_idle_while_requests_without_answers_are_written() {
        let (_broker, socket) = tokio::io::duplex(8);
        let (_requests, pending) = mpsc::channel(1);
        let pulse = Arc::new(Pulse::new());
        let max_idle = Duration::from_secs(10);
        let mut reading = std::pin::pin!(read_answers(socket, pending, Some(max_idle), pulse.clone()));
        for _ in 0..5 {
            assert!(timeout(max_idle * 9 / 10, &mut reading).await.is_err(), "closed while busy");
            pulse.wrote(false);
        }
        assert!(timeout(max_idle * 11 / 10, reading).await.is_ok(), "still open");
    }

    #[tokio::test]
    async fn ends_on_what_no_broker_sends() {
        for (bytes, want) in [
            (&[0x7f, 0xff, 0xff, 0xff, 0][..], "the broker announced an answer of an impossible size"),
            (&[0xff, 0xff, 0xff, 0xff], "the broker announced an answer of an impossible size"),
            (&[0, 0, 0, 3, 0, 0, 0], "the broker announced an answer of an impossible size"),
            (&[0, 0, 0, 4, 0, 0, 0, 9], "the broker answered Some(9) to request 1"),
            (&[7, 0, 0, 0, 0, 0, 0, 9], "the broker closed the connection"), // allocates TRUSTED_BYTES, not 117 MB
        ] {
            assert_eq!(read(bytes, &[1]).await.1, Ending::closed(want), "{bytes:?}");
        }
        let unasked = read(&[0, 0, 0, 4, 0, 0, 0, 1], &[]).await.1;
        assert_eq!(unasked, Ending::closed("the broker sent an answer that nobody asked for"));
        let alert = read(&[0x15, 3, 3, 0, 2, 2, 80], &[1]).await.1;
        assert_eq!(alert, Ending::Foreign("it is TLS: set security.protocol to SSL or SASL_SSL".into()));
    }
}
