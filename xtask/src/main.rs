//! Checks of this repository.
//! ```text
//! cargo xtask tidy                                      who may use whom, and what must not stand in a file
//! cargo xtask golden [--dir <folder>] [<subject>…]      Apache's recorded answers against ours
//! cargo xtask dist [--check] [--target <triple>]        what a user installs, in one archive
//! cargo xtask scenarios --mode standalone [--dir <folder>] [--url <worker>] [<scenario>…]
//!                                                       the same over REST, against a whole worker
//! ```

mod dist;
mod golden;
mod scenarios;
mod skips;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use connect_testkit::http::WorkerUrl;
use connect_testkit::scenario::Mode;

#[derive(Parser)]
#[command(about = "Checks of this repository")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks that crates use only what they may, and that no file holds what it must not.
    Tidy,
    /// Runs Apache's recorded answers against ours; prints each failed case, then one line a subject.
    Golden {
        /// Where the `<subject>.jsonl` files are.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// All subjects, if none is named.
        subjects: Vec<String>,
    },
    /// Builds the archive that a user installs; prints its size.
    Dist(dist::Options),
    /// Replays REST scenarios against a worker and compares with Apache's recorded answers; prints each answer that
    /// differs, then one line a scenario.
    Scenarios {
        /// Which of the recorded answers count: standalone or distributed.
        #[arg(long)]
        mode: Mode,
        /// Where the `<scenario>.scenario.json` files are, with a `skips.tsv` if there is something to skip.
        #[arg(long)]
        dir: Option<PathBuf>,
        /// The worker to ask, `http://host:port`. Without it one is started, on the broker that
        /// LONGSHORE_TEST_BOOTSTRAP names.
        #[arg(long)]
        url: Option<WorkerUrl>,
        /// All scenarios that are not skipped, if none is named.
        scenarios: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tidy => tidy::run(),
        Command::Golden { dir, subjects } => golden::run(dir.as_deref(), &subjects),
        Command::Dist(options) => dist::run(&options),
        Command::Scenarios { mode, dir, url, scenarios } => scenarios::run(mode, dir.as_deref(), url, &scenarios),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}

/// The repository's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}
