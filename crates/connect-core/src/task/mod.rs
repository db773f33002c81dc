//! What a task's loop decides: which source offsets may be committed.

mod submitted;

pub use submitted::SubmittedRecords;
