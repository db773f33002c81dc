//! The task that writes requests, in the order in which they were submitted.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::ending::Ending;
use super::frame::{Chunks, Frame};
use super::pulse::Pulse;
use super::renewal::Renewal;

/// How long the reader has to find out why the socket takes no more.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What the writer has to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Write this.
    Request(Outgoing),
    /// From now on, authenticate again when it is time.
    Renew(Box<Renewal>),
}

/// A frame and who waits for its answer.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) frame: Frame,
    pub(super) reply: oneshot::Sender<Bytes>,
}

/// A request that was written, or is being written; the broker answers these in order.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) correlation_id: i32,
    pub(super) reply: oneshot::Sender<Bytes>,
}

/// Writes until every [`Connection`](super::Connection) handle is gone; returns why it stopped.
pub(super) async fn write_requests<W: AsyncWrite + Unpin>(
    socket: W,
    client_id: StrBytes,
    jobs: mpsc::Receiver<Job>,
    pending: mpsc::Sender<Pending>,
    pulse: Arc<Pulse>,
) -> Ending {
    let mut writer = Writer { socket, client_id, pending, pulse, correlation_id: 0 };
    writer.run(jobs).await.err().unwrap_or_else(|| Ending::closed("the client closed it"))
}

struct Writer<W> {
    socket: W,
    client_id: StrBytes,
    pending: mpsc::Sender<Pending>,
    pulse: Arc<Pulse>,
    correlation_id: i32,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    async fn run(&mut self, mut jobs: mpsc::Receiver<Job>) -> Result<(), Ending> {
        let mut renewal: Option<Box<Renewal>> = None;
        while let Some(job) = jobs.recv().await {
            match job {
                Job::Renew(next) => renewal = Some(next),
                Job::Request(outgoing) => {
                    if let Some(renewal) = renewal.as_mut().filter(|renewal| renewal.is_due()) {
                        Box::pin(self.renew(renewal)).await?;
                    }
                    self.write(outgoing).await?;
                }
            }
        }
        Ok(())
    }

    /// Writes what the renewal wants written, and nothing else until it is done.
    async fn renew(&mut self, renewal: &mut Renewal) -> Result<(), Ending> {
        let (jobs, mut wanted) = mpsc::channel(1);
        let mut running = std::pin::pin!(renewal.run(jobs));
        loop {
            // Cancel-safe: `running` goes on where it was, and a job that was not received stays in the channel.
            tokio::select! {
                biased;
                done = &mut running => return done.map_err(Ending::closed),
                Some(Job::Request(outgoing)) = wanted.recv() => self.write(outgoing).await?,
            }
        }
    }

    async fn write(&mut self, Outgoing { frame, reply }: Outgoing) -> Result<(), Ending> {
        self.correlation_id = self.correlation_id.wrapping_add(1) & i32::MAX;
        let correlation_id = self.correlation_id;
        let answered = frame.answered;
        self.pulse.wrote(answered);
        let mut chunks = frame.into_chunks(correlation_id, &self.client_id).map_err(Ending::closed)?;
        if !answered {
            self.write_all(&mut chunks).await?;
            let _ = reply.send(Bytes::new());
            return Ok(());
        }
        // The reader must know of a request before its answer can arrive.
        if self.pending.send(Pending { correlation_id, reply }).await.is_err() {
            return Err(Ending::closed("the broker closed the connection"));
        }
        self.write_all(&mut chunks).await
    }

    async fn write_all(&mut self, chunks: &mut Chunks) -> Result<(), Ending> {
        let written = match self.socket.write_all_buf(chunks).await {
            // TLS keeps the last bytes until it is told that no more follow; a plain socket has nothing to flush.
            Ok(()) => self.socket.flush().await,
            error => error,
        };
        let Err(error) = written else { return Ok(()) };
        // A broker that refuses the client says why and closes: the reader, which then ends this task, knows better.
        tokio::time::sleep(LAST_WORDS).await;
        Err(Ending::of_io(&error, true))
    }
}
