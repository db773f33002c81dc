//! What tests of several crates share: the golden runners over `parity/golden/`.
//! A dev-dependency and `cargo xtask golden`'s library; nothing of it goes into the worker.

pub mod golden;
