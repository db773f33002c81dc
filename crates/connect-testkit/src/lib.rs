//! What tests of several crates share: the golden runners over `parity/golden/`, the REST scenarios of
//! `parity/conformance/`, an HTTP client. A dev-dependency and the library of `cargo xtask golden` and `cargo xtask scenarios`; nothing
//! of it goes into the worker.

pub mod golden;
pub mod http;
pub mod scenario;
