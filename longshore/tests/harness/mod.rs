//! What every test of the real program needs.
//! ```text
//! kafka() ─▶ Site: a folder, unique names ─▶ Launch: properties, connectors ─▶ Worker: log, REST, signals, exit code
//!                                        └─▶ Feeder: appends lines meanwhile       └─▶ until(condition)
//! topic: what a topic holds · apache: Apache's own worker and tools · disk: one that is soon full
//! ```
//! The broker's address is in `LONGSHORE_TEST_BOOTSTRAP`; see `scripts/apache.sh`. Start at [`Site`].

#![allow(dead_code, unreachable_pub, unused_imports)] // each test binary uses a part of it

pub mod apache;
pub mod broker;
pub mod disk;
pub mod feeder;
pub mod http;
pub mod site;
pub mod topic;
pub mod worker;

use std::io::Write;
use std::time::{Duration, Instant};

pub use broker::Broker;
pub use disk::SmallDisk;
pub use feeder::{Feeder, Random};
pub use site::Site;
pub use worker::{Launch, Signal, Worker};

/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(20);

/// The broker to test with; none means that the test is skipped.
pub fn kafka() -> Option<String> {
    let address = std::env::var("LONGSHORE_TEST_BOOTSTRAP").ok();
    if address.is_none() {
        skip("LONGSHORE_TEST_BOOTSTRAP, the address of a Kafka broker");
    }
    address
}

/// Says that a test does not run here. On CI that is a failure.
pub fn skip(missing: &str) {
    assert!(std::env::var_os("CI").is_none(), "on CI there must be {missing}");
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    // Past the test runner, which swallows what a passing test prints.
    drop(writeln!(std::io::stderr(), "SKIPPED {name}: needs {missing}"));
}

/// Waits until `happened`.
/// # Panics
/// It does not happen within [`PATIENCE`].
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !happened() {
        assert!(Instant::now() < deadline, "this did not happen: {what}");
        std::thread::sleep(GLANCE);
    }
}

/// Compares line by line.
/// # Panics
/// They differ; says where, not with all of them.
pub fn assert_same_lines(what: &str, found: &[String], want: &[String]) {
    let at = found.iter().zip(want).take_while(|(found, want)| found == want).count();
    let (left, right) = (found.get(at), want.get(at));
    assert!(left == right, "{what}: {} lines for {}, line {at} is {left:?} for {right:?}", found.len(), want.len());
}
