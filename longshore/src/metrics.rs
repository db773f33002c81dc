//! Where the worker shows its metrics.

use connect_config::{ConfigDef, ConfigException, Props};
use connect_core::config::{Listener, ListenerScheme};

const KEY: &str = "longshore.metrics.listener";

/// The metrics' keys in the worker's properties file.
#[derive(Debug, Clone, ConfigDef)]
pub(crate) struct MetricsConfig {
    /// Where `GET /metrics` is served alone: `http://host:port`. Unset, it is served beside the REST API; empty, nowhere.
    #[config(name = "longshore.metrics.listener", importance = Low)]
    listener: Option<String>,
}

/// Which port has `GET /metrics`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MetricsPlace {
    /// That of the REST API.
    Rest,
    Nowhere,
    Own(Listener),
}

impl MetricsPlace {
    /// The key for messages about a port that cannot be opened.
    pub(crate) const KEY: &'static str = KEY;

    /// `rest` are the worker's `listeners`.
    /// # Errors
    /// The key's value cannot be used, and why.
    pub(crate) fn parse(worker: &Props, rest: &[Listener]) -> Result<Self, String> {
        let config = MetricsConfig::parse(worker).map_err(|errors| errors.to_string())?;
        let Some(url) = config.listener else { return Ok(Self::Rest) };
        let url = url.trim();
        if url.is_empty() {
            return Ok(Self::Nowhere);
        }
        let wrong = |why: &str| ConfigException::invalid(KEY, url, why).to_string();
        let listener = Listener::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if listener.scheme == ListenerScheme::Https {
            return Err(wrong(
                "metrics are served without TLS only; use http:// on an address that only scrapers reach",
            ));
        }
        if listener.port != 0 && rest.contains(&listener) {
            return Err(wrong("it is one of `listeners`; without the key the metrics are served there"));
        }
        Ok(Self::Own(listener))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let rest = [Listener::parse("http://:8083").unwrap()];
        let own = |url: &str| Ok(MetricsPlace::Own(Listener::parse(url).unwrap()));
        for (value, want) in [
            (None, Ok(MetricsPlace::Rest)),
            (Some(""), Ok(MetricsPlace::Nowhere)),
            (Some("  "), Ok(MetricsPlace::Nowhere)),
            (Some("http://127.0.0.1:9404"), own("http://127.0.0.1:9404")),
            (Some(" HTTP://:0 "), own("http://:0")),
            (Some("https://:9404"), Err("served without TLS only")),
            (Some("http://:8083"), Err("it is one of `listeners`")),
            (Some("9404"), Err("Listener doesn't have the right format")),
            (Some("http://h:99999"), Err("from 0 to 65535")),
        ] {
            let props: Props = value.map(|value| (KEY, value)).into_iter().collect();
            match (MetricsPlace::parse(&props, &rest), want) {
                (Ok(found), Ok(want)) => assert_eq!(found, want, "{value:?}"),
                (Err(found), Err(want)) => assert!(found.contains(KEY) && found.contains(want), "{value:?}: {found}"),
                (found, _) => panic!("{value:?}: {found:?}"),
            }
        }
    }
}
