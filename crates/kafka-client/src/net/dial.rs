//! From a host name to a connection that is ready for the first request.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use crate::KafkaError;
use crate::config::ClientConfig;
use crate::security::tls::TlsFailure;

/// A connected socket. Told apart once, when the connection starts; not for each read or write.
#[derive(Debug)]
pub(super) enum Stream {
    /// Bytes as they are.
    Plain(TcpStream),
    /// Bytes within TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

/// Why one address is of no use.
enum Failed {
    /// It cannot be reached; another one may be.
    Io(io::Error),
    /// It was reached, and the connection ended.
    Ended(String),
    /// It was reached, and one side does not accept the other.
    Refused(String),
}

/// One attempt to connect.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    /// What the broker calls itself; certificates are held against it.
    pub(crate) host: &'a str,
    /// One of the addresses that the host has.
    pub(crate) address: SocketAddr,
    /// How long it may take.
    pub(crate) allowed: Duration,
}

impl Target<'_> {
    /// `host:port` as messages show it.
    pub(crate) fn name(&self) -> Arc<str> {
        address(self.host, self.address.port())
    }
}

/// Connects to one address, and shakes hands if TLS is spoken.
///
/// # Errors
/// [`KafkaError::Connect`] if the address cannot be reached; what comes after that is [`KafkaError::Disconnected`] or, if
/// another attempt would end the same way, [`KafkaError::Authentication`].
pub(super) async fn dial(target: &Target<'_>, config: &ClientConfig) -> Result<Stream, KafkaError> {
    open(target, config).await.map_err(|why| why.into_error(target.name()))
}

/// `host:port` as messages show it.
pub(crate) fn address(host: &str, port: u16) -> Arc<str> {
    format!("{host}:{port}").into()
}

async fn open(target: &Target<'_>, config: &ClientConfig) -> Result<Stream, Failed> {
    let (started, allowed) = (Instant::now(), target.allowed);
    let tcp = within(allowed, connect(target.address, config)).await?;
    let Some(tls) = &config.security.tls else { return Ok(Stream::Plain(tcp)) };
    match timeout(allowed.saturating_sub(started.elapsed()), tls.connect(target.host, tcp)).await {
        Ok(shaken) => Ok(Stream::Tls(Box::new(shaken?))),
        Err(_) => {
            let limit = format!("socket.connection.setup.timeout.ms ({} ms)", allowed.as_millis());
            Err(Failed::Ended(format!("the TLS handshake did not end within {limit}")))
        }
    }
}

async fn connect(address: SocketAddr, config: &ClientConfig) -> io::Result<TcpStream> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    config.send_buffer.map_or(Ok(()), |size| socket.set_send_buffer_size(size))?;
    config.receive_buffer.map_or(Ok(()), |size| socket.set_recv_buffer_size(size))?;
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn within<T>(allowed: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(allowed, work).await.unwrap_or_else(|elapsed| Err(io::Error::new(io::ErrorKind::TimedOut, elapsed)))
}

impl Failed {
    fn into_error(self, address: Arc<str>) -> KafkaError {
        match self {
            Failed::Io(source) => KafkaError::Connect { address, source: Arc::new(source) },
            Failed::Ended(reason) => KafkaError::Disconnected { address, reason: reason.into() },
            Failed::Refused(reason) => KafkaError::ssl_authentication(&address, &reason),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::Io(error)
    }
}

impl From<TlsFailure> for Failed {
    fn from(failure: TlsFailure) -> Self {
        match failure {
            TlsFailure::Refused(reason) => Failed::Refused(reason),
            TlsFailure::Ended(reason) => Failed::Ended(reason),
        }
    }
}
