//! A disk that is soon full: a tmpfs in a mount namespace of its own, which needs no rights.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::site::text;

const FILES: u32 = 64;
const MOUNT: &str = "mount -t tmpfs -o size=$0k,nr_inodes=64 tmpfs \"$1\" && echo mounted && exec cat";

/// Seen by the processes that [`command`](Self::command) starts; all others go through [`seen`](Self::seen). It outlives
/// those processes, and goes when dropped.
pub struct SmallDisk {
    folder: PathBuf,
    holder: Child,
}

impl SmallDisk {
    /// Mounts one of so many KiB at `folder`; none where the system does not allow it.
    pub fn mount(folder: &Path, size_kib: u32) -> Option<Self> {
        std::fs::create_dir_all(folder).unwrap();
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", MOUNT, &size_kib.to_string(), text(folder)]);
        let holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut disk = Self { folder: folder.to_owned(), holder };
        let mut said = String::new();
        BufReader::new(disk.holder.stdout.take()?).read_line(&mut said).ok()?;
        (said == "mounted\n").then_some(disk)
    }

    /// A program that sees the disk; its process id is the one of the command.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        let target = self.holder.id().to_string();
        command.args(["--preserve-credentials", "--user", "--mount", "--target", &target, program]);
        command
    }

    /// Where everybody else finds a file of the disk.
    pub fn seen(&self, file: &str) -> PathBuf {
        let folder = self.folder.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(folder).join(file)
    }

    /// Fills what is left, but for so many KiB; if that is nothing, no file can be made either.
    pub fn fill(&self, left_kib: usize) {
        self.make_room();
        let mut filler = File::create(self.seen("filler")).unwrap();
        // What others have only for a moment is taken when they give it back.
        for _ in 0..30 {
            while filler.write_all(&[b'x'; 4096]).is_ok() {}
            std::thread::sleep(Duration::from_millis(10));
        }
        let len = filler.metadata().unwrap().len();
        filler.set_len(len - 1024 * left_kib as u64).unwrap();
        let mut names = self.fillers();
        while left_kib == 0 && names.next().is_some_and(|name| File::create(name).is_ok()) {}
    }

    /// Takes away what [`fill`](Self::fill) has put there.
    pub fn make_room(&self) {
        let files = self.fillers().chain([self.seen("filler")]);
        files.for_each(|file| drop(std::fs::remove_file(file)));
    }

    fn fillers(&self) -> impl Iterator<Item = PathBuf> {
        (0..FILES).map(|number| self.seen(&format!("filler-{number}")))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // It may never have mounted anything.
        drop(self.holder.kill());
        drop(self.holder.wait());
    }
}
