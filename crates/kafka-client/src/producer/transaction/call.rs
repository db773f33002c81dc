//! A transactional call under way, which outlives a caller that has stopped to wait for it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::KafkaError;

/// The calls that take a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::producer) enum Operation {
    Initialize,
    SendOffsets,
    Commit,
    Abort,
}

/// What came of a call; empty while it is under way.
#[derive(Clone, Debug, Default)]
pub(in crate::producer) struct Outcome(Arc<OnceLock<Result<(), KafkaError>>>);

impl Outcome {
    pub(in crate::producer) fn get(&self) -> Option<Result<(), KafkaError>> {
        self.0.get().cloned()
    }

    /// Ends the call; only the first end counts.
    pub(super) fn set(&self, result: Result<(), KafkaError>) {
        self.0.get_or_init(|| result);
    }

    pub(super) fn is_same(&self, other: &Outcome) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Operation {
    /// What Java says has not happened when `max.block.ms` is over, and about which request.
    pub(in crate::producer) fn overdue(self) -> (&'static str, &'static str) {
        match self {
            Operation::Initialize => (
                "InitProducerId",
                "InitTransactions timed out - did not complete coordinator discovery or receive the InitProducerId \
                 response within max.block.ms.",
            ),
            Operation::SendOffsets => (
                "TxnOffsetCommitHandler",
                "SendOffsetsToTransaction timed out - did not reach the coordinator or receive the \
                 TxnOffsetCommit/AddOffsetsToTxn response within max.block.ms",
            ),
            Operation::Commit => (
                "EndTxn(true)",
                "CommitTransaction timed out - did not complete EndTxn with the transaction coordinator within max.block.ms",
            ),
            Operation::Abort => (
                "EndTxn(false)",
                "AbortTransaction timed out - did not complete EndTxn(abort) with the transaction coordinator within \
                 max.block.ms",
            ),
        }
    }
}

/// Java's name of the call.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Operation::Initialize => "initTransactions",
            Operation::SendOffsets => "sendOffsetsToTransaction",
            Operation::Commit => "commitTransaction",
            Operation::Abort => "abortTransaction",
        })
    }
}
