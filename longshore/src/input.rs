//! Reading the files that a user names.

use std::fs;
use std::io;
use std::path::Path;

use connect_config::{Props, properties};

/// The bytes of a file.
/// # Errors
/// What is wrong with the file and what to do, for the user.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{} does not exist; {}", path.display(), neighbours(path)),
        io::ErrorKind::IsADirectory => format!("{} is a directory; name a file in it", path.display()),
        io::ErrorKind::PermissionDenied => {
            format!("{} cannot be read: let the worker's user read it", path.display())
        }
        _ => format!("{} cannot be read: {error}", path.display()),
    })
}

/// A Java properties file.
/// # Errors
/// What is wrong with the file or one of its lines.
pub(crate) fn parse_properties(path: &Path, bytes: &[u8]) -> Result<Props, String> {
    properties::parse(bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// Files beside a missing one that may have been meant.
fn neighbours(path: &Path) -> String {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else {
        return format!("nor does the folder {}", folder.display());
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut similar: Vec<_> = names.filter(|name| name.ends_with(".properties") || name.ends_with(".json")).collect();
    similar.sort();
    similar.truncate(8);
    match similar.is_empty() {
        true => format!("{} holds no .properties or .json file", folder.display()),
        false => format!("{} holds {}", folder.display(), similar.join(", ")),
    }
}
