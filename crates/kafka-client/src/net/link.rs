//! What the parts of one connection share: whether it is open, why it ended, and the way to its writer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use kafka_protocol::messages::ResponseHeader;
use kafka_protocol::protocol::{Decodable, HeaderVersion};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::Request;
use super::connection::Settings;
use super::ending::Ending;
use super::frame::Frame;
use super::guard;
use super::pulse::Pulse;
use super::writer::{Job, Outgoing};
use crate::{ErrorCode, KafkaError};

/// One connection's fate.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) address: Arc<str>,
    pub(super) pulse: Arc<Pulse>,
    closed: CancellationToken,
    ended: OnceLock<(Ending, Instant)>,
}

impl Link {
    pub(super) fn new(address: Arc<str>) -> Self {
        Link { address, pulse: Arc::new(Pulse::new()), closed: CancellationToken::new(), ended: OnceLock::new() }
    }

    pub(super) fn is_open(&self) -> bool {
        !self.closed.is_cancelled()
    }

    /// Ends the connection; the first reason stays.
    pub(super) fn close(&self, reason: Ending) {
        self.ended.get_or_init(|| (reason, Instant::now()));
        self.closed.cancel();
    }

    /// When it ended, if it has.
    pub(super) fn ended_at(&self) -> Option<Instant> {
        self.ended.get().map(|(_, at)| *at)
    }

    /// Runs one of the two tasks; when one stops, so does the other. Also when it is dropped, because the runtime that opened
    /// the connection ends: others may hold it, and must not wait for answers that nobody reads.
    pub(super) async fn until_closed(self: Arc<Self>, task: impl Future<Output = Ending>) {
        let _on_drop = CloseOnDrop(self.clone());
        if let Some(reason) = self.closed.run_until_cancelled(task).await {
            self.close(reason);
        }
    }

    /// Why the connection ended; a task that has let go of a request is about to say so.
    async fn ended(&self) -> KafkaError {
        self.closed.cancelled().await;
        self.disconnected()
    }

    fn disconnected(&self) -> KafkaError {
        let ending = self.ended.get().map(|(ending, _)| ending.clone());
        ending.unwrap_or_else(|| Ending::closed("the client closed it")).into_error(self.address.clone())
    }

    /// Decodes an answer. One that cannot be read ends the connection: nothing after it can be trusted.
    pub(super) fn read<R: Request>(&self, answer: &mut Bytes, version: i16) -> Result<R::Response, KafkaError> {
        let header_version = R::Response::header_version(version);
        let read = guard::check(answer, R::KEY, version, header_version).map_err(str::to_owned).and_then(|()| {
            let header = ResponseHeader::decode(answer, header_version);
            header.and_then(|_| R::Response::decode(answer, version)).map_err(|error| error.to_string())
        });
        read.map_err(|error| {
            let reason = format!("{} version {version}: {error}", R::NAME);
            self.close(Ending::closed(reason.clone()));
            KafkaError::Protocol { address: self.address.clone(), reason: reason.into() }
        })
    }
}

struct CloseOnDrop(Arc<Link>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close(Ending::closed("the client closed it"));
    }
}

/// The way to the writer: one that everybody shares, or one that the writer listens to alone for a while.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) link: Arc<Link>,
    pub(super) jobs: mpsc::Sender<Job>,
    pub(super) settings: Arc<Settings>,
}

impl Line {
    /// Hands a frame to the writer. Frames are written in the order in which their `submit` ends.
    pub(super) async fn submit(&self, frame: Frame) -> Result<Reply, KafkaError> {
        let (reply, answer) = oneshot::channel();
        match self.jobs.send(Job::Request(Outgoing { frame, reply })).await {
            Ok(()) => Ok(Reply { link: self.link.clone(), answer, settings: self.settings.clone() }),
            Err(_) => Err(self.link.ended().await),
        }
    }

    /// Encodes a request in this version and submits it.
    pub(super) async fn ask<R: Request>(&self, request: &R, version: i16) -> Result<Reply, KafkaError> {
        let frame = Frame::encode(request, version).map_err(|reason| {
            let context = format!("{} version {version} for {}: {reason}", R::NAME, self.link.address);
            KafkaError::broker(ErrorCode::UNSUPPORTED_VERSION, context)
        })?;
        self.submit(frame).await
    }
}

/// The answer to a request that was handed to the writer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(super) link: Arc<Link>,
    answer: oneshot::Receiver<Bytes>,
    settings: Arc<Settings>,
}

impl Reply {
    /// The decoded answer.
    pub(crate) async fn decode<R: Request>(self, version: i16) -> Result<R::Response, KafkaError> {
        let link = self.link.clone();
        let mut answer = self.bytes().await?;
        link.read::<R>(&mut answer, version)
    }

    /// The answer, beginning with its header. Not in time: the connection ends, because every later answer waits too.
    pub(crate) async fn bytes(self) -> Result<Bytes, KafkaError> {
        let allowed = self.settings.request_timeout;
        self.bytes_within(allowed, "request.timeout.ms").await
    }

    /// As [`bytes`](Self::bytes); `limit` is the name of what is allowed.
    pub(super) async fn bytes_within(self, allowed: Duration, limit: &str) -> Result<Bytes, KafkaError> {
        match timeout(allowed, self.answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(self.link.ended().await),
            Err(_) => {
                let reason = format!("no answer within {limit} ({} ms)", allowed.as_millis());
                self.link.close(Ending::closed(reason));
                Err(self.link.disconnected())
            }
        }
    }
}
