//! Offsets: what the group committed, and where the partitions begin and end.
//! ```text
//! committed, commit ─▶ the group's coordinator
//! list: beginning, end, first at a timestamp ─▶ each partition's leader
//! ```

mod commit;
mod list;

pub(super) use commit::{commit, committed};
pub(super) use list::{At, Found, Listed, list};
