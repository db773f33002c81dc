//! The log4j file that `KAFKA_LOG4J_OPTS` names: its levels hold, its appenders, layouts and filters are not ours.
//! ```text
//! -Dlog4j2.configurationFile=…, -Dlog4j.configuration=… ─▶ files ─▶ yaml, xml, properties ─▶ Node ─▶ Log4j: levels
//! ```
//! Start at [`read`]. A file that is missing or broken is a problem to warn of; levels are then those of the default.

mod interpret;
mod lookup;
mod node;
mod properties;
#[cfg(test)]
mod tests;
mod xml;
mod yaml;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use connect_core::loggers::{LogLevel, LoggerLevels};

use super::environment::JavaOptions;
use node::{Node, ParseError};

/// No log4j configuration is longer.
const BYTES_MAX: u64 = 1 << 20;

/// What log4j files say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Log4j {
    pub(super) levels: LoggerLevels,
    /// What has no effect here, by its name in the file.
    pub(super) unused: Vec<String>,
    /// What is wrong, for a warning each.
    pub(super) problems: Vec<String>,
}

/// Reads the files that the options name; INFO for all, where they name none. A later file adds to an earlier one.
pub(super) fn read(options: &JavaOptions) -> Log4j {
    let mut log4j = Log4j { levels: LoggerLevels::new(LogLevel::Info), unused: Vec::new(), problems: Vec::new() };
    for (named, generation) in files(options) {
        match load(&named, generation) {
            Ok(root) => interpret::add(&mut log4j, &named, &root, options),
            Err(why) => {
                let shown = without_login(&named);
                log4j.problems.push(format!("The log4j configuration {shown} is not used: {why}"));
            }
        }
    }
    log4j
}

/// Which of log4j's two formats a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Generation {
    First,
    Second,
}

/// Log4j 2 has the first say, and may be given several files.
fn files(options: &JavaOptions) -> Vec<(String, Generation)> {
    let second = ["log4j2.configurationFile", "log4j.configurationFile"];
    if let Some(names) = second.iter().find_map(|key| options.get(key)) {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        return names.map(|name| (name.to_owned(), Generation::Second)).collect();
    }
    options.get("log4j.configuration").map(|name| (name.to_owned(), Generation::First)).into_iter().collect()
}

fn load(named: &str, generation: Generation) -> Result<Node, String> {
    let path = path(named)?;
    let bytes = bytes(&path).map_err(|error| format!("it cannot be read: {error}"))?;
    parse(&path, generation, &bytes).map_err(|error| error.to_string())
}

/// An address may hold a password; what is before the `@` is not shown.
fn without_login(named: &str) -> &str {
    match named.contains("://") {
        true => named.rsplit_once('@').map_or(named, |(_, rest)| rest),
        false => named,
    }
}

/// The file that a name or an URL stands for.
fn path(named: &str) -> Result<PathBuf, String> {
    if let Some(path) = named.strip_prefix("file:") {
        return Ok(unescaped(path.strip_prefix("//").unwrap_or(path)));
    }
    match named.split_once(':') {
        Some((scheme, _)) if !scheme.contains(['/', '.']) => {
            Err(format!("nothing is read from {scheme}: addresses; name a file"))
        }
        _ => Ok(PathBuf::from(named)),
    }
}

/// An URL writes a space as `%20`. What is no escape stands for itself.
fn unescaped(text: &str) -> PathBuf {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let escape = match rest {
            [b'%', high, low, tail @ ..] => hex(*high).zip(hex(*low)).map(|(high, low)| (high << 4 | low, tail)),
            _ => None,
        };
        let (byte, left) = escape.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = left;
    }
    PathBuf::from(OsString::from_vec(bytes))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what);
    // A pipe could keep the worker waiting.
    if !path.metadata()?.is_file() {
        return Err(wrong("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX { Err(wrong("it is longer than 1 MiB")) } else { Ok(bytes) }
}

/// The extension says the format, as it does to log4j.
fn parse(path: &Path, generation: Generation, bytes: &[u8]) -> Result<Node, ParseError> {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let text = || std::str::from_utf8(bytes).map_err(|_| ParseError::Encoding);
    match (extension.as_str(), generation) {
        ("xml", _) => xml::parse(text()?),
        (_, Generation::First) => properties::first(bytes),
        ("properties", _) => properties::second(bytes),
        _ => yaml::parse(text()?),
    }
}
