//! What stands between the clients and each broker, so that connections can be cut and answers lost.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens to the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Pass,
    /// Requests arrive, answers vanish: whoever repeats a request repeats what was done.
    LoseAnswers,
    /// Nothing moves.
    Hold,
    /// Connections end, and new ones are not accepted.
    Refuse,
}

/// One broker's proxy.
#[derive(Debug)]
pub(crate) struct Proxy {
    mode: Arc<watch::Sender<Mode>>,
    _task: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn start(port: u16, broker: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let mut task = JoinSet::new();
        task.spawn(accept(listener, broker, mode.clone()));
        Ok(Proxy { mode, _task: task })
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// Ends every connection.
    pub(crate) async fn cut(&self) {
        self.set(Mode::Refuse);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.set(Mode::Pass);
    }
}

async fn accept(listener: TcpListener, broker: u16, mode: Arc<watch::Sender<Mode>>) {
    let mut connections = JoinSet::new();
    loop {
        // Cancel-safe: a connection that was not taken is still in the listener's queue.
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((client, _)) = accepted else { continue };
                if *mode.borrow() != Mode::Refuse {
                    connections.spawn(forward(client, broker, mode.subscribe()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn forward(client: TcpStream, broker: u16, mode: watch::Receiver<Mode>) {
    let Ok(broker) = TcpStream::connect(("127.0.0.1", broker)).await else { return };
    let _ = (client.set_nodelay(true), broker.set_nodelay(true));
    let (client_reads, client_writes) = client.into_split();
    let (broker_reads, broker_writes) = broker.into_split();
    let mut refused = mode.clone();
    // The first end ends both: dropped halves close the sockets.
    tokio::select! {
        () = copy(client_reads, broker_writes, mode.clone(), false) => {}
        () = copy(broker_reads, client_writes, mode, true) => {}
        _ = refused.wait_for(|mode| *mode == Mode::Refuse) => {}
    }
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>, answers: bool) {
    let mut buffer = vec![0; 64 << 10];
    let mut lost = false;
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if mode.wait_for(|mode| *mode != Mode::Hold).await.is_err() {
            return;
        }
        // What follows a lost answer would be no answer to anything.
        lost |= answers && *mode.borrow() == Mode::LoseAnswers;
        if !lost && to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
