use kafka_protocol::messages::DeleteAclsResponse;
use kafka_protocol::messages::delete_acls_response::{DeleteAclsFilterResult, DeleteAclsMatchingAcl};

use super::*;
use crate::admin::ask::{Ask, Outcome, assert_writable};

#[test]
fn rights_are_read_from_bits() {
    for (bits, want) in [
        (i32::MIN, None),
        (0, Some(vec![])),
        (0b1_0000_1000, Some(vec![AclOperation::Read, AclOperation::Describe])),
        (1 << 20, Some(vec![AclOperation::Unknown(20)])),
        (0b11, Some(vec![])), // UNKNOWN and ANY are no operations
    ] {
        assert_eq!(authorized(bits).map(|operations| operations.into_iter().collect()), want, "{bits:b}");
    }
}

#[test]
fn a_binding_is_written_as_java_writes_it() {
    let binding = AclBinding::allow("User:ann", AclOperation::Read, AclResourceType::Topic, "orders");
    assert_eq!(
        binding.to_string(),
        "(pattern=ResourcePattern(resourceType=TOPIC, name=orders, patternType=LITERAL), \
         entry=(principal=User:ann, host=*, operation=READ, permissionType=ALLOW))"
    );
}

#[test]
fn unknown_parts_are_seen() {
    let binding = AclBinding::allow("User:ann", AclOperation::Read, AclResourceType::Topic, "orders");
    assert!(!AclFilter::default().has_unknown() && !AclFilter::from(&binding).has_unknown());
    let odd = AclBinding { operation: AclOperation::Unknown(77), ..binding };
    assert!(AclFilter::from(&odd).has_unknown());
}

#[test]
fn filters_are_answered_in_their_order_and_one_failure_costs_one_filter() {
    let acl = |code| DeleteAclsMatchingAcl::default().with_error_code(code).with_operation(3);
    let of = |acls| DeleteAclsFilterResult::default().with_matching_acls(acls);
    let results = vec![of(vec![acl(0)]), of(vec![acl(0), acl(31)]), of(vec![]).with_error_code(54)];
    let filters: Vec<AclFilter> =
        ["a", "b", "c"].map(|name| AclFilter { name: Some(name.to_owned()), ..Default::default() }).into();
    let answer = DeleteAclsResponse::default().with_filter_results(results);
    let got = super::calls::DeleteAcls.read(&filters, answer).into_iter().map(|(filter, outcome)| {
        let outcome = match outcome {
            Outcome::Done(gone) => Ok(gone.len()),
            Outcome::Failed(error) | Outcome::Retry(error) => Err(error.code().map_or(0, |code| code.0)),
        };
        (filter.name.unwrap(), outcome)
    });
    let want = [("a", Ok(1)), ("b", Err(31)), ("c", Err(54))].map(|(name, outcome)| (name.to_owned(), outcome));
    assert_eq!(got.collect::<Vec<_>>(), want);
}

#[test]
fn every_broker_can_be_asked() {
    let binding = AclBinding::allow("User:ann", AclOperation::Read, AclResourceType::Topic, "orders");
    let filter = AclFilter::from(&binding);
    assert_writable(&calls::CreateAcls, binding, 0);
    assert_writable(&calls::DescribeAcls { filter: &filter }, crate::admin::wire::Whole, 0);
    assert_writable(&calls::DeleteAcls, filter.clone(), 0);
}
