//! `cargo xtask dist`: what a user installs, in one archive.
//! ```text
//! cargo build (stripped) ─┐
//! bin, config, docs ──────┴▶ entries, sorted ─▶ longshore-<version>-<target>.tar.gz ─▶ --check: unpack, run
//! ```
//! The same sources and compiler give the same bytes: order, times and owners are fixed, and the folders of the building
//! machine are called by other names in the program.

mod archive;
mod check;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::root;
use archive::Entry;

/// Folders and files of the repository that a user needs.
const CONTENTS: &[&str] = &["bin", "config", "docs", "LICENSE", "README.md", "README.zh-CN.md", "CHANGELOG.md"];
/// Decisions are for those who change the code.
const LEFT_OUT: &str = "docs/adr/";

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Builds for another target than this machine's; its linker must be installed.
    #[arg(long)]
    target: Option<String>,
    /// Where the archive goes; target/dist if it is not given.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Unpacks the archive, and runs the program and the start script in it.
    #[arg(long)]
    check: bool,
}

/// Answers whether the archive works, if that was to be checked.
pub(crate) fn run(options: &Options) -> Result<bool, Box<dyn Error>> {
    let target = options.target.clone().map_or_else(host, Ok)?;
    let program = build(options.target.as_deref())?;
    let name = format!("longshore-{}-{target}", env!("CARGO_PKG_VERSION"));
    let entries = entries(&program)?;
    let bytes = archive::pack(&name, &entries, changed()?)?;
    let out = options.out.clone().unwrap_or_else(|| target_folder().join("dist"));
    fs::create_dir_all(&out)?;
    let path = out.join(format!("{name}.tar.gz"));
    fs::write(&path, &bytes)?;
    println!(
        "{}: {} (the program in it: {})",
        path.display(),
        size(bytes.len() as u64),
        size(fs::metadata(program)?.len())
    );
    if !options.check {
        return Ok(true);
    }
    let same = archive::pack(&name, &entries, changed()?)? == bytes;
    println!("dist: packed again, the archive is {}", if same { "the same" } else { "another" });
    Ok(check::works(&path, &name)? && same)
}

/// Builds the program without symbols; where it is.
fn build(target: Option<&str>) -> Result<PathBuf, Box<dyn Error>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["rustc", "--release", "--locked", "--package", "longshore", "--bin", "longshore"]).current_dir(root());
    cargo.args(target.iter().flat_map(|target| ["--target", target]));
    // Those that cargo has set for xtask: build scripts take them for a change, and what is behind them is built again.
    let own = env::vars_os().filter_map(|(key, _)| key.into_string().ok());
    own.filter(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_")).for_each(|key| {
        cargo.env_remove(key);
    });
    if let Some(commit) = git(&["rev-parse", "--short=16", "HEAD"]) {
        cargo.env("LONGSHORE_COMMIT", commit);
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", renamed_folders()?.join("\u{1f}"));
    if !cargo.args(["--", "-C", "strip=symbols"]).status()?.success() {
        return Err("the program could not be built".into());
    }
    Ok(target_folder().join(target.unwrap_or_default()).join("release/longshore"))
}

/// Compiler flags: what the program says of source files (in traces of panics) does not depend on where they are.
/// `.ci/run` has the same ones, so that nothing is built twice.
fn renamed_folders() -> Result<Vec<String>, Box<dyn Error>> {
    let home = || env::home_dir().map(|home| home.join(".cargo"));
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(home).ok_or("there is no home folder")?;
    let rename = |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    Ok(vec![rename(&root(), "/longshore"), rename(&cargo, "/cargo")])
}

/// What goes into the archive, the program as `bin/longshore`. Only what git knows: a file of one's own may hold secrets.
fn entries(program: &Path) -> Result<Vec<Entry>, Box<dyn Error>> {
    let mut entries = vec![Entry::read("bin/longshore", program)?];
    let known = git(&[&["ls-files", "--"], CONTENTS].concat()).ok_or("run it in a git checkout")?;
    for name in known.lines().filter(|name| !name.starts_with(LEFT_OUT)) {
        entries.push(Entry::read(name, &root().join(name))?);
    }
    Ok(entries)
}

/// This machine's target.
fn host() -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// When the sources were last changed, in seconds of Unix: the archive's files are that old.
fn changed() -> Result<u64, Box<dyn Error>> {
    let said = env::var("SOURCE_DATE_EPOCH").ok().or_else(|| git(&["log", "-1", "--format=%ct"]));
    Ok(said.map_or(Ok(0), |seconds| seconds.parse())?)
}

/// What git prints; none outside a repository.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn size(bytes: u64) -> String {
    format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
}
