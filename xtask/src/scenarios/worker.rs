//! A worker of our own to ask: the newest that cargo has built, on a free port, gone when dropped.

use std::env;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use connect_testkit::http::WorkerUrl;
use connect_testkit::scenario::Mode;
use tempfile::TempDir;

const LISTENING: &str = "REST server listening at ";
const READY: &str = "Kafka Connect standalone worker is ready";
const BOOTSTRAP: &str = "LONGSHORE_TEST_BOOTSTRAP";

/// How long a start may take.
const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(50);

pub(crate) struct Worker {
    child: Child,
    /// Its properties, offsets and log.
    folder: TempDir,
    url: WorkerUrl,
}

impl Worker {
    /// # Errors
    /// There is no broker or no program, or the worker does not start: its log is shown.
    pub(crate) fn start(mode: Mode) -> Result<Self, Box<dyn Error>> {
        if mode != Mode::Standalone {
            return Err(format!("there is no {mode} worker to start; say with --url where one is").into());
        }
        let bootstrap =
            env::var(BOOTSTRAP).map_err(|_| format!("set {BOOTSTRAP} to a broker's address, or give --url"))?;
        let program = program()?;
        let folder = tempfile::Builder::new().prefix("longshore-scenarios-").tempdir()?;
        let config = folder.path().join("worker.properties");
        fs::write(&config, properties(&bootstrap, folder.path()))?;
        let log = File::create(log_path(&folder))?;
        let mut command = Command::new(&program);
        command.arg("standalone").arg(config).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", program.display()))?;
        match until_ready(&mut child, &log_path(&folder)) {
            Ok(url) => Ok(Self { child, folder, url }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    pub(crate) fn url(&self) -> &WorkerUrl {
        &self.url
    }

    /// Copies the log to where it stays.
    pub(crate) fn keep_log(&self) -> io::Result<PathBuf> {
        let kept = env::temp_dir().join(format!("longshore-scenarios-{}.log", self.child.id()));
        fs::copy(log_path(&self.folder), &kept)?;
        Ok(kept)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Its folder goes with it, so nothing is lost.
fn end(child: &mut Child) {
    // It may have ended long ago.
    drop(child.kill());
    drop(child.wait());
}

fn log_path(folder: &TempDir) -> PathBuf {
    folder.path().join("worker.log")
}

fn properties(bootstrap: &str, folder: &Path) -> String {
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let offsets = folder.join("offsets");
    format!(
        "bootstrap.servers={bootstrap}\nlisteners=http://127.0.0.1:0\nkey.converter={json}\nvalue.converter={json}\n\
         offset.storage.file.filename={}\n",
        offsets.display()
    )
}

/// The release or the debug build, whichever is newer; xtask itself is beside one of them.
fn program() -> Result<PathBuf, Box<dyn Error>> {
    let here = env::current_exe()?;
    let target = here.parent().and_then(Path::parent).ok_or("xtask is in no target folder")?;
    let name = format!("longshore{}", env::consts::EXE_SUFFIX);
    let built = ["release", "debug"].map(|profile| target.join(profile).join(&name));
    let age = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    let newest = built.into_iter().filter(|path| path.exists()).max_by_key(age);
    newest.ok_or_else(|| "there is no worker yet: run `cargo build -p longshore`".into())
}

/// Waits until the worker says where it listens and that it is ready.
fn until_ready(child: &mut Child, log: &Path) -> Result<WorkerUrl, Box<dyn Error>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = String::from_utf8_lossy(&fs::read(log)?).into_owned();
        if said.contains(READY)
            && let Some(url) = listening_at(&said)
        {
            return Ok(url.parse()?);
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("the worker ended ({status}):\n{said}").into());
        }
        if Instant::now() > deadline {
            return Err(format!("the worker did not start within {PATIENCE:?}:\n{said}").into());
        }
        sleep(GLANCE);
    }
}

fn listening_at(log: &str) -> Option<&str> {
    let (_, address) = log.split_once(LISTENING)?;
    address.split([',', ' ', '\n']).next()
}
