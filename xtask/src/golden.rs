//! `cargo xtask golden`: runs the recorded cases of some subjects and counts.

use std::error::Error;
use std::path::Path;

use connect_testkit::golden::{Subject, run_subject, subjects};

use crate::{root, skips};

/// Answers whether every case passed.
pub(crate) fn run(dir: Option<&Path>, names: &[String]) -> Result<bool, Box<dyn Error>> {
    let own = root().join("parity/golden");
    let dir = dir.unwrap_or(&own);
    let skips = skips::read(&own.join("skips.tsv"))?;
    let mut tallies = Vec::new();
    for subject in chosen(dir, names)? {
        tallies.push(run_subject(dir, subject.as_ref(), &skips)?);
    }
    for (id, why) in tallies.iter().flat_map(|tally| &tally.failed) {
        println!("{id}: {why}");
    }
    for tally in &tallies {
        println!("{tally}");
    }
    let listed: Vec<_> = tallies.iter().flat_map(|tally| &tally.listed).map(String::as_str).collect();
    // Another folder or a choice of subjects need not hold every case.
    let is_whole = dir == own && names.is_empty();
    let right = !is_whole || skips::all_match(&skips, &listed);
    Ok(right && tallies.iter().all(|tally| tally.failed.is_empty()))
}

/// The named subjects; without names, all that have cases in `dir`.
fn chosen(dir: &Path, names: &[String]) -> Result<Vec<Box<dyn Subject>>, Box<dyn Error>> {
    let all = subjects(dir);
    let known: Vec<_> = all.iter().map(|subject| subject.name()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("no subject {unknown}; there are: {}", known.join(", ")).into());
    }
    let is_chosen = |subject: &dyn Subject| match names.is_empty() {
        true => dir.join(format!("{}.jsonl", subject.name())).exists(),
        false => names.iter().any(|name| name == subject.name()),
    };
    let chosen: Vec<_> = all.into_iter().filter(|subject| is_chosen(subject.as_ref())).collect();
    if chosen.is_empty() {
        return Err(format!("{} holds no cases of: {}", dir.display(), known.join(", ")).into());
    }
    Ok(chosen)
}
