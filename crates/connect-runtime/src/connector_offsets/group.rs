//! The consumer group of a sink connector, seen by an administrator.

use std::collections::{BTreeMap, BTreeSet};

use connect_api::TopicOffsets;
use connect_config::Props;
use connect_core::herder::HerderError;
use connect_core::{ConnectorName, TaskId};
use kafka_client::admin::{self, Admin, AdminConfig};
use kafka_client::cluster::Cluster;
use kafka_client::config::{ClientConfig, ClientKind};
use kafka_client::consumer;
use kafka_client::{ErrorCode, KafkaError};

use super::shape::Wanted;
use crate::client_config;
use crate::kafka::{ours, theirs};
use crate::worker::TaskParts;

pub(super) struct ConnectorGroup<'a> {
    name: &'a ConnectorName,
    admin: Admin,
    group: String,
}

/// What the coordinator says while the group has members.
const IN_USE: [ErrorCode; 3] =
    [ErrorCode::UNKNOWN_MEMBER_ID, ErrorCode::NON_EMPTY_GROUP, ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC];

impl<'a> ConnectorGroup<'a> {
    /// # Errors
    /// The client's configuration is wrong.
    pub(super) async fn of(parts: &TaskParts, name: &'a ConnectorName, config: &Props) -> Result<Self, HerderError> {
        let worker = &parts.config.originals;
        let first_task = TaskId { connector: name.clone(), index: 0 };
        let consumer = client_config::consumer(worker, config, &first_task);
        let group = consumer.get("group.id").unwrap_or_default().to_owned();
        let admin = open(&client_config::connector_admin(worker, config, name)).await;
        Ok(Self { name, admin: admin.map_err(|error| HerderError::Failed(error.to_string()))?, group })
    }

    /// What the group has committed; nothing where there is no such group.
    pub(super) async fn offsets(&self) -> Result<TopicOffsets, KafkaError> {
        let asked = BTreeMap::from([(self.group.clone(), None)]);
        let committed = match self.admin.list_group_offsets(&asked, false).await.remove(&self.group) {
            Some(Err(error)) if error.code() == Some(ErrorCode::GROUP_ID_NOT_FOUND) => return Ok(TopicOffsets::new()),
            Some(committed) => committed?,
            None => return Ok(TopicOffsets::new()),
        };
        let known = committed.into_iter().filter_map(|(at, offset)| Some((ours(at), offset?.offset)));
        Ok(known.collect())
    }

    /// Every partition that has an offset, to be removed.
    pub(super) async fn removals(&self) -> Result<Wanted, HerderError> {
        let failed = |error| {
            let what = "Failed to list offsets prior to resetting offsets for sink connector";
            HerderError::Failed(format!("{what} {}: {error}", self.name))
        };
        let offsets = self.offsets().await.map_err(failed)?;
        Ok(offsets.into_keys().map(|partition| (partition, None)).collect())
    }

    /// Sets the offsets that are given, and removes the others of those named.
    pub(super) async fn alter(&self, wanted: &Wanted) -> Result<(), HerderError> {
        self.set(wanted).await.map_err(|error| self.failed("alter", "for connector", &error))?;
        self.remove(wanted).await.map_err(|error| self.failed("alter", "for connector", &error))
    }

    async fn set(&self, wanted: &Wanted) -> Result<(), KafkaError> {
        let set = wanted.iter().filter_map(|(at, offset)| Some((theirs(at), (*offset)?.into())));
        let set: consumer::Offsets = set.collect();
        if set.is_empty() {
            return Ok(());
        }
        admin::all(self.admin.alter_group_offsets(&self.group, &set).await?).map(drop)
    }

    async fn remove(&self, wanted: &Wanted) -> Result<(), KafkaError> {
        let removed = wanted.iter().filter(|(_, offset)| offset.is_none()).map(|(at, _)| theirs(at));
        let removed: BTreeSet<_> = removed.collect();
        if removed.is_empty() {
            return Ok(());
        }
        admin::all(self.admin.delete_group_offsets(&self.group, &removed).await?).map(drop)
    }

    /// Deletes the group, and with it all that it has committed.
    pub(super) async fn delete(&self) -> Result<(), HerderError> {
        let deleted = self.admin.delete_groups(std::slice::from_ref(&self.group)).await;
        match admin::all(deleted) {
            Err(error) if error.code() == Some(ErrorCode::GROUP_ID_NOT_FOUND) => Ok(()),
            Err(error) => Err(self.failed("reset", "for sink connector", &error)),
            Ok(_) => Ok(()),
        }
    }

    fn failed(&self, verb: &str, whose: &str, error: &KafkaError) -> HerderError {
        let name = self.name;
        if !error.code().is_some_and(|code| IN_USE.contains(&code)) {
            return HerderError::Failed(format!("Failed to {verb} consumer group offsets {whose} {name}: {error}"));
        }
        HerderError::Failed(format!(
            "Failed to {verb} consumer group offsets for connector {name} either because its tasks haven't stopped \
             completely yet or the connector was resumed before the request to {verb} its offsets could be successfully \
             completed. If the connector is in a stopped state, this operation can be safely retried. If it doesn't \
             eventually succeed, the Connect cluster may need to be restarted to get rid of the zombie sink tasks."
        ))
    }
}

async fn open(props: &Props) -> Result<Admin, KafkaError> {
    let config = AdminConfig::parse(props)?;
    Ok(Admin::with_config(Cluster::shared(ClientConfig::load(ClientKind::Admin, props).await?), config))
}
