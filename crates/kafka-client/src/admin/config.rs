//! The part of the configuration that only the admin reads.

use std::time::Duration;

use connect_config::Props;

use crate::KafkaError;
use crate::cluster::Cluster;
use crate::config::{ClientConfig, ClientKind, Values};

/// How patiently the admin asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminConfig {
    /// How long one call may take in all, its repetitions included.
    pub default_api_timeout: Duration,
    /// How often a call is repeated at most.
    pub retries: u32,
}

impl AdminConfig {
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let values = Values::parse(ClientKind::Admin, props)?;
        let retries = values.int("retries").unsigned_abs();
        let request_timeout = values.millis("request.timeout.ms");
        let whole = values.millis("default.api.timeout.ms");
        if whole >= request_timeout {
            return Ok(AdminConfig { default_api_timeout: whole, retries });
        }
        if values.is_given("default.api.timeout.ms") {
            return Err(KafkaError::config(
                "The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.",
            ));
        }
        tracing::warn!(?request_timeout, "default.api.timeout.ms follows request.timeout.ms, which was set longer");
        Ok(AdminConfig { default_api_timeout: request_timeout, retries })
    }

    pub(super) fn of(cluster: &Cluster) -> Self {
        let ClientConfig { default_api_timeout, request_timeout, .. } = cluster.config();
        AdminConfig { default_api_timeout: *default_api_timeout.max(request_timeout), retries: i32::MAX.unsigned_abs() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_may_not_be_shorter_than_its_requests() {
        let refused =
            "The specified value of default.api.timeout.ms must be no smaller than the value of request.timeout.ms.";
        for (props, want) in [
            (&[][..], Ok((60_000, 2_147_483_647))),
            (&[("retries", "3"), ("default.api.timeout.ms", "40000")], Ok((40_000, 3))),
            (&[("request.timeout.ms", "90000")], Ok((90_000, 2_147_483_647))), // nobody asked for less
            (&[("default.api.timeout.ms", "20000")], Err(refused.to_owned())),
            (
                &[("retries", "-1")],
                Err("Invalid value -1 for configuration retries: Value must be at least 0".to_owned()),
            ),
        ] {
            let parsed = AdminConfig::parse(&props.iter().copied().collect());
            let got = parsed.map(|config| (config.default_api_timeout.as_millis(), config.retries));
            assert_eq!(got.map_err(|error| error.to_string()), want, "{props:?}");
        }
    }
}
