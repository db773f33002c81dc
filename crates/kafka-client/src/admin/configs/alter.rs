//! Changing configurations, property by property.

use std::collections::BTreeMap;
use std::fmt;

use kafka_protocol::messages::incremental_alter_configs_request::{AlterConfigsResource, AlterableConfig};
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};

use super::{ConfigResource, REPEATED};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::text;
use crate::admin::{Admin, PerKey};

/// What is done to one property.
#[derive(Clone, PartialEq, Eq)]
pub enum AlterOp {
    /// It gets this value.
    Set(String),
    /// It goes back to its default.
    Delete,
    /// These items are added to the list that it is.
    Append(String),
    /// These items are taken out of the list that it is.
    Subtract(String),
}

impl AlterOp {
    fn code(&self) -> i8 {
        match self {
            AlterOp::Set(_) => 0,
            AlterOp::Delete => 1,
            AlterOp::Append(_) => 2,
            AlterOp::Subtract(_) => 3,
        }
    }

    fn value(&self) -> Option<&str> {
        match self {
            AlterOp::Set(value) | AlterOp::Append(value) | AlterOp::Subtract(value) => Some(value),
            AlterOp::Delete => None,
        }
    }
}

impl fmt::Debug for AlterOp {
    /// Without the value, which may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AlterOp::Set(_) => "Set(..)",
            AlterOp::Delete => "Delete",
            AlterOp::Append(_) => "Append(..)",
            AlterOp::Subtract(_) => "Subtract(..)",
        })
    }
}

/// The changes of one resource, by the property's name.
pub type Alterations = BTreeMap<String, AlterOp>;

impl Admin {
    /// Changes the named properties and no others, all of a resource or none; with `validate_only` only says whether it
    /// could. Needs Kafka 2.3: an older broker fails with an unsupported version, because its one way to alter
    /// configurations resets every property that is not named.
    pub async fn incremental_alter_configs(
        &self,
        resources: &BTreeMap<ConfigResource, Alterations>,
        validate_only: bool,
    ) -> PerKey<ConfigResource, ()> {
        self.ask(&Alter { resources, validate_only }, resources.keys().cloned()).await
    }
}

struct Alter<'a> {
    resources: &'a BTreeMap<ConfigResource, Alterations>,
    validate_only: bool,
}

impl Ask for Alter<'_> {
    type Key = ConfigResource;
    type Value = ();
    type Request = IncrementalAlterConfigsRequest;
    const NAME: &'static str = "incrementalAlterConfigs";

    fn route(&self, resource: &ConfigResource) -> Route {
        resource.route()
    }

    fn request(&self, resources: &[ConfigResource], _: Terms) -> Result<IncrementalAlterConfigsRequest, KafkaError> {
        let resources = resources.iter().filter_map(|resource| Some(altered(resource, self.resources.get(resource)?)));
        Ok(IncrementalAlterConfigsRequest::default()
            .with_resources(resources.collect())
            .with_validate_only(self.validate_only))
    }

    fn read(&self, _: &[ConfigResource], answer: IncrementalAlterConfigsResponse) -> Outcomes<Self> {
        let results = answer.responses.into_iter().filter_map(|result| {
            let resource = ConfigResource::of(result.resource_type, &result.resource_name)?;
            let altered = check(result.error_code, result.error_message.as_deref());
            Some((resource, Outcome::repeating(altered, REPEATED)))
        });
        results.collect()
    }
}

fn altered(resource: &ConfigResource, alterations: &Alterations) -> AlterConfigsResource {
    let configs = alterations.iter().map(|(name, op)| {
        AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(op.code())
            .with_value(op.value().map(text))
    });
    AlterConfigsResource::default()
        .with_resource_type(resource.code())
        .with_resource_name(text(&resource.name()))
        .with_configs(configs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::ask::assert_writable;

    #[test]
    fn every_broker_can_be_asked() {
        let resource = ConfigResource::Topic("t".to_owned());
        let ops = [("a", AlterOp::Set("b".to_owned())), ("c", AlterOp::Delete)];
        let resources = [(resource.clone(), ops.into_iter().map(|(key, op)| (key.to_owned(), op)).collect())].into();
        assert_writable(&Alter { resources: &resources, validate_only: true }, resource, 0);
    }
}
