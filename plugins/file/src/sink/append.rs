//! Appends whole batches, or nothing of them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Where a sink task writes.
pub(crate) enum Appender {
    Stdout,
    File(SharedFile),
}

impl Appender {
    /// # Errors
    /// The file cannot be opened or created.
    pub(crate) fn open(file: Option<&str>) -> io::Result<Self> {
        file.map_or(Ok(Self::Stdout), |path| SharedFile::open(path).map(Self::File))
    }

    /// # Errors
    /// The first error; see [`SharedFile::append`].
    pub(crate) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                stdout.flush()
            }
            Self::File(file) => file.append(bytes),
        }
    }
}

/// A file to which several tasks of this worker may append. They take turns, so that one that fails half way can take
/// back what it wrote before another one writes behind it.
pub(crate) struct SharedFile {
    file: File,
    regular: bool,
    turn: Arc<Mutex<()>>,
}

impl SharedFile {
    fn open(path: &str) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let regular = file.metadata()?.is_file();
        Ok(Self { file, regular, turn: turn_of(std::fs::canonicalize(path)?) })
    }

    /// Appends all of `bytes` at once.
    /// # Errors
    /// As `write(2)`. A regular file is cut back to where it ended before, so that the batch leaves no torn line and no
    /// duplicates when it comes again; if another process has appended meanwhile, what was written stays.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let turn = Arc::clone(&self.turn);
        let _mine = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut written = 0;
        while written < bytes.len() {
            match self.file.write(&bytes[written..]) {
                Ok(0) => return self.take_back(written, io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return self.take_back(written, e),
            }
        }
        Ok(())
    }

    fn take_back(&mut self, written: usize, error: io::Error) -> io::Result<()> {
        if self.regular && written > 0 {
            let end = self.file.stream_position()?;
            if end == self.file.metadata()?.len() {
                self.file.set_len(end.saturating_sub(written as u64))?;
            }
        }
        Err(error)
    }
}

/// The turn of everybody in this process who appends to `path`.
fn turn_of(path: PathBuf) -> Arc<Mutex<()>> {
    static TURNS: Mutex<BTreeMap<PathBuf, Weak<Mutex<()>>>> = Mutex::new(BTreeMap::new());
    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.retain(|_, turn| turn.strong_count() > 0);
    let turn = turns.get(&path).and_then(Weak::upgrade).unwrap_or_default();
    turns.insert(path, Arc::downgrade(&turn));
    turn
}
