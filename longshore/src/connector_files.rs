//! The files that describe connectors on the command line.
//! ```text
//! {"name": "a", "connector.class": …}                        one flat object
//! {"name": "a", "config": {…}, "initial_state": "PAUSED"}    as REST takes it
//! name=a …                                                   Java properties
//! ```
//! They are tried in this order, whatever the file is called.
//! Source: Apache Kafka, `ConnectStandalone.parseConnectorConfigurationFile`.

use std::path::Path;

use connect_api::java;
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::TargetState;
use serde_json::{Map, Value as Json};

use crate::input;

/// One connector to create.
#[derive(Debug)]
pub(crate) struct ConnectorFile {
    pub(crate) name: ConnectorName,
    /// With `name` in it.
    pub(crate) config: Props,
    pub(crate) initial_state: TargetState,
}

/// # Errors
/// The file cannot be read or is none of the three forms; names the file and what is wrong.
pub(crate) fn load(path: &Path) -> Result<ConnectorFile, String> {
    let bytes = input::read(path)?;
    parse(path, &bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<ConnectorFile, String> {
    let looks_like_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    match serde_json::from_slice::<Json>(bytes) {
        Ok(Json::Object(object)) => from_json(path, &object),
        Err(error) if looks_like_json => Err(format!("{} is not valid JSON: {error}", path.display())),
        _ => flat(path, input::parse_properties(path, bytes)?),
    }
}

fn from_json(path: &Path, object: &Map<String, Json>) -> Result<ConnectorFile, String> {
    match object.get("config") {
        Some(Json::Object(config)) => create_request(path, object, config),
        _ => flat(path, props(path, object)?),
    }
}

fn flat(path: &Path, config: Props) -> Result<ConnectorFile, String> {
    let name = config.get("name").map(str::to_owned);
    let name = name.ok_or_else(|| {
        format!("Connector configuration at '{}' is missing the mandatory 'name' configuration", path.display())
    })?;
    Ok(ConnectorFile { name: ConnectorName::new(name), config, initial_state: TargetState::Started })
}

fn create_request(
    path: &Path,
    request: &Map<String, Json>,
    config: &Map<String, Json>,
) -> Result<ConnectorFile, String> {
    let mut config = props(path, config)?;
    let name = request.get("name").and_then(Json::as_str).ok_or_else(|| {
        format!("Connector configuration at '{}' is missing the mandatory 'name' configuration", path.display())
    })?;
    if config.get("name").is_some_and(|inner| inner != name) {
        return Err(format!(
            "Connector name configuration in 'config' doesn't match the one specified in 'name' at '{}'",
            path.display()
        ));
    }
    config.insert("name", name);
    let initial_state = match request.get("initial_state") {
        None | Some(Json::Null) => TargetState::Started,
        Some(state) => target_state(state).ok_or_else(|| {
            format!("{}: initial_state is {state}: set it to RUNNING, PAUSED or STOPPED", path.display())
        })?,
    };
    Ok(ConnectorFile { name: ConnectorName::new(name), config, initial_state })
}

fn target_state(state: &Json) -> Option<TargetState> {
    match state.as_str()?.to_uppercase().as_str() {
        "RUNNING" => Some(TargetState::Started),
        "PAUSED" => Some(TargetState::Paused),
        "STOPPED" => Some(TargetState::Stopped),
        _ => None,
    }
}

fn props(path: &Path, object: &Map<String, Json>) -> Result<Props, String> {
    object.iter().map(|(key, value)| Ok((key.clone(), text(path, key, value)?))).collect()
}

/// JSON numbers and booleans become text, as Java would print them.
fn text(path: &Path, key: &str, value: &Json) -> Result<Option<String>, String> {
    match value {
        Json::Null => Ok(None),
        Json::Bool(value) => Ok(Some(value.to_string())),
        Json::String(text) => Ok(Some(text.clone())),
        Json::Number(number) => Ok(Some(match number.as_f64().filter(|_| number.is_f64()) {
            Some(double) => java::double_to_string(double),
            None => number.to_string(),
        })),
        Json::Array(_) | Json::Object(_) => {
            Err(format!("{}: the value of '{key}' must be a text, a number or a boolean", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms() {
        for (text, name, class) in [
            (r#"{"name":"a","connector.class":"X","tasks.max":1}"#, "a", "X"),
            (r#"{"name":"b","config":{"connector.class":"Y","tasks.max":1},"extra":0}"#, "b", "Y"),
            ("name=c\nconnector.class=Z\ntasks.max=1\n", "c", "Z"),
        ] {
            let file = parse(Path::new("f"), text.as_bytes()).unwrap();
            let given = (file.name.as_str(), file.config.get("connector.class"), file.config.get("tasks.max"));
            assert_eq!(given, (name, Some(class), Some("1")), "{text}");
            assert_eq!(file.config.get("name"), Some(name));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, want) in [
            ("connector.class=Z", "missing the mandatory 'name'"),
            (r#"{"connector.class":"Z"}"#, "missing the mandatory 'name'"),
            (r#"{"config":{"connector.class":"Z"}}"#, "missing the mandatory 'name'"),
            (r#"{"name":"a","config":{"name":"b"}}"#, "doesn't match"),
            (r#"{"name":"a","config":{},"initial_state":"LATER"}"#, "RUNNING, PAUSED or STOPPED"),
            (r#"{"name":"a","x":[]}"#, "'x' must be"),
            (r#"{"name":"a","#, "not valid JSON"),
            ("name=\\u00zz", "f"),
        ] {
            let error = parse(Path::new("f"), text.as_bytes()).unwrap_err();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
