//! One TCP connection: its two tasks, the versions that its broker speaks, and who the client is to it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Buf;
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, SaslAuthenticateRequest, SaslHandshakeRequest,
};
use kafka_protocol::protocol::StrBytes;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Request;
use super::authenticate::Authenticator;
use super::dial::{Target, dial};
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
        self.line.link.close("the client closed it".to_owned());
    }
}

fn start(stream: TcpStream, link: &Arc<Link>, settings: &Settings) -> (mpsc::Sender<Job>, JoinSet<()>) {
    let (read_half, write_half) = stream.into_split();
    let (jobs, queued) = mpsc::channel(REQUESTS_QUEUED_MAX);
    let (written, pending) = mpsc::channel(PENDING);
    let client_id = StrBytes::from_string(settings.client_id.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(link.clone().until_closed(write_requests(write_half, client_id, queued, written)));
    tasks.spawn(link.clone().until_closed(read_answers(read_half, pending, settings.connections_max_idle)));
    (jobs, tasks)
}
