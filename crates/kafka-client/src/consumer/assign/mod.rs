//! Who of a group reads what: decided by the group's leader, which may be this consumer.
//! ```text
//! JoinGroup answer: members with their Subscription ─▶ range::assign ─▶ one Assignment each ─▶ SyncGroup
//! ```

mod protocol;
pub(super) mod range;
#[cfg(test)]
mod tests;

pub(super) use protocol::{MemberSubscription, decode_assignment, encode_assignment};
