//! The admin against a real broker, whose address is in `LONGSHORE_TEST_BOOTSTRAP`. The tests of rights start one of their
//! own with the script that `LONGSHORE_TEST_APACHE` names: `scripts/apache.sh`.

#![allow(clippy::unwrap_used)] // a test ends where it finds something wrong

mod acls;
#[path = "../common/mod.rs"]
mod common;
mod configs;
mod groups;
mod offsets;
mod support;
mod topics;
mod transactions;

use kafka_client::KafkaError;
use support::admin;

#[tokio::test]
async fn describes_the_cluster_and_its_features() {
    let Some(admin) = admin() else { return };
    let described = admin.describe_cluster().await.unwrap();
    assert!(described.cluster_id.is_some() && described.authorized.is_none());
    assert!(described.brokers.contains_key(&described.controller.unwrap().id));
    assert!(!admin.describe_cluster_authorized().await.unwrap().authorized.unwrap().is_empty());

    let features = admin.describe_features().await.unwrap();
    let level = features.finalized["metadata.version"];
    assert!(features.finalized_epoch.is_some() && features.supported["metadata.version"].max >= level.max);
}

#[tokio::test]
async fn gives_up_in_time_where_nobody_listens() {
    let admin = support::admin_of("127.0.0.1:1");
    let error = admin.within(std::time::Duration::from_millis(300)).describe_cluster().await.unwrap_err();
    assert!(
        matches!(error, KafkaError::Timeout(_)) && error.to_string().starts_with("Call(callName=listNodes, "),
        "{error}"
    );
}
