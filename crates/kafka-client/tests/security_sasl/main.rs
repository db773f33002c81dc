//! SASL against a real broker of the tests' own, which the script in `LONGSHORE_TEST_APACHE` starts.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod broker;
#[path = "../common/mod.rs"]
mod common;
mod endpoint;
mod mechanisms;
mod oauth;
mod refusals;
mod renewal;

pub(crate) const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
pub(crate) const SCRAM: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";
pub(crate) const OAUTH: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";
