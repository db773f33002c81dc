//! One TCP connection: its two tasks, and the versions that its broker speaks.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Buf, Bytes};
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, ResponseHeader};
use kafka_protocol::protocol::{Decodable, HeaderVersion, StrBytes};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::Request;
use super::dial::{Target, dial};
use super::frame::Frame;
use super::guard;
use super::reader::read_answers;
use super::versions::ApiVersions;
use super::writer::{Outgoing, write_requests};
use crate::config::ClientConfig;
use crate::{ErrorCode, KafkaError};

/// Requests that wait for the writer; more make their senders wait.
pub(crate) const REQUESTS_QUEUED_MAX: usize = 64;
/// Written requests without an answer; more make the writer wait.
const PENDING: usize = 1024;
const SOFTWARE_NAME: &str = "longshore";

/// How connections are made: one for all nodes of a cluster.
pub(crate) type Settings = ClientConfig;

/// A connected broker. Dropping it ends its tasks, and with them the requests under way.
#[derive(Debug)]
pub(crate) struct Connection {
    link: Arc<Link>,
    versions: ApiVersions,
    requests: mpsc::Sender<Outgoing>,
    settings: Arc<Settings>,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Link {
    address: Arc<str>,
    closed: CancellationToken,
    reason: OnceLock<Arc<str>>,
}

/// The answer to a request that was handed to the writer.
#[derive(Debug)]
pub(crate) struct Reply {
    link: Arc<Link>,
    answer: oneshot::Receiver<Bytes>,
    settings: Arc<Settings>,
}

impl Connection {
    /// Dials, starts the tasks and asks the broker for its versions.
    pub(crate) async fn open(target: &Target<'_>, settings: Arc<Settings>) -> Result<Connection, KafkaError> {
        let stream = dial(target, &settings).await?;
        let link = Arc::new(Link { address: target.name(), closed: CancellationToken::new(), reason: OnceLock::new() });
        let (requests, tasks) = start(stream, &link, &settings);
        let versions = ApiVersions::default();
        let mut connection = Connection { link, versions, requests, settings, _tasks: tasks };
        connection.versions = connection.ask_versions().await?;
        Ok(connection)
    }

    /// False once the connection has ended; a new one has to be opened then.
    pub(crate) fn is_open(&self) -> bool {
        !self.link.closed.is_cancelled()
    }

    /// About how many requests are under way: each holds the link until its answer is there.
    pub(crate) fn load(&self) -> usize {
        Arc::strong_count(&self.link)
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn send<R: Request>(&self, request: &R) -> Result<R::Response, KafkaError> {
        let version = self.version::<R>()?;
        let frame = Frame::encode(request, version).map_err(|reason| self.unencodable(R::NAME, version, &reason))?;
        self.submit(frame).await?.decode::<R>(version).await
    }

    /// As [`send`](Self::send), for a request that the broker answers late by design: `allowed` takes the place of
    /// `request.timeout.ms`.
    pub(crate) async fn send_within<R: Request>(
        &self,
        request: &R,
        allowed: Duration,
    ) -> Result<R::Response, KafkaError> {
        let version = self.version::<R>()?;
        let frame = Frame::encode(request, version).map_err(|reason| self.unencodable(R::NAME, version, &reason))?;
        let mut answer = self.submit(frame).await?.bytes_within(allowed, "the time that this request may take").await?;
        self.link.read::<R>(&mut answer, version)
    }

    /// The newest version of a request that the broker understands.
    pub(crate) fn version<R: Request>(&self) -> Result<i16, KafkaError> {
        self.versions.negotiate::<R>(&self.link.address)
    }

    /// Hands a frame to the writer. Frames are written in the order in which their `submit` ends.
    pub(crate) async fn submit(&self, frame: Frame) -> Result<Reply, KafkaError> {
        let (reply, answer) = oneshot::channel();
        match self.requests.send(Outgoing { frame, reply }).await {
            Ok(()) => Ok(Reply { link: self.link.clone(), answer, settings: self.settings.clone() }),
            Err(_) => Err(self.link.ended().await),
        }
    }

    async fn ask_versions(&self) -> Result<ApiVersions, KafkaError> {
        let newest = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(SOFTWARE_NAME))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let mut response = self.ask_versions_in(&newest, 3).await?;
        if ErrorCode(response.error_code) == ErrorCode::UNSUPPORTED_VERSION {
            response = self.ask_versions_in(&ApiVersionsRequest::default(), 0).await?;
        }
        KafkaError::check(response.error_code, || format!("ApiVersions of {}", self.link.address))?;
        Ok(ApiVersions::new(&response))
    }

    async fn ask_versions_in(
        &self,
        request: &ApiVersionsRequest,
        version: i16,
    ) -> Result<ApiVersionsResponse, KafkaError> {
        let encoded = Frame::encode(request, version);
        let frame = encoded.map_err(|reason| self.unencodable("ApiVersionsRequest", version, &reason))?;
        let reply = self.submit(frame).await?;
        let link = reply.link.clone();
        let mut answer = reply.bytes().await?;
        // A broker that does not know our version answers in version 0, whatever was asked.
        let refused =
            answer.get(4..6).is_some_and(|mut code| ErrorCode(code.get_i16()) == ErrorCode::UNSUPPORTED_VERSION);
        link.read::<ApiVersionsRequest>(&mut answer, if refused { 0 } else { version })
    }

    fn unencodable(&self, api: &str, version: i16, reason: &str) -> KafkaError {
        KafkaError::broker(
            ErrorCode::UNSUPPORTED_VERSION,
            format!("{api} version {version} for {}: {reason}", self.link.address),
        )
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.link.close("the client closed it".to_owned());
    }
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

    async fn bytes_within(self, allowed: Duration, limit: &str) -> Result<Bytes, KafkaError> {
        match timeout(allowed, self.answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(self.link.ended().await),
            Err(_) => {
                let reason = format!("no answer within {limit} ({} ms)", allowed.as_millis());
                self.link.close(reason);
                Err(self.link.disconnected())
            }
        }
    }
}

impl Link {
    /// Ends the connection; the first reason stays.
    fn close(&self, reason: String) {
        self.reason.get_or_init(|| reason.into());
        self.closed.cancel();
    }

    /// Why the connection ended; a task that has let go of a request is about to say so.
    async fn ended(&self) -> KafkaError {
        self.closed.cancelled().await;
        self.disconnected()
    }

    fn disconnected(&self) -> KafkaError {
        let reason = self.reason.get().cloned().unwrap_or_else(|| "the client closed it".into());
        KafkaError::Disconnected { address: self.address.clone(), reason }
    }

    /// Decodes an answer. One that cannot be read ends the connection: nothing after it can be trusted.
    fn read<R: Request>(&self, answer: &mut Bytes, version: i16) -> Result<R::Response, KafkaError> {
        let header_version = R::Response::header_version(version);
        let read = guard::check(answer, R::KEY, version, header_version).map_err(str::to_owned).and_then(|()| {
            let header = ResponseHeader::decode(answer, header_version);
            header.and_then(|_| R::Response::decode(answer, version)).map_err(|error| error.to_string())
        });
        read.map_err(|error| {
            let reason = format!("{} version {version}: {error}", R::NAME);
            self.close(reason.clone());
            KafkaError::Protocol { address: self.address.clone(), reason: reason.into() }
        })
    }
}

fn start(stream: TcpStream, link: &Arc<Link>, settings: &Settings) -> (mpsc::Sender<Outgoing>, JoinSet<()>) {
    let (read_half, write_half) = stream.into_split();
    let (requests, queued) = mpsc::channel(REQUESTS_QUEUED_MAX);
    let (written, pending) = mpsc::channel(PENDING);
    let client_id = StrBytes::from_string(settings.client_id.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(until_closed(link.clone(), write_requests(write_half, client_id, queued, written)));
    tasks.spawn(until_closed(link.clone(), read_answers(read_half, pending, settings.connections_max_idle)));
    (requests, tasks)
}

/// Runs one of the two tasks; when one stops, so does the other. Also when it is dropped, because the runtime that opened
/// the connection ends: others may hold it, and must not wait for answers that nobody reads.
async fn until_closed(link: Arc<Link>, task: impl Future<Output = String>) {
    let _on_drop = CloseOnDrop(link.clone());
    if let Some(reason) = link.closed.run_until_cancelled(task).await {
        link.close(reason);
    }
}

struct CloseOnDrop(Arc<Link>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close("the client closed it".to_owned());
    }
}
