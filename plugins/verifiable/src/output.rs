//! Standard output, a batch of lines at a time.

use std::io::{self, Write};

/// The buffer is given back when a batch has made it larger than this.
const KEPT_BYTES_MAX: usize = 1024 * 1024;

/// Collects lines and prints them with one write under one lock: those of several tasks, and of the log, do not mix.
#[derive(Debug, Default)]
pub(crate) struct Printer {
    lines: String,
}

impl Printer {
    /// Where to append lines, each with its `\n`.
    pub(crate) fn lines(&mut self) -> &mut String {
        &mut self.lines
    }

    /// Ends when all lines are with the operating system; waits as long as the reader of a full pipe makes it wait.
    /// Where nobody reads any more they are lost, as in Java: printing is no reason to stop a task.
    pub(crate) async fn print(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let mut lines = std::mem::take(&mut self.lines);
        // A pipe may block: not on a thread that other tasks need.
        let printed = tokio::task::spawn_blocking(move || {
            let mut out = io::stdout().lock();
            drop(out.write_all(lines.as_bytes()).and_then(|()| out.flush()));
            lines.clear();
            lines.shrink_to(KEPT_BYTES_MAX);
            lines
        });
        self.lines = printed.await.unwrap_or_default();
    }
}
