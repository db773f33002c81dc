//! The offset file of a standalone worker, `offset.storage.file.filename`.
//! ```text
//! save ─▶ temporary file beside it ─▶ fsync ─▶ rename ─▶ fsync of the directory
//!             └─ not allowed ─▶ written in place
//! ```

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::OffsetEntries;
use super::java_file::{self, JavaFileError};

/// Why offsets could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
pub enum OffsetFileError {
    #[error("The offset file {} cannot be read: {source}. Let the worker's user read it", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The worker must not start: it would begin every source anew and then overwrite the file.
    #[error(
        "The offset file {} is not a whole offset file: {source}. Put back a copy, or move it away to let every source \
         connector begin anew",
        path.display()
    )]
    Damaged { path: PathBuf, source: JavaFileError },
    #[error("The offsets cannot be saved to {}: {source}. Let the worker's user write there", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Keeps offset records in one file, in Java's format. Blocks; one user at a time.
///
/// A crash leaves either the old or the new file, and perhaps a temporary one that the next [`save`](Self::save)
/// replaces. Where the directory does not allow that, as with a single file that is mounted into a container, the file
/// is written in place; a full disk leaves the old one. Symbolic links are followed, and owner and mode stay as they are.
/// What is not a regular file, such as `/dev/null`, is written to and holds nothing.
#[derive(Debug, Clone)]
pub struct FileOffsetStore {
    path: PathBuf,
}

impl FileOffsetStore {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All records; none if the file is missing or empty.
    /// # Errors
    /// The file cannot be read, or it is damaged. (Java takes a file that ends too early for an empty one.)
    pub fn load(&self) -> Result<OffsetEntries, OffsetFileError> {
        let read_error = |source| OffsetFileError::Read { path: self.path.clone(), source };
        match fs::metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(OffsetEntries::new()),
            Ok(found) if !found.is_file() && !found.is_dir() => return Ok(OffsetEntries::new()),
            _ => {}
        }
        let bytes = Bytes::from(fs::read(&self.path).map_err(read_error)?);
        java_file::read(&bytes).map_err(|source| OffsetFileError::Damaged { path: self.path.clone(), source })
    }

    /// Says at the start what would go wrong at the first [`save`](Self::save). Leaves an empty file where there is none.
    /// # Errors
    /// The file cannot be written to.
    pub fn probe(&self) -> Result<(), OffsetFileError> {
        // To open a pipe may wait for somebody to read it.
        if fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            return Ok(());
        }
        let opened = OpenOptions::new().append(true).create(true).open(&self.path);
        opened.map(drop).map_err(|source| OffsetFileError::Write { path: self.path.clone(), source })
    }

    /// Replaces everything in the file; on disk when this returns.
    /// # Errors
    /// The file is as it was, unless it had to be written in place.
    pub fn save(&self, entries: &OffsetEntries) -> Result<(), OffsetFileError> {
        let bytes = java_file::write(entries);
        self.replace(&bytes).map_err(|source| OffsetFileError::Write { path: self.path.clone(), source })
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let target = match fs::canonicalize(&self.path) {
            Ok(target) => target,
            // A link to nothing: writing creates what it points to.
            Err(_) if self.path.is_symlink() => return write_in_place(&self.path, bytes),
            Err(_) => self.path.clone(),
        };
        let existing = fs::metadata(&target).ok();
        if existing.as_ref().is_some_and(|found| !found.is_file()) {
            return write_in_place(&target, bytes);
        }
        match Temporary::create(&target, existing.as_ref()) {
            Ok(temporary) => temporary.become_target(bytes),
            Err(full) if is_full(&full) => Err(full),
            Err(_) => write_in_place(&target, bytes),
        }
    }
}

/// The new file before it has its name. Removed again when it does not get it.
struct Temporary<'a> {
    target: &'a Path,
    path: PathBuf,
    file: File,
}

impl<'a> Temporary<'a> {
    /// One beside `target`, with the owner and mode of what it replaces.
    fn create(target: &'a Path, existing: Option<&Metadata>) -> io::Result<Self> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let path = target.with_file_name(format!(".{}.tmp", name.to_string_lossy()));
        // Left over from a crash. To create it anew, and nothing else, is safe in /tmp too, where others may plant links.
        let _absent = fs::remove_file(&path);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let temporary = Self { target, path, file };
        existing.map_or(Ok(()), |existing| temporary.look_like(existing))?;
        Ok(temporary)
    }

    fn look_like(&self, existing: &Metadata) -> io::Result<()> {
        own_like(&self.file, existing)?;
        self.file.set_permissions(existing.permissions())
    }

    fn become_target(mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync_all()?;
        match fs::rename(&self.path, self.target) {
            Ok(()) => sync_directory(self.target),
            Err(full) if is_full(&full) => Err(full),
            Err(_) => write_in_place(self.target, bytes),
        }
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        let _renamed_or_gone = fs::remove_file(&self.path);
    }
}

/// There is no room: what is written in place could end half way, and with it the old offsets.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Writes before it cuts off, so that a full disk spoils as little as possible.
fn write_in_place(target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(target)?;
    file.write_all(bytes)?;
    if !file.metadata()?.is_file() {
        return Ok(());
    }
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

#[cfg(unix)]
fn own_like(file: &File, existing: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let created = file.metadata()?;
    if (created.uid(), created.gid()) == (existing.uid(), existing.gid()) {
        return Ok(());
    }
    fchown(file, Some(existing.uid()), Some(existing.gid()))
}

#[cfg(not(unix))]
fn own_like(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Makes the rename last. Some file systems cannot; then it lasts as long as they say.
fn sync_directory(target: &Path) -> io::Result<()> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        Err(full) if is_full(&full) => Err(full),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
