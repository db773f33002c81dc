//! A worker with one more plugin: everything that `longshore` does, and a connector that counts.

mod counter;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut plugins = longshore::built_in_plugins();
    plugins.add(counter::plugin());
    longshore::run(plugins)
}
