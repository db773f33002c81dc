//! The offsets of one connector, as REST shows and changes them.
//! ```text
//! read:   source ─▶ OffsetStore::offsets_of          sink ─▶ the group's committed offsets
//! modify: connector.alter_offsets ─▶ source ─▶ OffsetStore::alter
//!                                 └▶ sink   ─▶ the group's committed offsets set, removed, or the group deleted
//! ```
//! The herder has made sure that the connector is stopped. Source: Apache Kafka, `Worker.modifyConnectorOffsets`.

mod group;
mod shape;
mod sink;
mod source;

use connect_api::{ConnectError, PluginKind, SourceOffsets};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::HerderError;

use crate::connector::Instance;
use crate::providers::resolve;
use crate::validation;
use crate::worker::TaskParts;

/// Every partition that has an offset.
/// # Errors
/// The store or the cluster cannot be asked.
pub(crate) async fn read(
    parts: &TaskParts,
    name: &ConnectorName,
    config: &Props,
) -> Result<SourceOffsets, HerderError> {
    let config = &resolve(&parts.providers, config).await.map_err(failed)?.props;
    match validation::find(&parts.plugins, config)?.kind() {
        PluginKind::Sink => sink::read(parts, name, config).await,
        _ => parts.offsets.offsets_of(name).await.map_err(failed),
    }
}

/// Sets offsets, or removes all where none are given; answers what to tell the user.
/// # Errors
/// They have a wrong shape, the connector refuses them, or they could not be stored.
pub(crate) async fn modify(
    parts: &TaskParts,
    name: &ConnectorName,
    config: &Props,
    offsets: Option<SourceOffsets>,
) -> Result<String, HerderError> {
    let is_reset = offsets.is_none();
    let config = &resolve(&parts.providers, config).await.map_err(failed)?.props;
    let all_done = match instance(parts, config).await? {
        Instance::Source(connector) => source::modify(parts, name, config, connector, offsets).await?,
        Instance::Sink(connector) => sink::modify(parts, name, config, connector, offsets).await?,
    };
    Ok(told(is_reset, all_done))
}

/// `all_done` is what the connector says: offsets live nowhere but in Connect.
fn told(is_reset: bool, all_done: bool) -> String {
    let done = if is_reset { "reset" } else { "altered" };
    if all_done {
        return format!("The offsets for this connector have been {done} successfully");
    }
    format!(
        "The Connect framework-managed offsets for this connector have been {done} successfully. However, if this \
         connector manages offsets externally, they will need to be manually {done} in the system that the connector uses."
    )
}

async fn instance(parts: &TaskParts, config: &Props) -> Result<Instance, HerderError> {
    let gone = || HerderError::Failed("The connector's class is not there any more".to_owned());
    let plugin = validation::find(&parts.plugins, config)?;
    validation::instantiate(&plugin.factory).await.ok_or_else(gone)
}

fn failed(error: ConnectError) -> HerderError {
    HerderError::Failed(error.message().unwrap_or(error.class()).to_owned())
}
