//! What is not run, each with its reason.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Name, tab, reason; `#` begins a comment.
pub(crate) fn read(path: &Path) -> Result<HashMap<String, String>, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (id, reason) =
                line.split_once('\t').ok_or_else(|| format!("{}: no reason in: {line}", path.display()))?;
            Ok((id.to_owned(), reason.to_owned()))
        })
        .collect()
}
