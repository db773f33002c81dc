//! What a failed request to a coordinator means: ask again, abort, or end.

use super::error::{no_longer_member, unexpected};
use crate::{ErrorCode, KafkaError};

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Initialize,
    AddPartitions,
    AddOffsets,
    CommitOffsets,
    Commit,
    Abort,
}

/// An error after which asking again changes nothing.
#[derive(Clone, Debug)]
pub(in crate::producer) enum Fault {
    /// The transaction has to be aborted.
    Abortable(KafkaError),
    /// As `Abortable`, where the producer's epoch can be raised; otherwise fatal.
    AbortableByBump(KafkaError),
    /// A right is missing, and nothing was begun.
    Unauthorized(KafkaError),
    /// The producer has to end.
    Fatal(KafkaError),
    /// Nobody wants the answer any more: the transaction is aborted. An attempt may have been heard all the same.
    GivenUp { maybe_heard: bool },
}

/// What follows an error.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// Ask again after a pause.
    Again,
    /// Ask again after a short pause: the last transaction is being completed.
    Soon,
    /// Find the coordinator anew, then ask again.
    Moved,
    /// Do not ask again.
    Fault(Fault),
}

/// Judges an error. Source: Apache Kafka, the handlers of `TransactionManager`.
pub(super) fn judge(asked: Asked, error: &KafkaError) -> Verdict {
    use ErrorCode as E;
    let Some(code) = error.code() else {
        return match error.is_retriable() {
            true => Verdict::Moved, // connect, disconnect, no answer
            false => Verdict::Fault(Fault::Fatal(error.clone())),
        };
    };
    match code {
        E::NOT_COORDINATOR | E::COORDINATOR_NOT_AVAILABLE => Verdict::Moved,
        E::REQUEST_TIMED_OUT if asked == Asked::CommitOffsets => Verdict::Moved,
        E::CONCURRENT_TRANSACTIONS => Verdict::Soon,
        _ if error.is_retriable() => Verdict::Again,
        _ => Verdict::Fault(fault(asked, code, error)),
    }
}

fn fault(asked: Asked, code: ErrorCode, error: &KafkaError) -> Fault {
    use Asked::*;
    use ErrorCode as E;
    match (asked, code) {
        (_, E::INVALID_PRODUCER_EPOCH | E::PRODUCER_FENCED) => Fault::Fatal(KafkaError::broker(E::PRODUCER_FENCED, "")),
        (Abort, E::TRANSACTION_ABORTABLE) => Fault::Fatal(unexpected("Failed to abort transaction", error)),
        (_, E::TRANSACTION_ABORTABLE) => Fault::Abortable(error.clone()),
        (Initialize, E::TRANSACTIONAL_ID_AUTHORIZATION_FAILED | E::CLUSTER_AUTHORIZATION_FAILED) => {
            Fault::Unauthorized(error.clone())
        }
        (Initialize, _) => Fault::Fatal(unexpected("Unexpected error in InitProducerIdResponse", error)),
        (_, E::TRANSACTIONAL_ID_AUTHORIZATION_FAILED) => Fault::Fatal(error.clone()),
        (CommitOffsets, E::UNKNOWN_MEMBER_ID | E::ILLEGAL_GENERATION) => Fault::Abortable(no_longer_member(code)),
        (CommitOffsets | AddOffsets, E::GROUP_AUTHORIZATION_FAILED) => Fault::Abortable(error.clone()),
        (CommitOffsets, E::FENCED_INSTANCE_ID) => Fault::Abortable(error.clone()),
        (CommitOffsets, E::UNSUPPORTED_FOR_MESSAGE_FORMAT) => Fault::Fatal(error.clone()),
        (CommitOffsets, _) => Fault::Fatal(unexpected("Unexpected error in TxnOffsetCommitResponse", error)),
        (_, E::INVALID_TXN_STATE | E::INVALID_PRODUCER_ID_MAPPING) => Fault::Fatal(error.clone()),
        (_, E::UNKNOWN_PRODUCER_ID) => Fault::AbortableByBump(error.clone()),
        (AddPartitions, E::TOPIC_AUTHORIZATION_FAILED) => Fault::Abortable(error.clone()),
        (AddPartitions, _) => {
            Fault::Abortable(unexpected("Could not add partitions to transaction due to errors", error))
        }
        (AddOffsets, _) => Fault::Fatal(unexpected("Unexpected error in AddOffsetsToTxnResponse", error)),
        (Commit | Abort, _) => Fault::Fatal(unexpected("Unhandled error in EndTxnResponse", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_what_java_does_about_it() {
        use Asked::*;
        use ErrorCode as E;
        for (asked, code, want) in [
            (Initialize, E::COORDINATOR_LOAD_IN_PROGRESS, "again"),
            (Initialize, E::CONCURRENT_TRANSACTIONS, "soon"),
            (Initialize, E::NOT_COORDINATOR, "moved"),
            (Initialize, E::CLUSTER_AUTHORIZATION_FAILED, "unauthorized"),
            (Initialize, E::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "unauthorized"),
            (Initialize, E::INVALID_PRODUCER_EPOCH, "fenced"),
            (Initialize, E::INVALID_TRANSACTION_TIMEOUT, "fatal"),
            (Initialize, E::TRANSACTION_ABORTABLE, "abortable"),
            (AddPartitions, E::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "fatal"),
            (AddPartitions, E::UNKNOWN_TOPIC_OR_PARTITION, "again"),
            (AddPartitions, E::TOPIC_AUTHORIZATION_FAILED, "abortable"),
            (AddPartitions, E::OPERATION_NOT_ATTEMPTED, "abortable"),
            (AddPartitions, E::UNKNOWN_PRODUCER_ID, "by bump"),
            (AddPartitions, E::PRODUCER_FENCED, "fenced"),
            (AddOffsets, E::GROUP_AUTHORIZATION_FAILED, "abortable"),
            (AddOffsets, E::INVALID_GROUP_ID, "fatal"),
            (CommitOffsets, E::REQUEST_TIMED_OUT, "moved"),
            (CommitOffsets, E::ILLEGAL_GENERATION, "abortable"),
            (CommitOffsets, E::FENCED_INSTANCE_ID, "abortable"),
            (CommitOffsets, E::INVALID_COMMIT_OFFSET_SIZE, "fatal"),
            (Commit, E::INVALID_TXN_STATE, "fatal"),
            (Commit, E::TRANSACTION_ABORTABLE, "abortable"),
            (Commit, E::REQUEST_TIMED_OUT, "again"),
            (Abort, E::TRANSACTION_ABORTABLE, "fatal"), // what cannot even be aborted
            (Abort, E::INVALID_PRODUCER_ID_MAPPING, "fatal"),
        ] {
            let got = match judge(asked, &KafkaError::broker(code, "")) {
                Verdict::Again => "again",
                Verdict::Soon => "soon",
                Verdict::Moved => "moved",
                Verdict::Fault(Fault::Abortable(_)) => "abortable",
                Verdict::Fault(Fault::AbortableByBump(_)) => "by bump",
                Verdict::Fault(Fault::Unauthorized(_)) => "unauthorized",
                Verdict::Fault(Fault::Fatal(error)) if error.code() == Some(E::PRODUCER_FENCED) => "fenced",
                Verdict::Fault(Fault::Fatal(_)) => "fatal",
                Verdict::Fault(Fault::GivenUp { .. }) => "given up",
            };
            assert_eq!(got, want, "{asked:?}: {code:?}");
        }
    }
}
