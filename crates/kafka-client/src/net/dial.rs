//! From a host name to a connection that is ready for the first request.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream, lookup_host};
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
    /// It was reached, and one side does not accept the other: so it would be with the other addresses.
    Refused(String),
}

/// Connects to the first address of `host` that accepts, and shakes hands if TLS is spoken. Each address has
/// `socket.connection.setup.timeout.ms` for both.
///
/// # Errors
/// After all were tried, [`KafkaError::Connect`] or [`KafkaError::Disconnected`] with the last address's error;
/// [`KafkaError::Tls`] at once.
pub(super) async fn dial(host: &str, port: u16, config: &ClientConfig) -> Result<Stream, KafkaError> {
    let allowed = config.connection_setup_timeout;
    let failed = |why: Failed| why.into_error(address(host, port));
    let addresses = within(allowed, lookup_host((host, port))).await.map_err(|error| failed(error.into()))?;
    let mut last = Failed::Io(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
    for address in addresses {
        match open(host, address, config).await {
            Ok(stream) => return Ok(stream),
            Err(refused @ Failed::Refused(_)) => return Err(failed(refused)),
            Err(error) => last = error,
        }
    }
    Err(failed(last))
}

/// `host:port` as messages show it.
pub(super) fn address(host: &str, port: u16) -> Arc<str> {
    format!("{host}:{port}").into()
}

async fn open(host: &str, address: SocketAddr, config: &ClientConfig) -> Result<Stream, Failed> {
    let (started, allowed) = (Instant::now(), config.connection_setup_timeout);
    let tcp = within(allowed, connect(address, config)).await?;
    let Some(tls) = &config.security.tls else { return Ok(Stream::Plain(tcp)) };
    match timeout(allowed.saturating_sub(started.elapsed()), tls.connect(host, tcp)).await {
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
            Failed::Refused(reason) => KafkaError::Tls { address, reason: reason.into() },
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
