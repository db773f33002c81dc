//! Replays REST scenarios against a worker and compares with what Apache Kafka Connect has answered.
//! ```text
//! <name>.scenario.json ─▶ Scenario ─▶ replay (requests, until, files) ─▶ uniform ─▶ answers ─┐
//! <name>.<mode>.golden.json ─────────────────────────────────────────────────────────────┴▶ compare ─▶ Tally
//! ```
//! Start at [`run_scenario`]. The format is described in `parity/conformance/FORMAT.md`.

mod compare;
mod format;
mod json;
mod replay;
mod suite;
mod uniform;

pub use self::format::{Mode, Scenario};
pub use self::suite::{ScenarioFile, run_scenario, scenario_files, skip_scenario};

#[cfg(test)]
mod tests;
