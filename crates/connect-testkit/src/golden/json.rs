//! `json.jsonl`: `JsonConverter` with all its options, for records and for headers.

use super::primitive::run_converter;
use super::{Case, Outcome, Subject};

/// The runner of `json.jsonl`.
pub struct JsonSubject;

impl Subject for JsonSubject {
    fn name(&self) -> &'static str {
        "json"
    }

    fn run(&self, case: &Case) -> Outcome {
        run_converter(case, "JsonConverter")
    }
}
