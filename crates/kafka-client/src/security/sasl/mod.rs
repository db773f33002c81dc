//! Saying who the client is: what `sasl.*` properties say, and each mechanism's side of the talk.
//! ```text
//! sasl.jaas.config, KAFKA_OPTS ─▶ jaas ─┐
//! sasl.mechanism, sasl.*       ─▶ config ─▶ SaslConfig ─ exchange() ─▶ Exchange: first ─▶ broker ─▶ next ─▶ …
//!                                            │
//!                              plain, scram ─┴─ oauth: tokens, fetched and refreshed
//! ```
//! Start at [`SaslConfig`]. Nothing here talks to a broker: `net` carries the bytes of an [`Exchange`], on new
//! connections and again on old ones. Only `oauth` leaves this process, to a token endpoint.

mod classes;
mod config;
mod exchange;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod jaas;
mod oauth;
mod plain;
mod scram;
#[cfg(test)]
mod tests;

pub use config::SaslConfig;

/// A text for a failure while tokens are evaluated, as Java words it.
pub(crate) fn evaluating(why: &str) -> String {
    format!(
        "An error: ({why}) occurred when evaluating SASL token received from the Kafka Broker. Kafka Client will go to \
         AUTHENTICATION_FAILED state."
    )
}
