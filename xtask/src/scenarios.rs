//! `cargo xtask scenarios`: replays REST scenarios against a worker and counts.

mod worker;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use connect_testkit::http::WorkerUrl;
use connect_testkit::scenario::{Mode, ScenarioFile, run_scenario, scenario_files, skip_scenario};

use self::worker::Worker;
use crate::{root, skips};

/// Answers whether every answer was as recorded.
pub(crate) fn run(
    mode: Mode,
    dir: Option<&Path>,
    url: Option<WorkerUrl>,
    names: &[String],
) -> Result<bool, Box<dyn Error>> {
    let own = root().join("parity/conformance");
    let dir = dir.unwrap_or(&own);
    let files = chosen(dir, mode, names)?;
    let skips = if names.is_empty() { read_skips(dir)? } else { HashMap::new() };
    if !skips::all_match(&skips, &of_any_mode(dir)?) {
        return Ok(false);
    }
    if let Some(url) = url {
        return replay(&files, mode, &url, &skips);
    }
    let worker = Worker::start(mode)?;
    let passed = replay(&files, mode, worker.url(), &skips)?;
    if !passed {
        println!("the worker's log: {}", worker.keep_log()?.display());
    }
    Ok(passed)
}

/// A scenario that is named runs even if it is listed.
fn read_skips(dir: &Path) -> Result<HashMap<String, String>, Box<dyn Error>> {
    let path = dir.join("skips.tsv");
    if path.exists() { skips::read(&path) } else { Ok(HashMap::new()) }
}

/// The names of all scenarios: one that is listed need not apply to this mode.
fn of_any_mode(dir: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let modes = [Mode::Standalone, Mode::Distributed].map(|mode| scenario_files(dir, mode));
    let files = modes.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(files.into_iter().flatten().map(|file| file.name).collect())
}

/// The named scenarios; without names, all that apply to `mode`.
fn chosen(dir: &Path, mode: Mode, names: &[String]) -> Result<Vec<ScenarioFile>, Box<dyn Error>> {
    let mut files = scenario_files(dir, mode)?;
    let known: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("no {mode} scenario {unknown}; there are: {}", known.join(", ")).into());
    }
    files.retain(|file| names.is_empty() || names.contains(&file.name));
    if files.is_empty() {
        return Err(format!("{} holds no {mode} scenario", dir.display()).into());
    }
    Ok(files)
}

fn replay(
    files: &[ScenarioFile],
    mode: Mode,
    url: &WorkerUrl,
    skips: &HashMap<String, String>,
) -> Result<bool, Box<dyn Error>> {
    let mut tallies = Vec::new();
    for file in files {
        let tally = match skips.get(&file.name) {
            Some(_) => skip_scenario(file)?,
            None => run_scenario(file, mode, url)?,
        };
        for (step, why) in &tally.failed {
            println!("{step}: {why}");
        }
        tallies.push(tally);
    }
    for tally in &tallies {
        println!("{tally}");
    }
    Ok(tallies.iter().all(|tally| tally.failed.is_empty()))
}
