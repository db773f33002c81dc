//! Runs Apache's recorded answers against our code.
//! ```text
//! <dir>/<subject>.jsonl ─▶ Case ─▶ Subject::run ─▶ Outcome ─▶ Tally (one line a failed case, one line a subject)
//! ```
//! Start at [`run_subject`]. The format of the cases is in `parity/golden/FORMAT.md`.

pub mod configdef;
pub mod configsub;
pub mod data;
pub mod filesource;
pub mod json;
pub mod primitive;
pub mod schema;
pub mod smt;
pub mod topics;
pub mod values;

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use connect_config::ConfigDef;
use serde_json::Value as Json;

/// One recorded call of the reference: a line of a `.jsonl` file.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Case {
    /// Unique over all subjects, `json-0003`.
    pub id: String,
    /// Which file the case belongs to.
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
    /// Those of the skipped cases that are skipped because their ids are listed.
    pub listed: Vec<String>,
}

impl Tally {
    /// Nothing has been run yet.
    pub fn new(subject: &str) -> Self {
        Self { subject: subject.to_owned(), passed: 0, failed: Vec::new(), skipped: 0, listed: Vec::new() }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} passed, {} failed, {} skipped", self.subject, self.passed, self.failed.len(), self.skipped)
    }
}

/// Runs every case of `<dir>/<subject>.jsonl`. `skips` maps case ids to the reason why they cannot apply.
/// # Errors
/// The file cannot be read, or a line of it is not a case: the line is named.
pub fn run_subject(dir: &Path, subject: &dyn Subject, skips: &HashMap<String, String>) -> io::Result<Tally> {
    let path = dir.join(format!("{}.jsonl", subject.name()));
    let file = File::open(&path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
    let mut tally = Tally::new(subject.name());
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let Some(case) = read_case(&line).map_err(|error| invalid(&path, index + 1, &error))? else {
            tally.skipped += 1;
            continue;
        };
        if skips.contains_key(&case.id) {
            tally.skipped += 1;
            tally.listed.push(case.id);
            continue;
        }
        match run_caught(subject, &case) {
            Outcome::Passed => tally.passed += 1,
            Outcome::Skipped(_) => tally.skipped += 1,
            Outcome::Failed(why) => tally.failed.push((case.id, why)),
        }
    }
    Ok(tally)
}

/// A panic is a failure of its case, not of the run.
fn run_caught(subject: &dyn Subject, case: &Case) -> Outcome {
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| subject.run(case)));
    ran.unwrap_or_else(|_| Outcome::Failed("panicked".to_owned()))
}

/// None for a case that holds half of a surrogate pair: no text of ours can.
fn read_case(line: &str) -> serde_json::Result<Option<Case>> {
    match serde_json::from_str(line) {
        Err(error) if error.is_syntax() && line.to_ascii_lowercase().contains("\\ud") => Ok(None),
        read => read.map(Some),
    }
}

fn invalid(path: &Path, line: usize, error: &serde_json::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}:{line}: {error}", path.display()))
}

/// Every subject that has a runner. `dir` holds the files that cases name, beside the cases.
pub fn subjects(dir: &Path) -> Vec<Box<dyn Subject>> {
    vec![
        Box::new(json::JsonSubject),
        Box::new(primitive::PrimitiveSubject),
        Box::new(values::ValuesSubject),
        Box::new(schema::SchemaSubject),
        Box::new(filesource::FileSource),
        Box::new(configdef::ConfigDefSubject::new(plugin_def)),
        Box::new(topics::Topics),
        Box::new(configsub::ConfigSub::new(dir)),
        Box::new(smt::Transformations),
        Box::new(smt::Predicates),
    ]
}

/// The declarations of built-in plugins, by the names that the cases give them.
fn plugin_def(name: &str) -> Option<ConfigDef> {
    if let Some(def) = smt::config_def(name) {
        return Some(def);
    }
    let def = match name {
        "FileStreamSourceConnector" => plugin_file::FileSourceConfig::def(),
        "FileStreamSinkConnector" => plugin_file::FileSinkConfig::def(),
        "JsonConverterConfig" => plugin_converters::JsonConverterConfig::def(),
        "StringConverterConfig" => plugin_converters::string_converter_config_def(),
        _ => return None,
    };
    Some(def.clone())
}
