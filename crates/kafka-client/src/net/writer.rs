//! The task that writes requests, in the order in which they were submitted.

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use super::frame::Frame;

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
) -> String {
    let mut correlation_id = 0_i32;
    while let Some(Outgoing { frame, reply }) = requests.recv().await {
        correlation_id = correlation_id.wrapping_add(1) & i32::MAX;
        let answered = frame.answered;
        let mut chunks = match frame.into_chunks(correlation_id, &client_id) {
            Ok(chunks) => chunks,
            Err(reason) => return reason,
        };
        if !answered {
            if let Err(error) = socket.write_all_buf(&mut chunks).await {
                return error.to_string();
            }
            let _ = reply.send(Bytes::new());
            continue;
        }
        // The reader must know of a request before its answer can arrive.
        if pending.send(Pending { correlation_id, reply }).await.is_err() {
            return "the broker closed the connection".to_owned();
        }
        if let Err(error) = socket.write_all_buf(&mut chunks).await {
            return error.to_string();
        }
    }
    "the client closed it".to_owned()
}
