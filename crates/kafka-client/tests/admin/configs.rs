use std::collections::BTreeMap;

use kafka_client::admin::{Admin, AlterOp, Alterations, ConfigEntry, ConfigResource, ConfigSource, DescribeConfigs};

use crate::common::fresh;
use crate::support::{admin, name, topic, until};

async fn entries(admin: &Admin, resource: &ConfigResource, options: DescribeConfigs) -> BTreeMap<String, ConfigEntry> {
    admin.describe_configs(std::slice::from_ref(resource), options).await.remove(resource).unwrap().unwrap()
}

async fn alter(admin: &Admin, resource: &ConfigResource, key: &str, op: AlterOp, validate_only: bool) -> String {
    let alterations = BTreeMap::from([(resource.clone(), Alterations::from([(key.to_owned(), op)]))]);
    let result = admin.incremental_alter_configs(&alterations, validate_only).await.remove(resource).unwrap();
    result.map_or_else(|error| error.to_string(), |()| "done".to_owned())
}

#[tokio::test]
async fn a_topics_configuration_is_altered_key_by_key() {
    let Some(admin) = admin() else { return };
    let resource = ConfigResource::Topic(topic(&admin, "configured", 1).await.to_string());
    let (key, set) = ("cleanup.policy", |value: &str| AlterOp::Set(value.to_owned()));
    for (op, validate_only, want, source) in [
        (set("compact"), true, "delete", ConfigSource::Default),
        (set("compact"), false, "compact", ConfigSource::DynamicTopic),
        (AlterOp::Append("delete".to_owned()), false, "compact,delete", ConfigSource::DynamicTopic),
        (AlterOp::Subtract("compact".to_owned()), false, "delete", ConfigSource::DynamicTopic),
        (AlterOp::Delete, false, "delete", ConfigSource::Default),
    ] {
        assert_eq!(alter(&admin, &resource, key, op.clone(), validate_only).await, "done", "{op:?}");
        until(async || {
            let entry = entries(&admin, &resource, DescribeConfigs::default()).await.remove(key).unwrap();
            (entry.value.as_deref(), entry.source) == (Some(want), source)
        })
        .await;
    }
    let refused = alter(&admin, &resource, "retention.ms", set("soon"), false).await;
    assert!(refused.starts_with("Invalid value soon for configuration retention.ms"), "{refused}");
}

#[tokio::test]
async fn brokers_and_groups_have_configurations_too() {
    let Some(admin) = admin() else { return };
    let id = *admin.describe_cluster().await.unwrap().brokers.keys().next().unwrap();
    let all = DescribeConfigs { synonyms: true, documentation: true };
    let broker = entries(&admin, &ConfigResource::Broker(id), all).await;
    let listeners = &broker["listeners"];
    assert_eq!(
        (listeners.source, listeners.sensitive, listeners.is_default()),
        (ConfigSource::StaticBroker, false, false)
    );
    assert!(listeners.documentation.is_some() && listeners.synonyms.iter().any(|synonym| synonym.name == "listeners"));
    assert!(broker["ssl.keystore.password"].sensitive && broker["ssl.keystore.password"].value.is_none());
    assert!(entries(&admin, &ConfigResource::BrokerLogger(id), DescribeConfigs::default()).await.contains_key("root"));

    let group = ConfigResource::Group(fresh("group"));
    let set = AlterOp::Set("46000".to_owned());
    assert_eq!(alter(&admin, &group, "consumer.session.timeout.ms", set, false).await, "done");
    until(async || {
        let found = entries(&admin, &group, DescribeConfigs::default()).await;
        found["consumer.session.timeout.ms"].source == ConfigSource::DynamicGroup
    })
    .await;

    let missing = ConfigResource::Topic(fresh("missing"));
    let nobody = ConfigResource::Broker(77);
    let quick = admin.within(std::time::Duration::from_millis(500));
    let described =
        quick.describe_configs(&[missing.clone(), nobody.clone(), group.clone()], DescribeConfigs::default()).await;
    assert_eq!(name(&described[&missing]), "UNKNOWN_TOPIC_OR_PARTITION");
    let error = described[&nobody].as_ref().unwrap_err();
    assert_eq!(error.java_class(), "org.apache.kafka.common.errors.TimeoutException", "{error}");
    assert!(described[&group].is_ok());
}
