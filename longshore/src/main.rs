//! The program: Longshore with its built-in plugins.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    longshore::run(longshore::built_in_plugins())
}
