//! Which version of a request both sides speak.

use std::collections::HashMap;
use std::sync::Arc;

use kafka_protocol::messages::ApiVersionsResponse;

use super::Request;
use crate::KafkaError;

/// What a broker said about itself in its ApiVersions answer.
#[derive(Debug, Default)]
pub(crate) struct ApiVersions {
    ranges: HashMap<i16, VersionRange>,
    /// What the whole cluster has agreed to use, by the name of the feature.
    finalized: HashMap<String, i16>,
}

/// The lowest and the highest version.
type VersionRange = (i16, i16);

impl ApiVersions {
    pub(super) fn new(response: &ApiVersionsResponse) -> Self {
        let ranges = response.api_keys.iter().map(|api| (api.api_key, (api.min_version, api.max_version)));
        let finalized = response.finalized_features.iter();
        let finalized = finalized.map(|feature| (feature.name.to_string(), feature.max_version_level));
        ApiVersions { ranges: ranges.collect(), finalized: finalized.collect() }
    }

    /// The level of a feature that the cluster has finalized; 0 for one that it has not.
    pub(super) fn finalized(&self, feature: &str) -> i16 {
        self.finalized.get(feature).copied().unwrap_or(0)
    }

    /// The newest version that the broker at `address` and this client share.
    pub(super) fn negotiate<R: Request>(&self, address: &Arc<str>) -> Result<i16, KafkaError> {
        let ours = (R::VERSIONS.min, R::MAX_VERSION);
        let theirs = self.ranges.get(&R::KEY);
        let shared = theirs.map(|theirs| (ours.0.max(theirs.0), ours.1.min(theirs.1)));
        shared.filter(|(min, max)| min <= max).map(|(_, max)| max).ok_or_else(|| KafkaError::UnsupportedVersion {
            address: address.clone(),
            api: R::NAME,
            ours: format!("{} to {}", ours.0, ours.1).into(),
            theirs: theirs.map_or("none".into(), |(min, max)| format!("{min} to {max}").into()),
        })
    }
}

#[cfg(test)]
mod old_brokers;
#[cfg(test)]
mod tests {
    use kafka_protocol::messages::api_versions_response::ApiVersion;
    use kafka_protocol::messages::{HeartbeatRequest, ProduceRequest};

    use super::*;

    #[test]
    fn takes_the_newest_shared_version() {
        for (min, max, want) in [(0, 7, Some(7)), (3, 99, Some(12)), (13, 14, None), (0, 2, None)] {
            let api = ApiVersion::default().with_api_key(0).with_min_version(min).with_max_version(max);
            let versions = ApiVersions::new(&ApiVersionsResponse::default().with_api_keys(vec![api]));
            assert_eq!(versions.negotiate::<ProduceRequest>(&"b:1".into()).ok(), want, "{min} to {max}");
            assert!(versions.negotiate::<HeartbeatRequest>(&"b:1".into()).is_err());
        }
    }
}
