//! Kafka Connect's REST API: what clients send becomes a [`Command`](connect_core::herder::Command), and the herder's
//! answer becomes the bytes that Apache's worker would send.
//! ```text
//! socket ─▶ connection (hyper, limits) ─▶ site (log, path) ─▶ routes (media types, body) ─▶ Herder::call ─┐
//!    ◀────────────────────────── wire (JSON shapes), error (status codes) ◀────────────────────────────────┘
//! ```
//! Start at [`RestServer::bind`]. The port opens before there is a herder; until [`BoundServer::serve`] every path
//! answers 404. Only this crate knows HTTP status codes.

mod body;
mod config;
mod connection;
mod error;
mod herder;
mod media_type;
mod metrics;
mod negotiate;
mod path;
mod routes;
mod server;
mod site;
mod stage;
mod stall;
#[cfg(test)]
mod tests;
mod wire;

pub use config::{RestConfig, Timeouts};
pub use error::RestError;
pub use herder::Herder;
pub use metrics::{MetricsPage, MetricsServer};
pub use server::{BoundServer, RestServer};
pub use stage::Startup;
