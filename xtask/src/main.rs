//! Checks of this repository.
//! ```text
//! cargo xtask tidy                                      who may use whom, and what must not stand in a file
//! cargo xtask golden [--dir <folder>] [<subject>…]      Apache's recorded answers against ours
//! cargo xtask dist [--check] [--target <triple>]        what a user installs, in one archive
//! ```

mod dist;
mod golden;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tidy => tidy::run(),
        Command::Golden { dir, subjects } => golden::run(dir.as_deref(), &subjects),
        Command::Dist(options) => dist::run(&options),
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
