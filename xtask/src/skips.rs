//! What is not run, each with its reason.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Whether every line names one of `known`; prints those that do not.
pub(crate) fn all_match(skips: &HashMap<String, String>, known: &[impl AsRef<str>]) -> bool {
    let mut unknown: Vec<_> =
        skips.keys().filter(|id| !known.iter().any(|name| name.as_ref() == id.as_str())).collect();
    unknown.sort();
    for id in &unknown {
        println!("skips.tsv: there is no {id}; correct the line or remove it");
    }
    unknown.is_empty()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_matches_nothing_is_wrong() {
        let skips = |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), "why".to_owned())).collect();
        for (listed, want) in [(&[][..], true), (&["a"], true), (&["a", "b"], true), (&["a", "c"], false)] {
            assert_eq!(all_match(&skips(listed), &["a", "b"]), want, "{listed:?}");
        }
    }
}
