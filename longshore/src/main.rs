//! The program: Longshore with its built-in plugins.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    longshore::run(longshore::built_in_plugins())
}
