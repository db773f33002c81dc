//! Reading small text files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A larger file is a mistake, and would only fill the memory.
const BYTES_MAX: u64 = 16 << 20;

/// The text of a file in UTF-8.
/// # Errors
/// It cannot be read, is no UTF-8, or has more than 16 MiB.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    if read as u64 > BYTES_MAX {
        return Err(io::Error::other(format!("it has more than {} MiB", BYTES_MAX >> 20)));
    }
    Ok(text)
}
