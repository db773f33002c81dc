//! Groups: which there are, who is in them, what they committed; and how to be rid of each.

mod alter_offsets;
mod consumer_protocol;
mod delete;
mod delete_offsets;
mod describe;
mod list;
mod offsets;
mod remove;
#[cfg(test)]
mod tests;

pub use describe::{GroupDescription, MemberDescription};
pub use list::{GroupFilter, GroupListing, GroupListings};
pub use remove::Removal;

use super::ask::Outcome;
use super::codes::words;
use super::route::Route;
use crate::cluster::CoordinatorKind;
use crate::{ErrorCode, KafkaError};

words! {
    /// What a group is doing.
    GroupState {
        PreparingRebalance "PreparingRebalance",
        CompletingRebalance "CompletingRebalance",
        Stable "Stable",
        Dead "Dead",
        Empty "Empty",
        Assigning "Assigning",
        Reconciling "Reconciling",
        NotReady "NotReady",
    }
}

words! {
    /// Which protocol a group's members speak.
    GroupType {
        Classic "Classic",
        Consumer "Consumer",
        Share "Share",
        Streams "Streams",
    }
}

fn coordinator(group: &str) -> Route {
    Route::Coordinator(CoordinatorKind::Group, group.to_owned())
}

/// What passes while a coordinator starts, or is found where it went.
const COORDINATOR: &[ErrorCode] =
    &[ErrorCode::COORDINATOR_LOAD_IN_PROGRESS, ErrorCode::COORDINATOR_NOT_AVAILABLE, ErrorCode::NOT_COORDINATOR];

/// Repeats what concerns the coordinator, and nothing else.
fn outcome<V>(result: Result<V, KafkaError>) -> Outcome<V> {
    Outcome::repeating(result, COORDINATOR)
}
