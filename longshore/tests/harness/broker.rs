//! A broker that belongs to one test, which may kill it.

use std::fs::OpenOptions;
use std::io::Write;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use super::apache;

/// Killed when dropped.
pub struct Broker {
    port: u16,
    data: TempDir,
}

impl Broker {
    /// Started on a free port.
    pub fn start() -> Self {
        let broker = Self { port: free_port(), data: TempDir::new().unwrap() };
        broker.run(&["start"]);
        // From its second start on: the controller takes it back soon after it was killed.
        let config = broker.data.path().join("1/server.properties");
        let mut config = OpenOptions::new().append(true).open(config).unwrap();
        config.write_all(b"broker.session.timeout.ms=1500\nbroker.heartbeat.interval.ms=300\n").unwrap();
        broker
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Ends it without notice.
    pub fn kill(&self) {
        self.run(&["kill", "1"]);
    }

    /// Starts it again, with the data it had.
    pub fn again(&self) {
        self.run(&["again", "1"]);
    }

    /// Freezes it until [`resume`](Self::resume).
    pub fn pause(&self) {
        self.run(&["pause", "1"]);
    }

    pub fn resume(&self) {
        self.run(&["resume", "1"]);
    }

    fn run(&self, arguments: &[&str]) {
        let mut command = apache::script();
        command.env("KAFKA_PORT", self.port.to_string()).env("KAFKA_DATA", self.data.path()).env("HEAP", "-Xmx512M");
        let output = command.arg("broker").args(arguments).output().unwrap();
        assert!(output.status.success(), "broker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that is free, and the one above it, which the controller takes.
fn free_port() -> u16 {
    // Other tests of this process look for one too, and take it only later.
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let taken = 2 * TAKEN.fetch_add(1, Ordering::Relaxed);
    let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
    // Below the ports that the system gives to clients, so that no connection takes it while the broker is away.
    let start = 20_000 + u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    (start + taken..32_000).step_by(10).find(|&port| free(port) && free(port + 1)).unwrap()
}
