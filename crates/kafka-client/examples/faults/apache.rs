//! The brokers, through `scripts/apache.sh`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use crate::Failure;

/// Three brokers; broker `i` listens on `port + 2 * (i - 1)`, for proxied clients 6 ports further up.
#[derive(Clone, Debug)]
pub(crate) struct Apache {
    script: Arc<Path>,
    /// The first broker's port.
    pub(crate) port: u16,
}

pub(crate) const BROKERS: [u16; 3] = [1, 2, 3];

impl Apache {
    /// From `KAFKA_PORT`, which the script reads too.
    pub(crate) fn new(script: PathBuf) -> Result<Self, Failure> {
        let port = std::env::var("KAFKA_PORT").map_err(|_| "KAFKA_PORT is not set")?.parse()?;
        Ok(Apache { script: script.into(), port })
    }

    /// Where no proxy is in between.
    pub(crate) fn direct(&self) -> String {
        BROKERS.map(|broker| format!("127.0.0.1:{}", self.port + 2 * (broker - 1))).join(",")
    }

    /// `broker stop 2`, and the like.
    pub(crate) async fn broker(&self, command: &str, broker: u16) -> Result<(), Failure> {
        self.run(vec!["broker".to_owned(), command.to_owned(), broker.to_string()]).await.map(drop)
    }

    /// One of Apache's tools; gives what it printed.
    pub(crate) async fn tool(&self, class: &str, arguments: &[&str]) -> Result<String, Failure> {
        let mut all = vec!["tool".to_owned(), class.to_owned()];
        all.extend(["--bootstrap-server".to_owned(), self.direct()]);
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self.run(all).await
    }

    async fn run(&self, arguments: Vec<String>) -> Result<String, Failure> {
        let mut command = Command::new(&*self.script);
        // A broker that is started keeps the handles it was given, so its script has none of this program's.
        let is_broker = arguments.first().is_some_and(|first| first == "broker");
        command.args(&arguments).stdin(Stdio::null());
        let finished = tokio::task::spawn_blocking(move || match is_broker {
            true => command.stdout(Stdio::null()).stderr(Stdio::null()).status().map(Ended::from),
            false => command.output().map(Ended::from),
        });
        let ended: Ended = finished.await.map_err(io::Error::other)??;
        match ended.succeeded {
            true => Ok(ended.printed),
            false => Err(format!("apache.sh {} failed: {}", arguments.join(" "), ended.complaint).into()),
        }
    }
}

struct Ended {
    succeeded: bool,
    printed: String,
    complaint: String,
}

impl From<std::process::ExitStatus> for Ended {
    fn from(status: std::process::ExitStatus) -> Self {
        Ended { succeeded: status.success(), printed: String::new(), complaint: status.to_string() }
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { succeeded: output.status.success(), printed: text(&output.stdout), complaint: text(&output.stderr) }
    }
}
