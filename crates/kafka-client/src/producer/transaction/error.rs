//! Java's words for what can be wrong with a transaction, and what each means for the producer.

use std::fmt::Display;
use std::sync::Arc;

use crate::error::TransactionError;
use crate::producer::pipeline::Identity;
use crate::{ErrorCode, ErrorKind, KafkaError};

const ILLEGAL_STATE: &str = "java.lang.IllegalStateException";
const KAFKA_EXCEPTION: &str = "org.apache.kafka.common.KafkaException";
const TRANSACTION_ABORTABLE: &str = "org.apache.kafka.common.errors.TransactionAbortableException";
const TRANSACTION_ABORTED: &str = "org.apache.kafka.common.errors.TransactionAbortedException";

fn error(kind: ErrorKind, class: &'static str, text: impl Into<Arc<str>>, cause: Option<&KafkaError>) -> KafkaError {
    let code = cause.and_then(KafkaError::code);
    let cause = cause.cloned().map(Arc::new);
    KafkaError::Transaction(Arc::new(TransactionError { kind, class, text: text.into(), code, cause }))
}

/// The call is not allowed at this time.
pub(super) fn illegal_state(text: impl Into<Arc<str>>) -> KafkaError {
    error(ErrorKind::Fatal, ILLEGAL_STATE, text, None)
}

/// An argument cannot be used.
pub(super) fn illegal_argument(text: impl Into<Arc<str>>) -> KafkaError {
    error(ErrorKind::Fatal, "java.lang.IllegalArgumentException", text, None)
}

/// The producer has no `transactional.id`.
pub(in crate::producer) fn not_transactional() -> KafkaError {
    illegal_state("Transactional method invoked on a non-transactional producer.")
}

/// The same error, as the reason to abort a transaction.
pub(super) fn abortable(cause: &KafkaError) -> KafkaError {
    match cause {
        KafkaError::Transaction(own) if own.kind == ErrorKind::Abortable => cause.clone(),
        // It would say "try again", but that has been done for as long as was allowed.
        _ if cause.is_retriable() => {
            let text = "Transaction Request was aborted after exhausting retries.";
            error(ErrorKind::Abortable, TRANSACTION_ABORTABLE, text, Some(cause))
        }
        _ => relabelled(ErrorKind::Abortable, cause),
    }
}

/// The same error, as the end of the producer.
pub(super) fn fatal(cause: KafkaError) -> KafkaError {
    match cause.kind() {
        ErrorKind::Fenced | ErrorKind::Authorization | ErrorKind::Fatal => cause,
        _ => relabelled(ErrorKind::Fatal, &cause),
    }
}

fn relabelled(kind: ErrorKind, cause: &KafkaError) -> KafkaError {
    let (class, text, code) = (cause.java_class(), cause.to_string().into(), cause.code());
    KafkaError::Transaction(Arc::new(TransactionError { kind, class, text, code, cause: None }))
}

/// An answer that no rule is known for.
pub(super) fn unexpected(what: impl Display, cause: &KafkaError) -> KafkaError {
    let code_text = cause.code().map_or_else(|| cause.to_string(), |code| code.text().to_owned());
    error(ErrorKind::Fatal, KAFKA_EXCEPTION, format!("{what}: {code_text}"), None)
}

/// The offsets come from a member that is none any more.
pub(super) fn no_longer_member(code: ErrorCode) -> KafkaError {
    let text = format!("Transaction offset Commit failed due to consumer group metadata mismatch: {}", code.text());
    error(ErrorKind::Abortable, "org.apache.kafka.clients.consumer.CommitFailedException", text, None)
}

/// A batch that was not sent before its transaction was aborted.
pub(super) fn aborted() -> KafkaError {
    error(ErrorKind::Abortable, TRANSACTION_ABORTED, "Failing batch since transaction was aborted", None)
}

/// What every call says once the producer or its transaction has failed.
pub(super) fn failed_before(id: &str, identity: Option<Identity>, cause: &KafkaError) -> KafkaError {
    let Identity { id: producer, epoch } = identity.unwrap_or(Identity { id: -1, epoch: -1 });
    let who = format!("Producer with transactionalId '{id}' and (producerId={producer}, epoch={epoch})");
    let says = |text: String| error(cause.kind(), cause.java_class(), text, Some(cause));
    match cause.code() {
        Some(ErrorCode::PRODUCER_FENCED) => {
            says(format!("{who} has been fenced by another producer with the same transactionalId"))
        }
        Some(ErrorCode::INVALID_PRODUCER_EPOCH) => says(format!("{who} attempted to produce with an old epoch")),
        _ => {
            let text = "Cannot execute transactional method because we are in an error state";
            error(cause.kind(), KAFKA_EXCEPTION, text, Some(cause))
        }
    }
}
