//! Rights need a broker with an authorizer: one of this test's own.

use kafka_client::admin::{
    AclBinding, AclFilter, AclOperation, AclPermission, AclResourceType, PatternFilter, PatternType,
};

use crate::common::own_broker::OwnBroker;
use crate::support::{admin, admin_of, name, until};

const AUTHORIZER: &str = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
                          super.users=User:ANONYMOUS\nallow.everyone.if.no.acl.found=true\n";

#[tokio::test]
async fn rights_are_granted_found_and_taken_away() {
    let Some(mut broker) = OwnBroker::prepare(2) else { return };
    broker.start(AUTHORIZER);
    let admin = admin_of(&broker.at("127.0.0.1", 0));
    let read = AclBinding::allow("User:ann", AclOperation::Read, AclResourceType::Topic, "orders");
    let write = AclBinding { operation: AclOperation::Write, permission: AclPermission::Deny, ..read.clone() };
    let prefix = AclBinding { name: "ord".to_owned(), pattern: PatternType::Prefixed, ..read.clone() };
    let group = AclBinding { resource: AclResourceType::Group, principal: "User:bob".to_owned(), ..read.clone() };
    let odd = AclBinding { operation: AclOperation::Unknown(99), ..read.clone() };
    let all = [&read, &write, &prefix, &group].map(Clone::clone);
    let created = admin.create_acls(&[all.to_vec(), vec![odd.clone()]].concat()).await;
    assert!(all.iter().all(|binding| created[binding].is_ok()), "{created:?}");
    assert_eq!(name(&created[&odd]), "INVALID_REQUEST");
    until(async || admin.describe_acls(&AclFilter::default()).await.unwrap().len() == 4).await;

    let named = |pattern| AclFilter { name: Some("orders".to_owned()), pattern, ..Default::default() };
    let ann = AclFilter { principal: Some("User:ann".to_owned()), ..Default::default() };
    for (filter, want) in [
        (named(PatternFilter::Exactly(PatternType::Literal)), vec![&read, &write, &group]),
        (named(PatternFilter::Match), vec![&read, &write, &prefix, &group]),
        (AclFilter { operation: Some(AclOperation::Write), ..ann.clone() }, vec![&write]),
        (AclFilter { permission: Some(AclPermission::Allow), ..ann.clone() }, vec![&read, &prefix]),
        (AclFilter { resource: Some(AclResourceType::Group), ..Default::default() }, vec![&group]),
        (AclFilter::from(&prefix), vec![&prefix]),
        (AclFilter { host: Some("10.0.0.1".to_owned()), ..Default::default() }, vec![]),
    ] {
        let mut found = admin.describe_acls(&filter).await.unwrap();
        found.sort();
        let mut want: Vec<AclBinding> = want.into_iter().cloned().collect();
        want.sort();
        assert_eq!(found, want, "{filter:?}");
    }

    let nobody = AclFilter { principal: Some("User:nobody".to_owned()), ..Default::default() };
    let deleted = admin.delete_acls(&[ann.clone(), nobody.clone()]).await;
    assert_eq!((deleted[&ann].as_ref().unwrap().len(), deleted[&nobody].as_ref().unwrap().len()), (3, 0));
    until(async || admin.describe_acls(&AclFilter::default()).await.unwrap() == [group.clone()]).await;
}

#[tokio::test]
async fn without_an_authorizer_there_are_no_rights() {
    let Some(admin) = admin() else { return };
    let error = admin.describe_acls(&AclFilter::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "No Authorizer is configured on the broker");
    let read = AclBinding::allow("User:ann", AclOperation::Read, AclResourceType::Topic, "orders");
    assert_eq!(name(&admin.create_acls(std::slice::from_ref(&read)).await[&read]), "SECURITY_DISABLED");
    let filter = AclFilter::from(&read);
    assert_eq!(name(&admin.delete_acls(std::slice::from_ref(&filter)).await[&filter]), "SECURITY_DISABLED");
}
