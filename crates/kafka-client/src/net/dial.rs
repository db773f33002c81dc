//! From a host name to a connected socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::KafkaError;
use crate::config::ClientConfig;

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

/// Connects to one address.
///
/// # Errors
/// [`KafkaError::Connect`].
pub(super) async fn dial(target: &Target<'_>, config: &ClientConfig) -> Result<TcpStream, KafkaError> {
    let failed = |source: io::Error| KafkaError::Connect { address: target.name(), source: Arc::new(source) };
    within(target.allowed, connect(target.address, config)).await.map_err(failed)
}

/// `host:port` as messages show it.
pub(crate) fn address(host: &str, port: u16) -> Arc<str> {
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
