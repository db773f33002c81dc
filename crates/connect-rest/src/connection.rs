//! One client connection: HTTP/1.1 with limits on what it may hold and for how long.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::site::Site;
use crate::stall::StallGuard;

/// The largest request head; a longer one is answered with 431.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// Serves requests one after the other until the client leaves, is idle for too long, or the server stops; then the
/// request under way is still answered.
pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    site: Arc<Site>,
    idle: Duration,
    closing: CancellationToken,
) {
    // Answers are small and whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let site = site.clone();
        async move { Ok::<_, Infallible>(site.answer(peer, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(idle).max_buf_size(HEAD_BYTES_MAX);
    let mut connection = pin!(http.serve_connection(TokioIo::new(StallGuard::new(stream, idle)), service));
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, %error, "a REST connection ended early");
    }
}
