//! Transactions: who has one open, and how to end it or fence its producer.

mod abort;
mod describe;
mod fence;
mod list;
mod producers;
#[cfg(test)]
mod tests;

pub use abort::AbortTransaction;
pub use describe::TransactionDescription;
pub use fence::ProducerIdAndEpoch;
pub use list::{TransactionFilter, TransactionListing, TransactionListings};
pub use producers::ActiveProducer;

use super::codes::words;
use super::route::Route;
use crate::cluster::CoordinatorKind;
use crate::{ErrorCode, KafkaError};

words! {
    /// How far a transaction has come.
    TransactionState {
        Empty "Empty",
        Ongoing "Ongoing",
        PrepareCommit "PrepareCommit",
        PrepareAbort "PrepareAbort",
        CompleteCommit "CompleteCommit",
        CompleteAbort "CompleteAbort",
        PrepareEpochFence "PrepareEpochFence",
    }
}

fn coordinator(transactional_id: &str) -> Route {
    Route::Coordinator(CoordinatorKind::Transaction, transactional_id.to_owned())
}

/// What passes while a coordinator starts, or is found where it went.
const COORDINATOR: &[ErrorCode] = &[
    ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode::COORDINATOR_NOT_AVAILABLE,
    ErrorCode::NOT_COORDINATOR,
    ErrorCode::CONCURRENT_TRANSACTIONS,
];

/// What passes while a partition's leader is found where it went.
const LEADER: &[ErrorCode] = &[
    ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ErrorCode::REPLICA_NOT_AVAILABLE,
    ErrorCode::BROKER_NOT_AVAILABLE,
    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode::LEADER_NOT_AVAILABLE,
];

/// Java's text about one request: `what` failed, and then why.
fn checked(code: i16, what: &str, whys: &[(ErrorCode, &str)], otherwise: &str) -> Result<(), KafkaError> {
    if code == 0 {
        return Ok(());
    }
    let code = ErrorCode(code);
    let why = whys.iter().find(|(known, _)| *known == code).map_or(otherwise, |(_, why)| why);
    Err(KafkaError::refused(code, format!("{what} failed {why}")))
}
