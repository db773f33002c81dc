//! One connection to one broker, from host name to decoded answer.
//! ```text
//! resolve: a name's addresses in turn ─▶ dial: TCP, TLS ─▶ ApiVersions ─▶ authenticate, if SASL is configured
//! Connection::send ─▶ frame ─▶ writer task ─▶ socket ─▶ reader task ─▶ answer, in the order of the requests
//! ```
//! Start at [`Connection`]. Requests are pipelined; an answer that is late or cannot be read ends the connection, and
//! with it every request on it. A broker may want to see the credentials again from time to time: the writer then holds
//! the requests back while they are shown (`renewal`).

mod api;
mod authenticate;
mod backoff;
mod connection;
mod dial;
mod ending;
mod frame;
mod guard;
mod link;
mod pulse;
mod reader;
mod renewal;
mod resolve;
mod versions;
mod writer;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use api::ALL;
pub use api::Request;
pub use backoff::Backoff;
pub(crate) use connection::{Connection, REQUESTS_QUEUED_MAX};
pub(crate) use dial::Target;
pub(crate) use frame::{Frame, FrameHead};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use guard::check;
pub(crate) use resolve::{Addresses, canonical};
