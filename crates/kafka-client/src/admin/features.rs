//! Which features the cluster has, and at which level: `metadata.version`, `transaction.version` …

use std::collections::BTreeMap;

use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::StrBytes;

use super::Admin;
use super::ask::{Ask, Outcome, Outcomes, Terms, check};
use super::route::Route;
use super::wire::Whole;
use crate::KafkaError;

/// The lowest and the highest level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureRange {
    /// The lowest.
    pub min: i16,
    /// The highest.
    pub max: i16,
}

/// Features by name; empty before Kafka 2.7.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// What the cluster has settled on.
    pub finalized: BTreeMap<String, FeatureRange>,
    /// Counts the changes of `finalized`; none if nothing was settled.
    pub finalized_epoch: Option<i64>,
    /// What the broker that answered could do.
    pub supported: BTreeMap<String, FeatureRange>,
}

impl Admin {
    /// The features of the cluster.
    /// # Errors
    /// No broker answered in time.
    pub async fn describe_features(&self) -> Result<Features, KafkaError> {
        self.ask_one(&DescribeFeatures, Whole).await
    }
}

struct DescribeFeatures;

impl Ask for DescribeFeatures {
    type Key = Whole;
    type Value = Features;
    type Request = ApiVersionsRequest;
    const NAME: &'static str = "describeFeatures";

    fn route(&self, _: &Whole) -> Route {
        Route::Any
    }

    fn request(&self, _: &[Whole], terms: Terms) -> Result<ApiVersionsRequest, KafkaError> {
        let request = ApiVersionsRequest::default();
        Ok(match terms.version {
            0..3 => request,
            _ => request
                .with_client_software_name(StrBytes::from_static_str("longshore"))
                .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION"))),
        })
    }

    fn read(&self, _: &[Whole], answer: ApiVersionsResponse) -> Outcomes<Self> {
        vec![(Whole, Outcome::of(check(answer.error_code, None).map(|()| features(answer))))]
    }
}

fn features(answer: ApiVersionsResponse) -> Features {
    let finalized = answer.finalized_features.iter().map(|feature| {
        let range = FeatureRange { min: feature.min_version_level, max: feature.max_version_level };
        (feature.name.as_str().to_owned(), range)
    });
    let supported = answer.supported_features.iter().map(|feature| {
        let range = FeatureRange { min: feature.min_version, max: feature.max_version };
        (feature.name.as_str().to_owned(), range)
    });
    Features {
        finalized: finalized.collect(),
        finalized_epoch: Some(answer.finalized_features_epoch).filter(|epoch| *epoch >= 0),
        supported: supported.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        assert_writable(&DescribeFeatures, Whole, 0);
    }
}
