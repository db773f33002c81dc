//! A worker process: how it is started, what it says, how it ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::disk::SmallDisk;
use super::http::{self, Answer};
use super::site::{Site, properties, text};
use super::{GLANCE, PATIENCE, apache};

const LISTENING: &str = "REST server listening at http://";
static STARTED: AtomicU32 = AtomicU32::new(0);

#[derive(Debug, Clone, Copy)]
pub enum Signal {
    Term,
    Int,
    Kill,
    /// Freezes it until [`Continue`](Self::Continue).
    Stop,
    Continue,
}

/// A worker that is about to start.
pub struct Launch<'a> {
    site: &'a Site,
    command: Command,
    props: BTreeMap<String, String>,
    /// Used as it is, instead of `props`.
    file: Option<PathBuf>,
    connectors: Vec<PathBuf>,
    stdin: Stdio,
}

impl<'a> Launch<'a> {
    /// JSON converters with schemas, the site's offset file, and any free port for REST.
    pub fn longshore(site: &'a Site) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
        command.arg("standalone");
        Self::of(site, command)
    }

    /// The same with Apache's worker.
    pub fn apache(site: &'a Site) -> Self {
        let mut command = apache::script();
        command.arg("connect-standalone");
        Self::of(site, command)
    }

    fn of(site: &'a Site, command: Command) -> Self {
        let offsets = site.path("offsets");
        let json = "org.apache.kafka.connect.json.JsonConverter";
        let props = [
            ("bootstrap.servers", site.kafka.as_str()),
            ("key.converter", json),
            ("value.converter", json),
            ("offset.storage.file.filename", text(&offsets)),
            ("listeners", "http://127.0.0.1:0"),
        ];
        let props = props.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Self { site, command, props, file: None, connectors: Vec::new(), stdin: Stdio::null() }
    }

    /// As [`longshore`](Self::longshore), where the disk is mounted.
    pub fn on(site: &'a Site, disk: &SmallDisk) -> Self {
        let mut command = disk.command(env!("CARGO_BIN_EXE_longshore"));
        command.arg("standalone");
        Self::of(site, command)
    }

    /// Sets or replaces a key of the worker's properties.
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.props.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Takes this properties file as it is; what [`set`](Self::set) says is not used.
    pub fn file(mut self, file: &Path) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    pub fn connector(mut self, file: &Path) -> Self {
        self.connectors.push(file.to_owned());
        self
    }

    /// The worker's standard input; [`Worker::stdin`] is the other end if it is piped.
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.stdin = stdin.into();
        self
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// Starts it; what it prints goes to its log.
    pub fn start(mut self) -> Worker {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let config = properties(self.props.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        let written = || self.site.write(&format!("worker-{number}.properties"), config);
        let config = self.file.take().unwrap_or_else(written);
        let log = self.site.path(&format!("worker-{number}.log"));
        let out = File::create(&log).unwrap();
        self.command.arg(config).args(self.connectors).stdin(self.stdin);
        self.command.stdout(out.try_clone().unwrap()).stderr(out);
        Worker { child: self.command.spawn().unwrap(), log, status: None }
    }
}

/// A running worker; killed when dropped.
pub struct Worker {
    child: Child,
    log: PathBuf,
    status: Option<ExitStatus>,
}

impl Worker {
    /// Everything printed so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap()).into_owned()
    }

    /// Waits until the worker has printed `text`.
    pub fn until_logged(&mut self, text: &str) {
        self.until(&format!("the log says {text:?}"), |worker| worker.log().contains(text));
    }

    /// Waits until all connectors of the command line are created.
    pub fn until_ready(&mut self) {
        self.until_logged("Kafka Connect standalone worker is ready");
    }

    /// Waits until `happened`.
    /// # Panics
    /// The worker ends before, or it does not happen in time; shows the log.
    pub fn until(&mut self, what: &str, mut happened: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !happened(self) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the worker ended ({ended:?}) before this happened: {what}\n{}", self.log());
            assert!(Instant::now() < deadline, "this did not happen: {what}\n{}", self.log());
            std::thread::sleep(GLANCE);
        }
    }

    /// The write end of a piped standard input; dropping it ends the input.
    pub fn stdin(&mut self) -> ChildStdin {
        self.child.stdin.take().unwrap()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What the system says about its memory in bytes: `VmRSS` now, `VmHWM` at its most.
    pub fn memory(&self, key: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// How long it has kept processors busy so far.
    pub fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The fields behind the name, which may hold anything: user and system time are the 12th and 13th.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let ticks = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap());
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }

    /// Where REST listens; waits until it does.
    pub fn rest(&mut self) -> String {
        self.until_logged(LISTENING);
        let log = self.log();
        let (_, address) = log.split_once(LISTENING).unwrap();
        address.split(['/', ',', ' ', '\n']).next().unwrap().to_owned()
    }

    /// Asks over REST; waits until REST listens.
    pub fn http(&mut self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let address = self.rest();
        http::request(&address, method, path, body)
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.http("GET", path, None)
    }

    /// The states of a connector's tasks, by its full name.
    pub fn task_states(&mut self, connector: &str) -> Vec<String> {
        let status = self.get(&format!("/connectors/{connector}/status")).json();
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        tasks.iter().map(|task| task["state"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub fn signal(&self, signal: Signal) {
        let option = match signal {
            Signal::Term => "-TERM",
            Signal::Int => "-INT",
            Signal::Kill => "-KILL",
            Signal::Stop => "-STOP",
            Signal::Continue => "-CONT",
        };
        let sent = Command::new("kill").args([option, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success(), "kill {option} of the worker failed");
    }

    /// Waits for the end. The exit code; or 128 and the number of the signal that ended it, as a shell says it.
    pub fn exit_code(&mut self) -> i32 {
        self.exit_within(PATIENCE)
    }

    /// As [`exit_code`](Self::exit_code).
    /// # Panics
    /// It has not ended within `limit`; shows the log.
    pub fn exit_within(&mut self, limit: Duration) -> i32 {
        let deadline = Instant::now() + limit;
        while self.status.is_none() {
            self.status = self.child.try_wait().unwrap();
            assert!(Instant::now() < deadline, "the worker did not end within {limit:?}\n{}", self.log());
            std::thread::sleep(GLANCE);
        }
        let status = self.status.unwrap();
        status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap()
    }

    /// Sends the signal, waits for the end, answers as [`exit_code`](Self::exit_code).
    pub fn stop(mut self, signal: Signal) -> i32 {
        self.signal(signal);
        self.exit_code()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended long ago.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
