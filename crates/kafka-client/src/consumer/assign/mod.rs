//! Who of a group reads what: decided by the group's leader, which may be this consumer.
//! ```text
//! JoinGroup answer: members with their Subscription ─▶ range::assign ─▶ one Assignment each ─▶ SyncGroup
//! ```

mod protocol;
pub(super) mod range;
#[cfg(test)]
mod tests;

pub(crate) use protocol::decode_assignment;
pub(super) use protocol::{MemberSubscription, encode_assignment};
