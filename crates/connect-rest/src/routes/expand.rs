//! `GET /connectors?expand=info&expand=status`.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use connect_core::ConnectorName;
use connect_core::herder::{Command, ConnectorInfo, ConnectorStatus, Reply};
use indexmap::IndexMap;

use crate::error::ApiError;
use crate::herder::Resources;
use crate::wire::{self, Expanded};

/// What to tell of each connector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Expand {
    info: bool,
    status: bool,
}

impl Expand {
    /// None without the parameter. Unknown values tell nothing, but the answer is a map all the same.
    pub(super) fn parse(query: &[(String, String)]) -> Option<Self> {
        let values = query.iter().filter(|(key, _)| key == "expand").map(|(_, value)| value.as_str());
        values.fold(None, |expand, value| {
            let mut expand = expand.unwrap_or_default();
            match value {
                "info" => expand.info = true,
                "status" => expand.status = true,
                _ => tracing::info!("ignoring an unknown value of the query parameter `expand`"),
            }
            Some(expand)
        })
    }
}

/// What is known about a connector, as far as it was asked for.
type Known = (Option<ConnectorInfo>, Option<ConnectorStatus>);

pub(super) async fn expanded(
    resources: &Resources,
    names: &[ConnectorName],
    expand: Expand,
) -> Result<Response<Body>, ApiError> {
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        match ask(resources, name, expand).await {
            Ok(answers) => known.push((name, answers)),
            // Deleted since, or without a status yet.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    let map: IndexMap<_, _> = known.iter().map(|(name, answers)| (name.as_str(), shape(answers))).collect();
    Ok(wire::json(StatusCode::OK, &map))
}

async fn ask(resources: &Resources, name: &ConnectorName, expand: Expand) -> Result<Known, ApiError> {
    let mut known = (None, None);
    if expand.info {
        match resources.call(Command::Connector(name.clone())).await? {
            Reply::Info(info) => known.0 = Some(info),
            other => return Err(ApiError::unexpected(&other)),
        }
    }
    if expand.status {
        match resources.call(Command::ConnectorStatus(name.clone())).await? {
            Reply::Status(status) => known.1 = Some(status),
            other => return Err(ApiError::unexpected(&other)),
        }
    }
    Ok(known)
}

fn shape((info, status): &Known) -> Expanded<'_> {
    Expanded { info: info.as_ref().map(Into::into), status: status.as_ref().map(Into::into) }
}
