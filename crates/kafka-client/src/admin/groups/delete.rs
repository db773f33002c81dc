//! Deleting groups.

use kafka_protocol::messages::{DeleteGroupsRequest, DeleteGroupsResponse};

use super::{coordinator, outcome};
use crate::KafkaError;
use crate::admin::ask::{Ask, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire;
use crate::admin::{Admin, PerKey};

impl Admin {
    /// Deletes groups without members, and all that they committed. `NON_EMPTY_GROUP`, `GROUP_ID_NOT_FOUND` are each
    /// group's own.
    pub async fn delete_groups(&self, ids: &[String]) -> PerKey<String, ()> {
        self.ask(&DeleteGroups, ids.iter().cloned()).await
    }
}

pub(super) struct DeleteGroups;

impl Ask for DeleteGroups {
    type Key = String;
    type Value = ();
    type Request = DeleteGroupsRequest;
    const NAME: &'static str = "deleteConsumerGroups";

    fn route(&self, group: &String) -> Route {
        coordinator(group)
    }

    fn request(&self, groups: &[String], _: Terms) -> Result<DeleteGroupsRequest, KafkaError> {
        Ok(DeleteGroupsRequest::default().with_groups_names(groups.iter().map(|id| wire::group(id)).collect()))
    }

    fn read(&self, _: &[String], answer: DeleteGroupsResponse) -> Outcomes<Self> {
        let results = answer.results.into_iter();
        results.map(|result| (result.group_id.as_str().to_owned(), outcome(check(result.error_code, None)))).collect()
    }
}
