//! The files that describe connectors on the command line.
//! ```text
//! {"name": "a", "connector.class": …}                        one flat object
//! {"name": "a", "config": {…}, "initial_state": "PAUSED"}    as REST takes it
//! name=a …                                                   Java properties
//! ```
//! They are tried in this order, whatever the file is called.
//! Source: Apache Kafka, `ConnectStandalone.parseConnectorConfigurationFile`.

use std::path::Path;

use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::TargetState;
use connect_core::json::{self, Fields, kind};
use serde_json::value::RawValue;

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
    if !bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start().starts_with(b"{") {
        return flat(path, input::parse_properties(path, bytes)?);
    }
    let object = json::first(bytes).and_then(json::fields);
    from_json(path, &object.map_err(|error| format!("{} is not valid JSON: {error}", path.display()))?)
}

fn from_json(path: &Path, object: &Fields<'_>) -> Result<ConnectorFile, String> {
    match object.get("config").and_then(|config| json::fields(config).ok()) {
        Some(config) => create_request(path, object, &config),
        None => flat(path, props(path, object)?),
    }
}

fn flat(path: &Path, config: Props) -> Result<ConnectorFile, String> {
    let name = config.get("name").map(str::to_owned);
    let name = name.ok_or_else(|| {
        format!("Connector configuration at '{}' is missing the mandatory 'name' configuration", path.display())
    })?;
    Ok(ConnectorFile { name: ConnectorName::new(name), config, initial_state: TargetState::Started })
}

fn create_request(path: &Path, request: &Fields<'_>, config: &Fields<'_>) -> Result<ConnectorFile, String> {
    let mut config = props(path, config)?;
    let name = request.get("name").map(|name| text(path, "name", name)).transpose()?.flatten().ok_or_else(|| {
        format!("Connector configuration at '{}' is missing the mandatory 'name' configuration", path.display())
    })?;
    if config.get("name").is_some_and(|inner| inner != name) {
        return Err(format!(
            "Connector name configuration in 'config' doesn't match the one specified in 'name' at '{}'",
            path.display()
        ));
    }
    config.insert("name", name.as_str());
    let initial_state = match request.get("initial_state").filter(|state| kind(state) != "null") {
        None => TargetState::Started,
        Some(state) => json::text(state).ok().flatten().as_deref().and_then(TargetState::initial).ok_or_else(|| {
            format!("{}: initial_state is {state}: set it to RUNNING, PAUSED or STOPPED", path.display())
        })?,
    };
    Ok(ConnectorFile { name: ConnectorName::new(name), config, initial_state })
}

fn props(path: &Path, object: &Fields<'_>) -> Result<Props, String> {
    json::props(object).map_err(|(key, ..)| no_text(path, key))
}

fn text(path: &Path, key: &str, value: &RawValue) -> Result<Option<String>, String> {
    json::text(value).map_err(|_| no_text(path, key))
}

fn no_text(path: &Path, key: &str) -> String {
    format!("{}: the value of '{key}' must be a text, a number or a boolean", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms() {
        for (text, name, class) in [
            (r#"{"name":"a","connector.class":"X","tasks.max":1}"#, "a", "X"),
            (r#"{"name":"b","config":{"connector.class":"Y","tasks.max":1},"extra":0}"#, "b", "Y"),
            ("\u{feff} {\"name\":\"b\",\"connector.class\":\"Y\",\"tasks.max\":2,\"tasks.max\":1} more", "b", "Y"),
            ("name=c\nconnector.class=Z\ntasks.max=1\n", "c", "Z"),
        ] {
            let file = parse(Path::new("f"), text.as_bytes()).unwrap();
            let given = (file.name.as_str(), file.config.get("connector.class"), file.config.get("tasks.max"));
            assert_eq!(given, (name, Some(class), Some("1")), "{text}");
            assert_eq!(file.config.get("name"), Some(name));
        }
    }

    #[test]
    fn values_are_what_stands_in_the_file() {
        let text = r#"{"name":"a","b":1.50,"c":1e400,"d":-0.0,"e":true,"f":null,"g":"\u00e9"}"#;
        let config = parse(Path::new("f"), text.as_bytes()).unwrap().config;
        let values: Vec<_> = config.iter().map(|(_, value)| value).collect();
        assert_eq!(values, [Some("a"), Some("1.50"), Some("1e400"), Some("-0.0"), Some("true"), None, Some("é")]);
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
            (r#"{"name":"a","config":[]}"#, "'config' must be"),
            (r#"{"name":"a","#, "not valid JSON"),
            ("name=\\u00zz", "f"),
        ] {
            let error = parse(Path::new("f"), text.as_bytes()).unwrap_err();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
