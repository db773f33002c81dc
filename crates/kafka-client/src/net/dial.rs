//! From a host name to a connected socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::timeout;

use crate::KafkaError;
use crate::config::ClientConfig;

/// Connects to the first address of `host` that accepts.
///
/// # Errors
/// [`KafkaError::Connect`] with the last address's error, after all were tried.
pub(super) async fn dial(host: &str, port: u16, config: &ClientConfig) -> Result<TcpStream, KafkaError> {
    let failed = |source: io::Error| KafkaError::Connect { address: address(host, port), source: Arc::new(source) };
    let allowed = config.connection_setup_timeout;
    let addresses = within(allowed, lookup_host((host, port))).await.map_err(failed)?;
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in addresses {
        match within(allowed, connect(address, config)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(failed(last))
}

/// `host:port` as messages show it.
pub(super) fn address(host: &str, port: u16) -> Arc<str> {
    format!("{host}:{port}").into()
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
