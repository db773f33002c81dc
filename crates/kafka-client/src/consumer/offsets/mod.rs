//! Offsets: what the group committed, and where the partitions begin and end.
//! ```text
//! committed, commit ─▶ the group's coordinator
//! epoch_ends: where the records of a leader's epoch end ─▶ the leader now
//! list: beginning, end, first at a timestamp ─▶ each partition's leader
//! ```

mod commit;
mod epochs;
mod list;

pub(super) use commit::{commit, committed, is_gone, until};
pub(super) use epochs::{EpochEnd, EpochEnds, Epochs, epoch_ends};
pub(super) use list::{At, Found, Listed, list};
