//! Granting, listing and taking away rights.

use kafka_protocol::messages::create_acls_request::AclCreation;
use kafka_protocol::messages::delete_acls_request::DeleteAclsFilter;
use kafka_protocol::messages::delete_acls_response::{DeleteAclsFilterResult, DeleteAclsMatchingAcl};
use kafka_protocol::messages::describe_acls_response::DescribeAclsResource;
use kafka_protocol::messages::{
    CreateAclsRequest, CreateAclsResponse, DeleteAclsRequest, DeleteAclsResponse, DescribeAclsRequest,
    DescribeAclsResponse,
};

use super::{AclBinding, AclFilter, AclOperation, AclPermission, AclResourceType, PatternType};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms, check};
use crate::admin::route::Route;
use crate::admin::wire::{Whole, text};
use crate::admin::{Admin, PerKey};
use crate::{ErrorCode, KafkaError};

impl Admin {
    /// Grants (or denies) rights; one that is there already is no failure. `SECURITY_DISABLED` without an authorizer.
    pub async fn create_acls(&self, bindings: &[AclBinding]) -> PerKey<AclBinding, ()> {
        let (good, bad): (Vec<_>, Vec<_>) = bindings.iter().cloned().partition(|binding| !binding.has_unknown());
        let mut results = self.ask(&CreateAcls, good).await;
        let refused = |binding: &AclBinding| {
            KafkaError::refused(
                ErrorCode::INVALID_REQUEST,
                format!("Invalid ACL creation: {binding} has unknown parts"),
            )
        };
        results.extend(bad.into_iter().map(|binding| (binding.clone(), Err(refused(&binding)))));
        results
    }

    /// The rights that the filter lets through.
    /// # Errors
    /// `SECURITY_DISABLED` without an authorizer; `CLUSTER_AUTHORIZATION_FAILED`; no broker answered in time.
    pub async fn describe_acls(&self, filter: &AclFilter) -> Result<Vec<AclBinding>, KafkaError> {
        match filter.has_unknown() {
            true => Err(unknown_filter()),
            false => self.ask_one(&DescribeAcls { filter }, Whole).await,
        }
    }

    /// Takes away the rights that each filter lets through, and says for each which those were. Where some stayed, the
    /// filter has failed with the first of their errors; the others are gone all the same.
    pub async fn delete_acls(&self, filters: &[AclFilter]) -> PerKey<AclFilter, Vec<AclBinding>> {
        let (good, bad): (Vec<_>, Vec<_>) = filters.iter().cloned().partition(|filter| !filter.has_unknown());
        let mut results = self.ask(&DeleteAcls, good).await;
        results.extend(bad.into_iter().map(|filter| (filter, Err(unknown_filter()))));
        results
    }
}

impl AclBinding {
    fn has_unknown(&self) -> bool {
        AclFilter::from(self).has_unknown()
    }
}

fn unknown_filter() -> KafkaError {
    KafkaError::refused(ErrorCode::INVALID_REQUEST, "The AclBindingFilter must not contain UNKNOWN elements.")
}

pub(super) struct CreateAcls;

impl Ask for CreateAcls {
    type Key = AclBinding;
    type Value = ();
    type Request = CreateAclsRequest;
    const NAME: &'static str = "createAcls";

    fn route(&self, _: &AclBinding) -> Route {
        Route::Any
    }

    fn request(&self, bindings: &[AclBinding], _: Terms) -> Result<CreateAclsRequest, KafkaError> {
        let creations = bindings.iter().map(|binding| {
            AclCreation::default()
                .with_resource_type(binding.resource.code())
                .with_resource_name(text(&binding.name))
                .with_resource_pattern_type(binding.pattern.code())
                .with_principal(text(&binding.principal))
                .with_host(text(&binding.host))
                .with_operation(binding.operation.code())
                .with_permission_type(binding.permission.code())
        });
        Ok(CreateAclsRequest::default().with_creations(creations.collect()))
    }

    fn read(&self, bindings: &[AclBinding], answer: CreateAclsResponse) -> Outcomes<Self> {
        let results = bindings.iter().zip(answer.results).map(|(binding, result)| {
            let created = check(result.error_code, result.error_message.as_deref());
            (binding.clone(), Outcome::repeating(created, &[ErrorCode::NOT_CONTROLLER]))
        });
        results.collect()
    }
}

pub(super) struct DescribeAcls<'a> {
    pub(super) filter: &'a AclFilter,
}

impl Ask for DescribeAcls<'_> {
    type Key = Whole;
    type Value = Vec<AclBinding>;
    type Request = DescribeAclsRequest;
    const NAME: &'static str = "describeAcls";

    fn route(&self, _: &Whole) -> Route {
        Route::Any
    }

    fn request(&self, _: &[Whole], _: Terms) -> Result<DescribeAclsRequest, KafkaError> {
        let filter = self.filter;
        Ok(DescribeAclsRequest::default()
            .with_resource_type_filter(filter.resource_code())
            .with_resource_name_filter(filter.name.as_deref().map(text))
            .with_pattern_type_filter(filter.pattern_code())
            .with_principal_filter(filter.principal.as_deref().map(text))
            .with_host_filter(filter.host.as_deref().map(text))
            .with_operation(filter.operation_code())
            .with_permission_type(filter.permission_code()))
    }

    fn read(&self, _: &[Whole], answer: DescribeAclsResponse) -> Outcomes<Self> {
        let listed = check(answer.error_code, answer.error_message.as_deref());
        vec![(Whole, Outcome::of(listed.map(|()| answer.resources.iter().flat_map(described).collect())))]
    }
}

fn described(of: &DescribeAclsResource) -> impl Iterator<Item = AclBinding> + '_ {
    of.acls.iter().map(|acl| AclBinding {
        resource: AclResourceType::of(of.resource_type),
        name: of.resource_name.as_str().to_owned(),
        pattern: PatternType::of(of.pattern_type),
        principal: acl.principal.as_str().to_owned(),
        host: acl.host.as_str().to_owned(),
        operation: AclOperation::of(acl.operation),
        permission: AclPermission::of(acl.permission_type),
    })
}

pub(super) struct DeleteAcls;

impl Ask for DeleteAcls {
    type Key = AclFilter;
    type Value = Vec<AclBinding>;
    type Request = DeleteAclsRequest;
    const NAME: &'static str = "deleteAcls";

    fn route(&self, _: &AclFilter) -> Route {
        Route::Any
    }

    fn request(&self, filters: &[AclFilter], _: Terms) -> Result<DeleteAclsRequest, KafkaError> {
        let filters = filters.iter().map(|filter| {
            DeleteAclsFilter::default()
                .with_resource_type_filter(filter.resource_code())
                .with_resource_name_filter(filter.name.as_deref().map(text))
                .with_pattern_type_filter(filter.pattern_code())
                .with_principal_filter(filter.principal.as_deref().map(text))
                .with_host_filter(filter.host.as_deref().map(text))
                .with_operation(filter.operation_code())
                .with_permission_type(filter.permission_code())
        });
        Ok(DeleteAclsRequest::default().with_filters(filters.collect()))
    }

    fn read(&self, filters: &[AclFilter], answer: DeleteAclsResponse) -> Outcomes<Self> {
        let results = filters.iter().zip(answer.filter_results).map(|(filter, result)| {
            (filter.clone(), Outcome::repeating(deleted(&result), &[ErrorCode::NOT_CONTROLLER]))
        });
        results.collect()
    }
}

fn deleted(result: &DeleteAclsFilterResult) -> Result<Vec<AclBinding>, KafkaError> {
    check(result.error_code, result.error_message.as_deref())?;
    result.matching_acls.iter().map(gone).collect()
}

fn gone(acl: &DeleteAclsMatchingAcl) -> Result<AclBinding, KafkaError> {
    check(acl.error_code, acl.error_message.as_deref())?;
    Ok(AclBinding {
        resource: AclResourceType::of(acl.resource_type),
        name: acl.resource_name.as_str().to_owned(),
        pattern: PatternType::of(acl.pattern_type),
        principal: acl.principal.as_str().to_owned(),
        host: acl.host.as_str().to_owned(),
        operation: AclOperation::of(acl.operation),
        permission: AclPermission::of(acl.permission_type),
    })
}
