//! The task that writes requests, in the order in which they were submitted.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::ending::Ending;
use super::frame::{Chunks, Frame};

/// How long the reader has to find out why the socket takes no more.
const LAST_WORDS: Duration = Duration::from_millis(500);

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
    mut socket: W,
    client_id: StrBytes,
    mut requests: mpsc::Receiver<Outgoing>,
    pending: mpsc::Sender<Pending>,
) -> Ending {
    let mut correlation_id = 0_i32;
    while let Some(Outgoing { frame, reply }) = requests.recv().await {
        correlation_id = correlation_id.wrapping_add(1) & i32::MAX;
        let answered = frame.answered;
        let mut chunks = match frame.into_chunks(correlation_id, &client_id) {
            Ok(chunks) => chunks,
            Err(reason) => return Ending::closed(reason),
        };
        if !answered {
            if let Err(error) = write(&mut socket, &mut chunks).await {
                return unwritable(&error).await;
            }
            let _ = reply.send(Bytes::new());
            continue;
        }
        // The reader must know of a request before its answer can arrive.
        if pending.send(Pending { correlation_id, reply }).await.is_err() {
            return Ending::closed("the broker closed the connection");
        }
        if let Err(error) = write(&mut socket, &mut chunks).await {
            return unwritable(&error).await;
        }
    }
    Ending::closed("the client closed it")
}

async fn write<W: AsyncWrite + Unpin>(socket: &mut W, chunks: &mut Chunks) -> io::Result<()> {
    socket.write_all_buf(chunks).await?;
    // TLS keeps the last bytes until it is told that no more follow; a plain socket has nothing to flush.
    socket.flush().await
}

/// A broker that refuses the client says why and closes: the reader, which then ends this task, knows better.
async fn unwritable(error: &io::Error) -> Ending {
    tokio::time::sleep(LAST_WORDS).await;
    Ending::of_io(error, true)
}
