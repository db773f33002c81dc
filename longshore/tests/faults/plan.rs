//! How often a fault happens, and the seeds that repeat it.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

const ROUNDS: &str = "LONGSHORE_FAULT_ROUNDS";
const SEED: &str = "LONGSHORE_FAULT_SEED";

/// The rounds of one test. Says after each how it went; says its seed when the test fails.
pub(crate) struct Plan {
    test: &'static str,
    pub rounds: usize,
    pub seed: u64,
    /// Asked for by `LONGSHORE_FAULT_ROUNDS`: there is time.
    pub long: bool,
}

impl Plan {
    /// `few` rounds; when `LONGSHORE_FAULT_ROUNDS` is set, `share` percent of these.
    pub(crate) fn new(test: &'static str, few: usize, share: usize) -> Self {
        let asked = number(ROUNDS).map(|rounds| usize::try_from(rounds).unwrap());
        let rounds = asked.map_or(few, |rounds| (rounds * share).div_ceil(100));
        Self { test, rounds, seed: number(SEED).unwrap_or_else(chance), long: asked.is_some() }
    }

    /// Parts of at most `most` rounds, each with the seed that repeats it: what was fed stays small enough to compare.
    pub(crate) fn parts(&self, most: usize) -> impl Iterator<Item = (u64, usize)> {
        let parts = (0..self.rounds).step_by(most).map(move |begun| most.min(self.rounds - begun));
        (self.seed..).zip(parts)
    }

    /// A line of the long run.
    pub(crate) fn say(&self, text: &str) {
        if self.long {
            // Past the test runner, which swallows what a passing test prints.
            drop(writeln!(std::io::stderr(), "{}: {text}", self.test));
        }
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (test, seed) = (self.test, self.seed);
            let rounds = number(ROUNDS).map(|rounds| format!("{ROUNDS}={rounds} ")).unwrap_or_default();
            drop(writeln!(std::io::stderr(), "{test}: failed; {rounds}{SEED}={seed} repeats it"));
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

fn chance() -> u64 {
    u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_millis())
}
