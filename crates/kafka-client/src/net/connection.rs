//! One TCP connection: its two tasks, the versions that its broker speaks, and who the client is to it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Buf;
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, SaslAuthenticateRequest, SaslHandshakeRequest,
};
use kafka_protocol::protocol::StrBytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Request;
use super::authenticate::Authenticator;
use super::dial::{Stream, Target, dial};
use super::ending::Ending;
use super::frame::Frame;
use super::link::{Line, Link, Reply};
use super::reader::read_answers;
use super::renewal::Renewal;
use super::versions::ApiVersions;
use super::writer::{Job, write_requests};
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
    line: Line,
    versions: ApiVersions,
    _tasks: JoinSet<()>,
}

impl Connection {
    /// Dials, starts the tasks, asks the broker for its versions and, if SASL is configured, says who the client is.
    pub(crate) async fn open(target: &Target<'_>, settings: Arc<Settings>) -> Result<Connection, KafkaError> {
        let stream = dial(target, &settings).await?;
        let link = Arc::new(Link::new(target.name()));
        let (jobs, tasks) = start(stream, &link, &settings);
        let line = Line { link, jobs, settings };
        let mut connection = Connection { line, versions: ApiVersions::default(), _tasks: tasks };
        connection.versions = connection.ask_versions().await?;
        // Boxed: it is rare, and would make every future that may connect large.
        Box::pin(connection.authenticate()).await?;
        Ok(connection)
    }

    /// False once the connection has ended; a new one has to be opened then.
    pub(crate) fn is_open(&self) -> bool {
        self.line.link.is_open()
    }

    /// When it ended, if it has.
    pub(crate) fn ended_at(&self) -> Option<Instant> {
        self.line.link.ended_at()
    }

    /// How long the broker has let an answer be awaited; nothing while none is.
    pub(crate) fn silence(&self) -> Duration {
        self.line.link.pulse.silence()
    }

    /// About how many requests are under way: each holds the link until its answer is there.
    pub(crate) fn load(&self) -> usize {
        Arc::strong_count(&self.line.link)
    }

    /// Sends a request and waits for its answer.
    pub(crate) async fn send<R: Request>(&self, request: &R) -> Result<R::Response, KafkaError> {
        let version = self.version::<R>()?;
        self.line.ask(request, version).await?.decode::<R>(version).await
    }

    /// As [`send`](Self::send), for a request that the broker answers late by design: `allowed` takes the place of
    /// `request.timeout.ms`.
    pub(crate) async fn send_within<R: Request>(
        &self,
        request: &R,
        allowed: Duration,
    ) -> Result<R::Response, KafkaError> {
        let version = self.version::<R>()?;
        let reply = self.line.ask(request, version).await?;
        let mut answer = reply.bytes_within(allowed, "the time that this request may take").await?;
        self.line.link.read::<R>(&mut answer, version)
    }

    /// As [`send`](Self::send), in a version that is not above `newest`: some mean something else from then on.
    pub(crate) async fn send_at_most<R: Request>(&self, request: &R, newest: i16) -> Result<R::Response, KafkaError> {
        let version = self.version::<R>()?.min(newest);
        self.line.ask(request, version).await?.decode::<R>(version).await
    }

    /// The level of a feature that the cluster had finalized when this connection was made; 0 for one that it had not.
    pub(crate) fn feature(&self, name: &str) -> i16 {
        self.versions.finalized(name)
    }

    /// The newest version of a request that the broker understands.
    pub(crate) fn version<R: Request>(&self) -> Result<i16, KafkaError> {
        self.versions.negotiate::<R>(&self.line.link.address)
    }

    /// Hands a frame to the writer. Frames are written in the order in which their `submit` ends.
    pub(crate) async fn submit(&self, frame: Frame) -> Result<Reply, KafkaError> {
        self.line.submit(frame).await
    }

    async fn authenticate(&self) -> Result<(), KafkaError> {
        let Some(sasl) = &self.line.settings.security.sasl else { return Ok(()) };
        let authenticator = Authenticator::new(
            sasl.clone(),
            self.version::<SaslHandshakeRequest>()?,
            self.version::<SaslAuthenticateRequest>()?,
        );
        let lifetime = authenticator.run(&self.line).await?;
        if let Some(renewal) = Renewal::new(authenticator, &self.line, lifetime) {
            // A writer that is gone has closed the connection, which the next request finds out.
            let _ = self.line.jobs.send(Job::Renew(Box::new(renewal))).await;
        }
        Ok(())
    }

    async fn ask_versions(&self) -> Result<ApiVersions, KafkaError> {
        let newest = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(SOFTWARE_NAME))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let mut response = self.ask_versions_in(&newest, 3).await?;
        if ErrorCode(response.error_code) == ErrorCode::UNSUPPORTED_VERSION {
            response = self.ask_versions_in(&ApiVersionsRequest::default(), 0).await?;
        }
        KafkaError::check(response.error_code, || format!("ApiVersions of {}", self.line.link.address))?;
        Ok(ApiVersions::new(&response))
    }

    async fn ask_versions_in(
        &self,
        request: &ApiVersionsRequest,
        version: i16,
    ) -> Result<ApiVersionsResponse, KafkaError> {
        let mut answer = self.line.ask(request, version).await?.bytes().await?;
        // A broker that does not know our version answers in version 0, whatever was asked.
        let refused =
            answer.get(4..6).is_some_and(|mut code| ErrorCode(code.get_i16()) == ErrorCode::UNSUPPORTED_VERSION);
        self.line.link.read::<ApiVersionsRequest>(&mut answer, if refused { 0 } else { version })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.line.link.close(Ending::closed("the client closed it"));
    }
}

fn start(stream: Stream, link: &Arc<Link>, settings: &Settings) -> (mpsc::Sender<Job>, JoinSet<()>) {
    match stream {
        Stream::Plain(tcp) => {
            let (read_half, write_half) = tcp.into_split();
            start_tasks(read_half, write_half, link, settings)
        }
        Stream::Tls(tls) => {
            // One TLS session has one state: the two tasks take turns, for as long as a poll lasts.
            let (read_half, write_half) = tokio::io::split(*tls);
            start_tasks(read_half, write_half, link, settings)
        }
    }
}

fn start_tasks<R, W>(
    read_half: R,
    write_half: W,
    link: &Arc<Link>,
    settings: &Settings,
) -> (mpsc::Sender<Job>, JoinSet<()>)
where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let (jobs, queued) = mpsc::channel(REQUESTS_QUEUED_MAX);
    let (written, pending) = mpsc::channel(PENDING);
    let client_id = StrBytes::from_string(settings.client_id.clone());
    let mut tasks = JoinSet::new();
    let (pulse, max_idle) = (link.pulse.clone(), settings.connections_max_idle);
    tasks.spawn(link.clone().until_closed(write_requests(write_half, client_id, queued, written, pulse.clone())));
    tasks.spawn(link.clone().until_closed(read_answers(read_half, pending, max_idle, pulse)));
    (jobs, tasks)
}
