//! The offsets of a sink connector: those of its consumer group.

use connect_api::{SinkConnector, SourceOffsets};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::HerderError;

use super::failed;
use super::group::ConnectorGroup;
use super::shape::{self, Wanted};
use crate::worker::TaskParts;

pub(super) async fn read(
    parts: &TaskParts,
    name: &ConnectorName,
    config: &Props,
) -> Result<SourceOffsets, HerderError> {
    let group = ConnectorGroup::of(parts, name, config).await?;
    let offsets = group.offsets().await;
    let failed = |error| {
        HerderError::Failed(format!("Failed to retrieve consumer group offsets for sink connector {name}: {error}"))
    };
    Ok(shape::show(&offsets.map_err(failed)?))
}

/// Answers what the connector says of it.
pub(super) async fn modify(
    parts: &TaskParts,
    name: &ConnectorName,
    config: &Props,
    mut connector: Box<dyn SinkConnector>,
    offsets: Option<SourceOffsets>,
) -> Result<bool, HerderError> {
    let is_reset = offsets.is_none();
    let wanted = match &offsets {
        Some(offsets) => shape::parse(offsets)?,
        None => Wanted::new(),
    };
    let group = ConnectorGroup::of(parts, name, config).await?;
    let wanted = if is_reset { group.removals().await? } else { wanted };
    let asked: Vec<_> = wanted.iter().map(|(partition, offset)| (partition.clone(), *offset)).collect();
    let all_done = connector.alter_offsets(config, &asked).await.map_err(failed)?;
    if is_reset {
        group.delete().await?
    } else {
        group.alter(&wanted).await?
    }
    Ok(all_done)
}
