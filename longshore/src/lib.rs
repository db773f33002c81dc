//! Kafka Connect in Rust.
//! ```text
//! command line ─▶ worker file ─▶ StandaloneConfig ─▶ REST server, HerderLoop, two runtimes ─▶ connector files
//!                                                              ▲ SIGTERM, SIGINT: stop in order
//! ```
//! Start at [`run`]. A program of your own is a `main` that adds plugins to [`built_in_plugins`] and calls it.

mod cli;
mod cluster;
mod connector_files;
mod exit;
mod input;
mod logging;
mod metrics;
mod signals;
mod standalone;
mod worker_file;

use std::process::ExitCode;

pub use connect_api::PluginTable;

use exit::StartError;
use logging::{Format, LogConfig};

/// The version of Apache Kafka Connect that this program stands in for.
pub const APACHE_VERSION: &str = "4.3.1";

/// Every plugin that comes with Longshore.
pub fn built_in_plugins() -> PluginTable {
    let mut plugins = PluginTable::new();
    plugin_file::register(&mut plugins);
    plugin_verifiable::register(&mut plugins);
    plugin_converters::register(&mut plugins);
    plugin_providers::register(&mut plugins);
    plugin_transforms::register(&mut plugins);
    plugins
}

/// Does what the command line says with these plugins, until it is done or told to stop. Exit codes are Apache's: 1 for
/// a wrong command line, 2 for a failure before the start, 3 for a failure at it, 143 and 130 after SIGTERM and SIGINT.
pub fn run(plugins: PluginTable) -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(cli::Command::Standalone { worker, connectors }) => {
            let props = worker_file::read(&worker);
            logging::start(props.as_ref().map_or(Format::Text, LogConfig::format));
            let checked = props.and_then(|props| worker_file::check(&worker, &props, &plugins));
            let outcome = checked.map_err(StartError::Before);
            exit::code(&outcome.and_then(|worker| standalone::run(plugins, worker, &connectors)))
        }
        Err(usage) => usage.print(),
    }
}
