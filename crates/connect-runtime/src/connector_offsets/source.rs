//! The offsets of a source connector, in the worker's offset store.

use connect_api::{SourceConnector, SourceOffsets};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::HerderError;

use super::failed;
use crate::worker::TaskParts;

/// Answers what the connector says of it.
pub(super) async fn modify(
    parts: &TaskParts,
    name: &ConnectorName,
    config: &Props,
    mut connector: Box<dyn SourceConnector>,
    offsets: Option<SourceOffsets>,
) -> Result<bool, HerderError> {
    let offsets = match offsets {
        Some(offsets) => parts.offsets.normalized(offsets).map_err(failed)?,
        None => removals(parts.offsets.offsets_of(name).await.map_err(failed)?),
    };
    let all_done = connector.alter_offsets(config, &offsets).await.map_err(failed)?;
    if offsets.is_empty() {
        tracing::info!("No offsets found for source connector {name}: there is nothing to reset");
        return Ok(all_done);
    }
    let altered = parts.offsets.alter(name, &offsets).await;
    altered.map_err(|error| {
        let why = failed(error);
        HerderError::Failed(format!("Failed to modify offsets for source connector {name}: {why}"))
    })?;
    Ok(all_done)
}

fn removals(offsets: SourceOffsets) -> SourceOffsets {
    offsets.into_iter().map(|(partition, _)| (partition, None)).collect()
}
