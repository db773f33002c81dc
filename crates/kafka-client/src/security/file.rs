//! Files that properties name: read whole, and only if they are files.
//! ```text
//! path ─▶ links followed ─▶ a regular file? ─▶ not too large? ─▶ bytes
//! ```
//! A pipe would hold its reader until somebody writes to it, and a device may never end.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Why a file is of no use. Names no path: whoever asked knows which one it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// It is not there, or may not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is a directory, not a file")]
    Directory,
    #[error("it is a pipe, a socket or a device; copy what it holds into a regular file")]
    Special,
    #[error("it is larger than {0} bytes, which is the limit for such files")]
    TooLarge(u64),
}

/// The bytes of a file of at most `bytes_max`. Blocking.
pub(crate) fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, FileError> {
    // Looked at before it is opened, because opening a pipe waits; and again, because it may be another one by then.
    check(path)?;
    let file = File::open(path)?;
    of_kind(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size <= bytes_max => Ok(bytes),
        _ => Err(FileError::TooLarge(bytes_max)),
    }
}

/// Whether there is a regular file behind the path.
pub(crate) fn check(path: &Path) -> Result<(), FileError> {
    of_kind(&std::fs::metadata(path)?)
}

fn of_kind(found: &Metadata) -> Result<(), FileError> {
    match (found.is_file(), found.is_dir()) {
        (true, _) => Ok(()),
        (_, true) => Err(FileError::Directory),
        _ => Err(FileError::Special),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::process::Command;

    use super::*;

    /// A pipe that nobody writes to; whoever opens it waits for ever.
    pub(crate) fn pipe(folder: &Path) -> std::path::PathBuf {
        let path = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        path
    }

    #[test]
    fn only_files_are_read_and_not_without_bound() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "12345").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        std::os::unix::fs::symlink(pipe(folder.path()), at("link-to-pipe")).unwrap();
        std::os::unix::fs::symlink(at("loop"), at("loop")).unwrap();
        for (name, max, want) in [
            ("file", 5, Ok("12345")),
            ("file", 4, Err("larger than 4 bytes")),
            ("file", u64::MAX, Ok("12345")),
            ("link", 5, Ok("12345")), // mounted secrets are links
            ("pipe", 5, Err("a pipe, a socket or a device")),
            ("link-to-pipe", 5, Err("a pipe, a socket or a device")),
            ("/dev/zero", 5, Err("a pipe, a socket or a device")),
            (".", 5, Err("it is a directory")),
            ("loop", 5, Err("symbolic links")),
            ("missing", 5, Err("No such file")),
            ("a\0b", 5, Err("NUL byte")),
        ] {
            match (read(&at(name), max), want) {
                (Ok(found), Ok(want)) => assert_eq!(found, want.as_bytes(), "{name}"),
                (Err(error), Err(want)) => assert!(error.to_string().contains(want), "{name}: {error}"),
                (found, want) => panic!("{name}: {found:?}, not {want:?}"),
            }
        }
    }
}
