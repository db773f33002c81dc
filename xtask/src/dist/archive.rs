//! A tar.gz that depends on its contents alone.

use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

/// A file of the archive.
pub(super) struct Entry {
    /// Below the archive's one folder.
    name: String,
    content: Vec<u8>,
}

impl Entry {
    pub(super) fn read(name: &str, path: &Path) -> io::Result<Self> {
        let content = std::fs::read(path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        Ok(Self { name: name.to_owned(), content })
    }

    /// Not as on this machine, whose umask may be another's.
    fn mode(&self) -> u32 {
        let is_program = self.name == "bin/longshore" || self.content.starts_with(b"#!");
        if is_program { 0o755 } else { 0o644 }
    }
}

/// The archive, all files below `folder` and last changed at `time`.
pub(super) fn pack(folder: &str, entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for entry in sorted {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(entry.content.len() as u64);
        header.set_mode(entry.mode());
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, format!("{folder}/{}", entry.name), entry.content.as_slice())?;
    }
    let mut gzip = tar.into_inner()?;
    gzip.flush()?;
    gzip.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn the_same_files_in_any_order_give_the_same_bytes() {
        let entry = |name: &str, content: &str| Entry { name: name.to_owned(), content: content.as_bytes().to_vec() };
        let one = [entry("bin/longshore", "elf"), entry("bin/a.sh", "#!/bin/sh\n"), entry("README.md", "# Us")];
        let mut other = [entry("README.md", "# Us"), entry("bin/a.sh", "#!/bin/sh\n"), entry("bin/longshore", "elf")];
        let packed = pack("us-1", &one, 7).unwrap();
        assert_eq!(packed, pack("us-1", &other, 7).unwrap());
        other[0].content.push(b'!');
        assert_ne!(packed, pack("us-1", &other, 7).unwrap());
        let mut archive = tar::Archive::new(GzDecoder::new(packed.as_slice()));
        let files: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|file| {
                let mut file = file.unwrap();
                let mut content = String::new();
                file.read_to_string(&mut content).unwrap();
                let header = file.header();
                (file.path().unwrap().display().to_string(), header.mode().unwrap(), header.mtime().unwrap(), content)
            })
            .collect();
        let want = [
            ("us-1/README.md", 0o644, "# Us"),
            ("us-1/bin/a.sh", 0o755, "#!/bin/sh\n"),
            ("us-1/bin/longshore", 0o755, "elf"),
        ];
        assert_eq!(files, want.map(|(name, mode, content)| (name.to_owned(), mode, 7, content.to_owned())));
    }
}
