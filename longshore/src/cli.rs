//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "longshore", version, about = "Kafka Connect in Rust", subcommand_required = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs one worker with its connectors; connectors and their states are kept in memory, source offsets in a file.
    Standalone {
        /// The worker's properties file, e.g. config/connect-standalone.properties; an empty text for none.
        #[arg(value_parser = OsStringValueParser::new().map(PathBuf::from))]
        worker: PathBuf,
        /// Connectors to create: .properties files, or JSON files as REST takes them or of one flat object.
        connectors: Vec<PathBuf>,
    },
}

/// Help, a version, or what is wrong with the command line.
#[derive(Debug)]
pub(crate) struct Usage {
    text: clap::Error,
    /// As Apache's scripts: help for a worker is a failure too.
    code: u8,
}

/// # Errors
/// There is nothing to run: print this and exit.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Command, Usage> {
    let arguments: Vec<_> = arguments.collect();
    let names_worker = arguments.get(1).is_some_and(|command| command == "standalone");
    Arguments::try_parse_from(arguments).map(|arguments| arguments.command).map_err(|text| {
        let asked = matches!(text.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        Usage { text, code: u8::from(names_worker || !asked) }
    })
}

impl Usage {
    pub(crate) fn print(&self) -> ExitCode {
        // Nobody can be told that the terminal is gone.
        drop(self.text.print());
        ExitCode::from(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_of_wrong_command_lines() {
        for (line, code) in [
            (&["longshore"][..], 1),
            (&["longshore", "--help"], 0),
            (&["longshore", "--version"], 0),
            (&["longshore", "standalone"], 1),
            (&["longshore", "standalone", "--help"], 1),
            (&["longshore", "nonsense"], 1),
        ] {
            assert_eq!(parse(line.iter().map(OsString::from)).unwrap_err().code, code, "{line:?}");
        }
    }

    #[test]
    fn worker_and_connectors() {
        let Command::Standalone { worker, connectors } =
            parse(["longshore", "standalone", "", "a", "b"].into_iter().map(OsString::from)).unwrap();
        assert_eq!((worker, connectors), (PathBuf::new(), vec![PathBuf::from("a"), PathBuf::from("b")]));
    }
}
