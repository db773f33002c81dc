//! Connectors: create, look at, configure, delete.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::{Command, Reply};

use super::expand::{self, Expand};
use super::{Answer, Shared};
use crate::body::{CreateConnector, JsonBody, parse_config};
use crate::error::ApiError;
use crate::herder::Resources;
use crate::{path, wire};

/// Names only, or with `expand` a map of what is known about each.
pub(super) async fn list(State(resources): Shared, Query(query): Query<Vec<(String, String)>>) -> Answer {
    let names = match resources.call(Command::Connectors).await? {
        Reply::Names(names) => names,
        other => return Err(ApiError::unexpected(&other)),
    };
    match Expand::parse(&query) {
        Some(expand) => expand::expanded(&resources, &names, expand).await,
        None => Ok(wire::json(StatusCode::OK, &wire::names(&names))),
    }
}

pub(super) async fn create(State(resources): Shared, headers: HeaderMap, body: JsonBody) -> Answer {
    let CreateConnector { name, mut config, initial_state } = body.read(CreateConnector::parse).await?;
    put_name(&mut config, &name)?;
    let name = ConnectorName::new(name);
    let reply = resources.call(Command::Create { name, config, initial_state }).await?;
    put_answer(&resources, &headers, &reply)
}

pub(super) async fn put_config(
    State(resources): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer {
    let mut config = body.read(parse_config).await?;
    put_name(&mut config, &name)?;
    let reply = resources.call(Command::PutConfig { name: ConnectorName::new(name), config }).await?;
    put_answer(&resources, &headers, &reply)
}

/// Keys whose value is null go, the others are set. Only the connector's name is not put in: it is there already.
pub(super) async fn patch_config(
    State(resources): Shared,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: JsonBody,
) -> Answer {
    let patch = body.read(parse_config).await?;
    let reply = resources.call(Command::PatchConfig { name: ConnectorName::new(name), patch }).await?;
    put_answer(&resources, &headers, &reply)
}

pub(super) async fn info(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::Connector(ConnectorName::new(name))).await? {
        Reply::Info(info) => Ok(wire::json(StatusCode::OK, &wire::ConnectorInfo::from(&info))),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn config(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::ConnectorConfig(ConnectorName::new(name))).await? {
        Reply::Config(config) => Ok(wire::json(StatusCode::OK, &wire::Config(&config))),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn status(State(resources): Shared, Path(name): Path<String>) -> Answer {
    match resources.call(Command::ConnectorStatus(ConnectorName::new(name))).await? {
        Reply::Status(status) => Ok(wire::json(StatusCode::OK, &wire::ConnectorState::from(&status))),
        other => Err(ApiError::unexpected(&other)),
    }
}

pub(super) async fn delete(State(resources): Shared, Path(name): Path<String>) -> Result<StatusCode, ApiError> {
    resources.done(Command::Delete(ConnectorName::new(name))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The configuration holds the connector's name too: it is put in, or must be the same.
fn put_name(config: &mut Props, name: &str) -> Result<(), ApiError> {
    match config.get("name") {
        Some(configured) if configured != name => Err(ApiError::bad_request(format!(
            "Connector name configuration ({configured}) doesn't match connector name in the URL ({name})"
        ))),
        Some(_) => Ok(()),
        None => {
            config.insert("name", name);
            Ok(())
        }
    }
}

fn put_answer(resources: &Resources, headers: &HeaderMap, reply: &Reply) -> Answer {
    let Reply::Put { created, info } = reply else { return Err(ApiError::unexpected(reply)) };
    let status = if *created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = wire::json(status, &wire::ConnectorInfo::from(info));
    if *created && let Some(location) = location(resources, headers, &info.name) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The new connector's URL, at the host that the client asked.
fn location(resources: &Resources, headers: &HeaderMap, name: &ConnectorName) -> Option<HeaderValue> {
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let base = asked.map_or(resources.advertised_url.clone(), |host| format!("http://{host}/"));
    HeaderValue::try_from(format!("{base}connectors/{}", path::encode(name.as_str()))).ok()
}
