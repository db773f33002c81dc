//! Reading configurations.

use std::collections::BTreeMap;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsResult};
use kafka_protocol::messages::{DescribeConfigsRequest, DescribeConfigsResponse};

use super::{ConfigEntry, ConfigResource, ConfigSource, ConfigSynonym, ConfigType, REPEATED};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{owned, text, unsupported};
use crate::admin::{Admin, PerKey};

/// How much is told of each property.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescribeConfigs {
    /// The values at all sources, not only the one that counts.
    pub synonyms: bool,
    /// What each is for (from Kafka 2.6 on).
    pub documentation: bool,
}

impl Admin {
    /// The whole configuration of each resource, defaults included.
    pub async fn describe_configs(
        &self,
        resources: &[ConfigResource],
        options: DescribeConfigs,
    ) -> PerKey<ConfigResource, BTreeMap<String, ConfigEntry>> {
        self.ask(&Describe(options), resources.iter().cloned()).await
    }
}

struct Describe(DescribeConfigs);

/// From this version on there are documentation and types.
const DOCUMENTED: i16 = 3;

impl Ask for Describe {
    type Key = ConfigResource;
    type Value = BTreeMap<String, ConfigEntry>;
    type Request = DescribeConfigsRequest;
    const NAME: &'static str = "describeConfigs";

    fn route(&self, resource: &ConfigResource) -> Route {
        resource.route()
    }

    fn request(&self, resources: &[ConfigResource], terms: Terms) -> Result<DescribeConfigsRequest, KafkaError> {
        if self.0.documentation && terms.version < DOCUMENTED {
            return Err(unsupported("The broker does not tell what properties are for; ask without documentation"));
        }
        let resources = resources.iter().map(|resource| {
            DescribeConfigsResource::default()
                .with_resource_type(resource.code())
                .with_resource_name(text(&resource.name()))
                .with_configuration_keys(None)
        });
        Ok(DescribeConfigsRequest::default()
            .with_resources(resources.collect())
            .with_include_synonyms(self.0.synonyms)
            .with_include_documentation(self.0.documentation))
    }

    fn read(&self, _: &[ConfigResource], answer: DescribeConfigsResponse) -> Outcomes<Self> {
        let results = answer.results.into_iter().filter_map(|result| {
            let resource = ConfigResource::of(result.resource_type, &result.resource_name)?;
            Some((resource, Outcome::repeating(entries(result), REPEATED)))
        });
        results.collect()
    }
}

fn entries(result: DescribeConfigsResult) -> Result<BTreeMap<String, ConfigEntry>, KafkaError> {
    check(result.error_code, result.error_message.as_deref())?;
    Ok(result.configs.into_iter().map(|config| (config.name.as_str().to_owned(), entry(&config))).collect())
}

fn entry(config: &DescribeConfigsResourceResult) -> ConfigEntry {
    let synonyms = config.synonyms.iter().map(|synonym| ConfigSynonym {
        name: synonym.name.as_str().to_owned(),
        value: owned(&synonym.value),
        source: ConfigSource::of(synonym.source),
    });
    ConfigEntry {
        value: owned(&config.value),
        source: ConfigSource::of(config.config_source),
        sensitive: config.is_sensitive,
        read_only: config.read_only,
        synonyms: synonyms.collect(),
        kind: ConfigType::of(config.config_type),
        documentation: owned(&config.documentation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        let resource = ConfigResource::Topic("t".to_owned());
        for documentation in [false, true] {
            assert_writable(&Describe(DescribeConfigs { synonyms: true, documentation }), resource.clone(), 0);
        }
    }
}
