//! Runs Apache's recorded answers against our code.
//! ```text
//! <dir>/<subject>.jsonl ─▶ Case ─▶ Subject::run ─▶ Outcome ─▶ Tally (one line a failed case, one line a subject)
//! ```
//! Start at [`run_subject`]. The format of the cases is in `parity/golden/FORMAT.md`.

pub mod configdef;
pub mod data;
pub mod filesource;
pub mod json;
pub mod primitive;
pub mod schema;
pub mod values;
pub mod topics;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::Value as Json;

/// One recorded call of the reference: a line of a `.jsonl` file.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Case {
    /// Unique over all subjects, `json-0003`.
    pub id: String,
    /// Which file the case belongs to; in `surrogates.jsonl` it differs from the file's name.
    pub subject: String,
    /// Which call was made; see `FORMAT.md`.
    pub op: String,
    /// The map given to `configure(..)`; null is a key that is present with a null value.
    #[serde(default)]
    pub config: Json,
    #[serde(default)]
    pub input: Json,
    #[serde(default)]
    pub expect: Json,
    /// The JVM's default locale, where it was not `en_US`.
    #[serde(default, rename = "jvmLocale")]
    pub jvm_locale: Option<String>,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    /// What we answered beside what the reference answered.
    Failed(String),
    /// Why the case does not apply (yet).
    Skipped(String),
}

impl Outcome {
    /// Passed if both are equal, else failed with both texts.
    pub fn expect_eq<T: PartialEq + fmt::Debug>(ours: T, expected: T) -> Self {
        if ours == expected {
            return Self::Passed;
        }
        Self::Failed(format!("ours {ours:?}, expected {expected:?}"))
    }
}

/// A family of cases: knows the operations and how to compare.
pub trait Subject {
    /// The file's name without `.jsonl`.
    fn name(&self) -> &'static str;
    /// Runs one case. Never panics on a well-formed case.
    fn run(&self, case: &Case) -> Outcome;
}

/// The count of a subject's outcomes; displayed as `<subject>: N passed, N failed, N skipped`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub subject: String,
    pub passed: usize,
    /// Case id and what was wrong.
    pub failed: Vec<(String, String)>,
    pub skipped: usize,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} passed, {} failed, {} skipped",
            self.subject,
            self.passed,
            self.failed.len(),
            self.skipped
        )
    }
}

/// Runs every case of `<dir>/<subject>.jsonl`. `skips` maps case ids to the reason why they cannot apply.
/// # Errors
/// The file cannot be read, or a line of it is not a case: the line is named.
pub fn run_subject(dir: &Path, subject: &dyn Subject, skips: &HashMap<String, String>) -> io::Result<Tally> {
    let path = dir.join(format!("{}.jsonl", subject.name()));
    let file = File::open(&path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    let mut tally = Tally { subject: subject.name().to_owned(), passed: 0, failed: Vec::new(), skipped: 0 };
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let case: Case = serde_json::from_str(&line)
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, format!("{}:{}: {e}", path.display(), index + 1)))?;
        let outcome =
            if skips.contains_key(&case.id) { Outcome::Skipped(String::new()) } else { subject.run(&case) };
        match outcome {
            Outcome::Passed => tally.passed += 1,
            Outcome::Skipped(_) => tally.skipped += 1,
            Outcome::Failed(why) => tally.failed.push((case.id, why)),
        }
    }
    Ok(tally)
}
