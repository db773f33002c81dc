//! Whether an archive works where nothing else of ours is.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use flate2::read::GzDecoder;

/// Nobody chooses an easy path for us.
const FOLDER: &str = "a folder, with 100% of it";

/// Unpacks the archive and runs what is in it; prints a line each.
pub(super) fn works(archive: &Path, name: &str) -> Result<bool, Box<dyn Error>> {
    let place = tempfile::TempDir::new()?;
    let place = place.path().join(FOLDER);
    tar::Archive::new(GzDecoder::new(File::open(archive)?)).unpack(&place)?;
    let bin = place.join(name).join("bin");
    let version = format!("longshore {}", env!("CARGO_PKG_VERSION"));
    let mut works = true;
    for (program, arguments, code, want) in [
        ("longshore", &["--version"][..], 0, version.as_str()),
        ("connect-standalone.sh", &[], 1, "USAGE: "),
        ("connect-standalone.sh", &["--help"], 1, "Usage: longshore standalone"), // help is a failure, as Apache's
        ("connect-standalone.sh", &["gone.properties"], 2, "gone.properties does not exist"),
    ] {
        works &= says(&bin.join(program), arguments, code, want)?;
    }
    works &= says(&bin.join("connect-standalone.sh"), &["-daemon", "gone.properties"], 0, "started, process ")?;
    // Whether the script names the file with the levels, wherever it is.
    std::fs::write(place.join(name).join("config/connect-log4j2.yaml"), "[")?;
    works &= says(&bin.join("connect-standalone.sh"), &["gone.properties"], 2, "connect-log4j2.yaml is not used: ")?;
    Ok(works)
}

fn says(program: &Path, arguments: &[&str], code: i32, want: &str) -> Result<bool, Box<dyn Error>> {
    let mut command = Command::new(program);
    // Nothing of this checkout may help.
    command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin").current_dir("/");
    let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let right = output.status.code() == Some(code) && text.contains(want);
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    println!("dist: {name} {}: {}", arguments.join(" "), if right { "as it should" } else { &text });
    Ok(right)
}
