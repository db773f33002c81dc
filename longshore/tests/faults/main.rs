//! Faults of a whole worker under load: it is killed, stopped and frozen, the broker goes away, disks fill up, files and
//! topics vanish.
//! ```text
//! Feeder ─▶ in ─▶ source ─▶ topic ─▶ sink ─▶ out        Plan: how many rounds, with which seed
//!                  ╰──────── a fault ────────╯           Pipe: what arrived, compared with what was fed
//! ```
//! `LONGSHORE_FAULT_ROUNDS` makes it long and `LONGSHORE_FAULT_SEED` repeatable; `benches/worker-faults.sh` sets both.
//! Start at [`plan::Plan`] and [`pipe::Pipe`].

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

#[path = "../harness/mod.rs"]
mod harness;

mod broker;
mod disk;
mod ended;
mod files;
mod frozen;
mod memory;
mod pipe;
mod plan;
mod poison;
mod topics;
