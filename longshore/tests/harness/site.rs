//! A folder of a test's own, and names that nobody else uses.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use super::{Launch, Worker};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Where one test works: a folder that vanishes with it, and a prefix for topics and connectors.
pub struct Site {
    pub kafka: String,
    folder: TempDir,
    prefix: String,
}

impl Site {
    pub fn new(kafka: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let prefix = format!("t{now:x}-{:x}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        Self { kafka: kafka.to_owned(), folder: TempDir::new().unwrap(), prefix }
    }

    /// A topic or connector of this test alone; its group is `connect-` and this.
    pub fn name(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn write(&self, file: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(file), contents).unwrap();
        self.path(file)
    }

    /// Empty if there is none.
    pub fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path(file)).unwrap_or_default()
    }

    /// The complete lines of a file; none if there is no file.
    pub fn lines(&self, file: &str) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.read(file)).into_owned();
        text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(str::to_owned).collect()
    }

    /// How many complete lines a file has.
    pub fn line_count(&self, file: &str) -> usize {
        self.read(file).iter().filter(|byte| **byte == b'\n').count()
    }

    /// A connector's properties file; `name` is made unique.
    pub fn connector(&self, name: &str, config: &[(&str, &str)]) -> PathBuf {
        let name = self.name(name);
        let named = [("name", name.as_str())].into_iter().chain(config.iter().copied());
        self.write(&format!("{name}.properties"), properties(named))
    }

    /// The connector `source`: the lines of `file` go to `topic`. Both names as [`path`](Self::path) and
    /// [`name`](Self::name) take them.
    pub fn source(&self, file: &str, topic: &str) -> PathBuf {
        self.source_named("source", file, topic)
    }

    /// As [`source`](Self::source), under another name.
    pub fn source_named(&self, connector: &str, file: &str, topic: &str) -> PathBuf {
        let (file, topic) = (self.path(file), self.name(topic));
        let config = [("connector.class", "FileStreamSource"), ("file", text(&file)), ("topic", &topic)];
        self.connector(connector, &config)
    }

    /// The connector `sink`: the records of `topic` go to `file`.
    pub fn sink(&self, topic: &str, file: &str) -> PathBuf {
        self.sink_named("sink", topic, file)
    }

    /// As [`sink`](Self::sink), under another name.
    pub fn sink_named(&self, connector: &str, topic: &str, file: &str) -> PathBuf {
        let (file, topic) = (self.path(file), self.name(topic));
        let config = [("connector.class", "FileStreamSink"), ("file", text(&file)), ("topics", &topic)];
        self.connector(connector, &config)
    }

    /// A worker of ours on this site.
    pub fn worker(&self) -> Launch<'_> {
        Launch::longshore(self)
    }

    /// A worker with these connectors, and nothing else that is special.
    pub fn start(&self, connectors: &[&Path]) -> Worker {
        connectors.iter().fold(self.worker(), |launch, file| launch.connector(file)).start()
    }
}

/// Pairs as a properties file.
pub fn properties<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    pairs.into_iter().map(|(key, value)| format!("{key}={value}\n")).collect()
}

/// A path of ours, which is always text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
