//! Bodies that hold configurations.

use connect_api::java;
use connect_config::Props;
use connect_core::herder::TargetState;
use serde_json::value::RawValue;

use super::json::{Body, is_null};
use crate::error::ApiError;

/// What `POST /connectors` holds.
#[derive(Debug, PartialEq)]
pub(crate) struct CreateConnector {
    /// Trimmed; empty if there was none.
    pub(crate) name: String,
    pub(crate) config: Props,
    pub(crate) initial_state: TargetState,
}

impl CreateConnector {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, ApiError> {
        let body = Body::new(bytes);
        let fields = body.object()?;
        body.check_known(&fields, &["name", "config", "initial_state"])?;
        let field = |field: &str| fields.get(field).copied().filter(|raw| !is_null(raw));
        let config = field("config").ok_or_else(|| {
            ApiError::bad_request("The field \"config\" is missing: it holds the connector's configuration")
        })?;
        let name = field("name").map(|raw| body.text(raw, "name")).transpose()?.flatten();
        let config = body.props(&body.fields(config, "The field \"config\"")?, "config.")?;
        let initial_state = field("initial_state").map(|raw| target_state(&body, raw)).transpose()?;
        let name = java::trim(&name.unwrap_or_default()).to_owned();
        Ok(Self { name, config, initial_state: initial_state.unwrap_or_default() })
    }
}

/// The body of `PUT` and `PATCH /connectors/{name}/config`: a map of keys and values, which may be null.
pub(crate) fn parse_config(bytes: &[u8]) -> Result<Props, ApiError> {
    let body = Body::new(bytes);
    body.props(&body.object()?, "")
}

/// Whether the body is what a worker sends to another: an array of task configurations.
pub(crate) fn check_task_configs(bytes: &[u8]) -> Result<(), ApiError> {
    let body = Body::new(bytes);
    for (at, raw) in body.array()?.into_iter().enumerate().filter(|(_, raw)| !is_null(raw)) {
        body.props(&body.fields(raw, &format!("The task configuration [{at}]"))?, &format!("[{at}]."))?;
    }
    Ok(())
}

fn target_state(body: &Body<'_>, raw: &RawValue) -> Result<TargetState, ApiError> {
    let text = body.text(raw, "initial_state")?.unwrap_or_default();
    TargetState::initial(&text)
        .ok_or_else(|| body.error(raw, "The field \"initial_state\" must be one of RUNNING, PAUSED, STOPPED"))
}
