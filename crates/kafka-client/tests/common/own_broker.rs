//! Brokers of a test's own, for what the shared one is not configured for; they end with it.
//! ```text
//! prepare: ports, folder ─▶ the test's properties, which name them ─▶ start ─▶ … ─▶ drop: killed, folder removed
//! ```
//! `scripts/apache.sh` runs them, whose path is in `LONGSHORE_TEST_APACHE`.

use std::hash::{BuildHasher, RandomState};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::required;

/// Outgoing connections have ports above these: none of them takes one away before the broker has it.
const PORTS: std::ops::Range<u16> = 10_000..32_000;
/// A busy machine needs longer than the script waits.
const START_MAX: Duration = Duration::from_secs(180);

/// One broker, or several: the I-th is at the port `2 * (I - 1)` after the first one's.
pub struct OwnBroker {
    script: String,
    folder: TempDir,
    port: u16,
    ports: u16,
    /// What the JVMs are given.
    pub java_options: String,
    brokers: u16,
}

impl OwnBroker {
    /// Finds `ports` ports in a row and makes a folder; starts nothing. None after saying that the test is skipped.
    pub fn prepare(ports: u16) -> Option<Self> {
        let script = required("LONGSHORE_TEST_APACHE", "scripts/apache.sh, for a broker of the test's own")?;
        let (folder, java_options) = (tempfile::tempdir().unwrap(), "-Xmx256m".to_owned());
        Some(Self { script, folder, port: free_ports(ports), ports, java_options, brokers: 0 })
    }

    /// Starts one broker with these properties, and waits until it listens on all of the ports; blocking.
    pub fn start(&mut self, properties: &str) {
        self.brokers = 1;
        std::fs::write(self.extra(), properties).unwrap();
        let _ = self.command(&["broker", "start"]).stdout(Stdio::null()).status().unwrap();
        let deadline = Instant::now() + START_MAX;
        let listens = |offset| TcpStream::connect(("localhost", self.port + offset)).is_ok();
        while !(0..self.ports).all(listens) {
            let log = || std::fs::read_to_string(self.path("brokers/1/broker.log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the broker does not start: {}", log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Starts several; blocking.
    pub fn start_all(&mut self, brokers: u16, properties: &str) {
        self.brokers = brokers;
        std::fs::write(self.extra(), properties).unwrap();
        self.run(&["broker", "start", &brokers.to_string()]);
    }

    /// `host:port`, so many ports after the first.
    pub fn at(&self, host: &str, offset: u16) -> String {
        format!("{host}:{}", self.port + offset)
    }

    /// A file in the folder, in which the test may put more.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The script with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.script);
        command.args(arguments).env("KAFKA_PORT", self.port.to_string()).env("KAFKA_DATA", self.path("brokers"));
        command.env("KAFKA_EXTRA", self.extra()).env("HEAP", &self.java_options);
        command
    }

    /// Runs the script, which has to succeed.
    pub fn run(&self, arguments: &[&str]) {
        assert!(self.command(arguments).stdout(Stdio::null()).status().unwrap().success(), "{arguments:?}");
    }

    fn extra(&self) -> PathBuf {
        self.path("extra.properties")
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        // At once: what they would save is thrown away.
        for broker in 1..=self.brokers {
            let ended = self.command(&["broker", "kill", &broker.to_string()]).stdout(Stdio::null()).status();
            assert!(ended.is_ok_and(|status| status.success()) || std::thread::panicking(), "broker {broker} stays");
        }
    }
}

fn free_ports(count: u16) -> u16 {
    let random = || u16::try_from(RandomState::new().hash_one(0) % u64::from(PORTS.end - count - PORTS.start)).unwrap();
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut rows = std::iter::repeat_with(|| PORTS.start + random()).take(1_000);
    rows.find(|first| (*first..first + count).all(is_free)).unwrap()
}
