//! Where bytes come from, without ever waiting for them: a file, a FIFO or another device, or standard input.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Something open for reading.
pub(crate) enum Input {
    Regular(RegularFile),
    /// A FIFO, a terminal, a device: it has no positions and cannot be read twice.
    Stream(File),
    Stdin,
}

impl Input {
    /// Opens a file without waiting for a FIFO's writer.
    /// # Errors
    /// As `open(2)`; a directory is refused too.
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        let file = open_nonblocking(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        Ok(if metadata.is_file() {
            Self::Regular(RegularFile { file, seen_len: metadata.len() })
        } else {
            Self::Stream(file)
        })
    }

    /// Reads what is there; 0 means nothing at the moment.
    /// # Errors
    /// As `read(2)`, but for the errors that mean "try again".
    pub(crate) fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let read = match self {
            Self::Regular(regular) => regular.file.read(space),
            Self::Stream(file) => file.read(space),
            Self::Stdin => Ok(stdin().lock().unwrap_or_else(PoisonError::into_inner).read(space)),
        };
        match read {
            Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Ok(0),
            other => other,
        }
    }
}

/// A file with positions.
pub(crate) struct RegularFile {
    file: File,
    /// The length when it was last looked at. Files of `/proc` say 0 whatever they hold.
    seen_len: u64,
}

impl RegularFile {
    pub(crate) fn len(&self) -> u64 {
        self.seen_len
    }

    pub(crate) fn seek(&mut self, position: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(position)).map(drop)
    }

    /// Whether the file has become shorter than `read_to` since it was last looked at; to be asked at its end.
    pub(crate) fn is_truncated(&mut self, read_to: u64) -> io::Result<bool> {
        let len = self.file.metadata()?.len();
        let shrunk = len < self.seen_len && len < read_to;
        self.seen_len = len;
        Ok(shrunk)
    }
}

#[cfg(unix)]
fn open_nonblocking(path: &str) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_nonblocking(path: &str) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// What a thread of its own has read of standard input: a read of a terminal or pipe cannot be called off.
/// One a process, so that a restarted task goes on where the former one left off.
struct Stdin {
    chunks: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    taken: usize,
}

impl Stdin {
    fn read(&mut self, space: &mut [u8]) -> usize {
        if self.taken == self.chunk.len() {
            // Disconnected means the end of the input: there is nothing, and never will be.
            self.chunk = self.chunks.try_recv().unwrap_or_default();
            self.taken = 0;
        }
        let rest = &self.chunk[self.taken..];
        let count = rest.len().min(space.len());
        space[..count].copy_from_slice(&rest[..count]);
        self.taken += count;
        count
    }
}

fn stdin() -> &'static Mutex<Stdin> {
    static STDIN: OnceLock<Mutex<Stdin>> = OnceLock::new();
    STDIN.get_or_init(|| {
        let (sender, chunks) = sync_channel(4);
        let spawned = thread::Builder::new().name("stdin".to_owned()).spawn(move || {
            let mut space = vec![0; 64 * 1024];
            loop {
                match io::stdin().lock().read(&mut space) {
                    Ok(0) => return,
                    Ok(count) if sender.send(space[..count].to_vec()).is_err() => return,
                    Ok(_) => {}
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return tracing::warn!(error = %e, "Reading standard input failed; no more lines come"),
                }
            }
        });
        if let Err(e) = spawned {
            tracing::warn!(error = %e, "No thread could be started to read standard input; no lines come");
        }
        Mutex::new(Stdin { chunks, chunk: Vec::new(), taken: 0 })
    })
}
