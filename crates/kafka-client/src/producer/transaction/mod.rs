//! Transactions: what a producer with a `transactional.id` may do when, and its talk with the coordinators.
//! ```text
//! calls ─▶ Transaction (state, under the accumulator's lock) ─▶ next_task ─▶ Coordinator: one request at a time ─┐
//!  ▲  outcome              ▲ failed batches                                                                       │
//!  └───────────────────────┴──────────────────────────────── answers ◀────────────────────────────────────────────┘
//! ```
//! Start at [`Transaction`]: pure, it decides. The sender drives it, [`Coordinator`] asks. There are two protocols. In
//! the first a partition is added to the transaction by a request of its own before anything is sent to it, and the
//! producer's epoch changes only after errors. In the second (KIP-890) the first batch adds its partition, and every end
//! of a transaction raises the epoch, which keeps late batches out of the next one.

mod call;
mod coordinator;
mod error;
mod fault;
mod offsets;
mod settling;
mod state;

pub(super) use call::{Operation, Outcome};
pub(super) use coordinator::{Answer, Coordinator, Protocol, Task};
pub(super) use error::not_transactional;
pub(super) use offsets::OffsetsToSend;
pub(super) use state::Transaction;
