//! Scenario files beside what was recorded for them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::compare::compare;
use super::format::{Mode, Scenario};
use super::replay::Replay;
use crate::golden::{Outcome, Tally};
use crate::http::WorkerUrl;

const SUFFIX: &str = ".scenario.json";

/// A scenario, and where what was recorded for it is.
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    /// The file's name without `.scenario.json`.
    pub name: String,
    pub scenario: Scenario,
    golden: PathBuf,
}

/// The scenarios of a folder that apply to `mode`, by name.
/// # Errors
/// The folder or a file cannot be read, or a file is not a scenario: it is named.
pub fn scenario_files(dir: &Path, mode: Mode) -> io::Result<Vec<ScenarioFile>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| named(error, dir))? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        names.extend(file.strip_suffix(SUFFIX).map(str::to_owned));
    }
    names.sort();
    let files = names.into_iter().map(|name| read(dir, name, mode)).collect::<io::Result<Vec<_>>>()?;
    Ok(files.into_iter().filter(|file| file.scenario.applies_to(mode)).collect())
}

fn read(dir: &Path, name: String, mode: Mode) -> io::Result<ScenarioFile> {
    let scenario = read_json(&dir.join(format!("{name}{SUFFIX}")))?;
    let golden = dir.join(format!("{name}.{mode}.golden.json"));
    Ok(ScenarioFile { name, scenario, golden })
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<T> {
    let bytes = fs::read(path).map_err(|error| named(error, path))?;
    serde_json::from_slice(&bytes).map_err(|error| named(io::Error::new(io::ErrorKind::InvalidData, error), path))
}

/// Replays one scenario and compares every answer that was recorded. A worker that does not answer fails the rest.
/// # Errors
/// What was recorded cannot be read.
pub fn run_scenario(file: &ScenarioFile, mode: Mode, url: &WorkerUrl) -> io::Result<Tally> {
    let golden: Vec<Json> = read_json(&file.golden)?;
    let mut tally = Tally::new(&file.name);
    match Replay::new(url, mode)?.run(&file.scenario) {
        Ok(answers) => judge(&mut tally, &golden, &answers),
        Err(error) => tally.failed.push((file.name.clone(), format!("broke off at {error}"))),
    }
    Ok(tally)
}

/// Skips a scenario: every answer that was recorded counts.
/// # Errors
/// As [`run_scenario`].
pub fn skip_scenario(file: &ScenarioFile) -> io::Result<Tally> {
    let golden: Vec<Json> = read_json(&file.golden)?;
    Ok(Tally { skipped: golden.len(), ..Tally::new(&file.name) })
}

pub(super) fn judge(tally: &mut Tally, golden: &[Json], answers: &[Json]) {
    for (step, (want, got)) in golden.iter().zip(answers).enumerate() {
        match compare(want, got) {
            Outcome::Passed => tally.passed += 1,
            Outcome::Skipped(_) => tally.skipped += 1,
            Outcome::Failed(why) => {
                let step = format!("{} #{}: {}", tally.subject, step + 1, want["do"].as_str().unwrap_or_default());
                tally.failed.push((step, format!("\n    {why}")));
            }
        }
    }
    if golden.len() != answers.len() {
        let why = format!("{} answers for {} that were recorded", answers.len(), golden.len());
        tally.failed.push((tally.subject.clone(), why));
    }
}

fn named(error: io::Error, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
