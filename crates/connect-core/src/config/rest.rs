//! The REST server's keys.

use connect_config::validators::Lambda;
use connect_config::{ConfigDef, ConfigException, Parsed, Validator};

/// Where the REST server listens, how others reach it, and what its answers carry.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct RestServerConfig {
    /// The URLs to listen at: `http://` or `https://`, a host (all interfaces if empty) and a port (any free one if 0).
    #[config(default = "http://:8083", importance = Low, validate = listeners_validator())]
    pub listeners: Vec<String>,
    /// The host name under which the other workers reach this one.
    #[config(name = "rest.advertised.host.name", importance = Low)]
    pub advertised_host_name: Option<String>,
    /// The port under which the other workers reach this one.
    #[config(name = "rest.advertised.port", importance = Low)]
    pub advertised_port: Option<i32>,
    /// Which of the listeners the other workers use: `http` or `https`.
    #[config(name = "rest.advertised.listener", importance = Low)]
    pub advertised_listener: Option<String>,
    /// The origins from which browsers may call, comma separated; none if empty.
    #[config(default = "", importance = Low)]
    pub access_control_allow_origin: String,
    /// The methods with which browsers may call from other origins, comma separated; GET, POST and HEAD if empty.
    #[config(default = "", importance = Low)]
    pub access_control_allow_methods: String,
    /// Headers that every answer carries: `[set|add|setDate|addDate] Name: value`, comma separated.
    #[config(name = "response.http.headers.config", default = "", importance = Low, validate = header_rules_validator())]
    pub response_headers: String,
    /// Whether HTTPS clients must, may or need not show a certificate.
    #[config(default = "none", importance = Low, validate = ValidString::one_of(["required", "requested", "none"]))]
    pub ssl_client_auth: String,
    /// Java classes that extend the REST API; none can be loaded here.
    #[config(default = "", importance = Low, validate = ValidList::any_non_duplicate_values(true, false))]
    pub rest_extension_classes: Vec<String>,
    /// The URLs for the administrative endpoints. Unset, they are at the other listeners; empty, they are nowhere.
    #[config(importance = Low, validate = ValidList::any_non_duplicate_values(true, true))]
    pub admin_listeners: Option<Vec<String>>,
}

fn listeners_validator() -> impl Validator + 'static {
    const EXAMPLE: &str = "ex: http://localhost:8080,https://localhost:8443.";
    Lambda::new(format!("List of comma-separated URLs, {EXAMPLE}"), |_: &str, value: &Parsed| {
        let error = |message: &str| Err(ConfigException::new(message));
        match value.as_list() {
            None => error(
                "Invalid value type for listeners (expected list of URLs , ex: http://localhost:8080,https://localhost:8443).",
            ),
            Some([]) => error(&format!("Invalid value for listeners, at least one URL is expected, {EXAMPLE}")),
            Some(urls) if urls.iter().any(|url| url.trim_matches(|c| c <= ' ').is_empty()) => {
                error("Empty URL found when parsing listeners list.")
            }
            Some(_) => Ok(()),
        }
    })
}

fn header_rules_validator() -> impl Validator + 'static {
    let description = "Comma-separated header rules, where each header rule is of the form \
        '[action] [header name]:[header value]' and optionally surrounded by double quotes if any part of a header rule \
        contains a comma";
    Lambda::new(description, |_: &str, value: &Parsed| {
        let rules = value.as_str().filter(|text| !text.trim_matches(|c| c <= ' ').is_empty());
        split_rules(rules.unwrap_or_default()).iter().try_for_each(|rule| check_rule(rule))
    })
}

/// Splits at commas outside double quotes; the quotes vanish, and so does the white space around an unquoted rule.
pub(crate) fn split_rules(text: &str) -> Vec<String> {
    let (mut rules, mut rule, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for c in text.chars() {
        match c {
            _ if escaped => {
                rule.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => rules.push(std::mem::take(&mut rule).trim().to_owned()),
            c => rule.push(c),
        }
    }
    if !rule.trim().is_empty() {
        rules.push(rule.trim().to_owned());
    }
    rules
}

const HEADER_ACTIONS: [&str; 4] = ["set", "add", "setDate", "addDate"];

/// `[action] [header name]:[header value]`, the action in any case.
fn check_rule(rule: &str) -> Result<(), ConfigException> {
    let error = |message: String| Err(ConfigException::new(message));
    let rule = rule.trim();
    let Some((action, pair)) = rule.split_once(char::is_whitespace) else {
        return error(format!(
            "Invalid format of header config '{rule}'. Expected: '[action] [header name]:[header value]'"
        ));
    };
    let pair = pair.trim();
    if !HEADER_ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action)) {
        let known = HEADER_ACTIONS.join(", ");
        return error(format!("Invalid header config action: '{action}'. Expected one of [{known}]"));
    }
    let parts: Vec<&str> = pair.trim_end_matches(':').split(':').collect();
    let [name, _] = parts.as_slice() else {
        return error(format!(
            "Invalid format of header name and header value pair '{pair}'. Expected: '[header name]:[header value]'"
        ));
    };
    let name = name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return error(format!("Invalid header name '{name}'. The '[header name]' cannot contain whitespace"));
    }
    Ok(())
}
