//! The worker's properties file.
//! ```text
//! bytes ─▶ read: Props ─▶ variables replaced ─▶ StandaloneConfig (types, required keys) ─▶ classes, REST keys, what this version cannot do ─▶ WorkerFile
//! ```

use std::path::Path;

use connect_api::PluginTable;
use connect_config::{ConfigErrors, ConfigException, Props};
use connect_core::config::{ConfigProviders, ListenerScheme, StandaloneConfig};
use connect_rest::{RestConfig, Timeouts};
use connect_runtime::{TablePlugins, admin_config, converter_errors, open_providers, unsupported};
use kafka_client::config::ClientConfig;

use crate::logging::LogConfig;
use crate::metrics::{MetricsConfig, MetricsPlace};
use crate::{APACHE_VERSION, input};

/// What a worker's properties file says.
pub(crate) struct WorkerFile {
    pub(crate) config: StandaloneConfig,
    /// For its connectors' configurations.
    pub(crate) providers: ConfigProviders,
    /// Complete but for the id of the Kafka cluster.
    pub(crate) rest: RestConfig,
    pub(crate) metrics: MetricsPlace,
}

/// Reads a worker's properties file; an empty path stands for an empty file. Only once: it may be a pipe.
/// # Errors
/// The file cannot be read.
pub(crate) fn read(path: &Path) -> Result<Props, String> {
    if path.as_os_str().is_empty() {
        return Ok(Props::new());
    }
    input::parse_properties(path, &input::read(path)?)
}

/// What the properties of that file mean.
/// # Errors
/// A key is wrong; all wrong keys are named.
pub(crate) fn check(path: &Path, props: &Props, plugins: &PluginTable) -> Result<WorkerFile, String> {
    match path.as_os_str().is_empty() {
        true => check_named("The worker's configuration", props, plugins),
        false => check_named(&path.display().to_string(), props, plugins),
    }
}

fn check_named(source: &str, props: &Props, plugins: &PluginTable) -> Result<WorkerFile, String> {
    let wrong = |errors: &str| format!("{source} cannot be used:\n{errors}");
    let providers = open_providers(plugins, props).map_err(|error| wrong(error.message()))?;
    let resolved = providers.resolve(props).map_err(|error| wrong(error.message()))?;
    check_resolved(&resolved.props, providers, plugins).map_err(|errors| wrong(&resolved.conceal(&errors.join("\n"))))
}

fn check_resolved(props: &Props, providers: ConfigProviders, plugins: &PluginTable) -> Result<WorkerFile, Vec<String>> {
    let mut errors = Vec::new();
    let mut worker = None;
    match StandaloneConfig::new(props, &TablePlugins(plugins)) {
        Ok(config) => {
            errors.extend(converter_errors(plugins, &config.worker));
            let rest = rest_config(&config);
            errors.extend(rest.as_ref().err().cloned());
            let listeners = rest.as_ref().map_or(&[][..], |rest| &rest.listeners);
            let metrics = MetricsPlace::parse(props, listeners);
            errors.extend(metrics.as_ref().err().cloned());
            worker = rest.ok().zip(metrics.ok()).map(|(rest, metrics)| WorkerFile { config, providers, rest, metrics });
        }
        Err(wrong) => errors.extend(wrong.iter().map(ToString::to_string)),
    }
    errors.extend(LogConfig::parse(props).err().iter().flat_map(ConfigErrors::iter).map(ToString::to_string));
    errors.extend(unsupported::worker_errors(props));
    if errors.is_empty() {
        errors.extend(ClientConfig::parse(&admin_config(props)).err().map(|error| error.to_string()));
    }
    match worker {
        Some(worker) if errors.is_empty() => {
            warn_of_ignored(props);
            Ok(worker)
        }
        _ => Err(errors),
    }
}

fn warn_of_ignored(props: &Props) {
    let ignored = unsupported::ignored_worker_keys(props, is_defined);
    if !ignored.is_empty() {
        tracing::warn!("These keys have no effect in Longshore: {}", ignored.join(", "));
    }
}

fn is_defined(key: &str) -> bool {
    StandaloneConfig::def().contains(key) || LogConfig::def().contains(key) || MetricsConfig::def().contains(key)
}

fn rest_config(config: &StandaloneConfig) -> Result<RestConfig, String> {
    let rest = &config.worker.rest;
    Ok(RestConfig {
        listeners: config.worker.listeners().map_err(|error| error.to_string())?,
        advertised_scheme: advertised_scheme(rest.advertised_listener.as_deref().unwrap_or_default())?,
        advertised_host: rest.advertised_host_name.clone().filter(|host| !host.is_empty()),
        advertised_port: rest.advertised_port.map(advertised_port).transpose()?,
        version: format!("{APACHE_VERSION}+longshore.{}", env!("CARGO_PKG_VERSION")),
        commit: option_env!("LONGSHORE_COMMIT").unwrap_or("unknown").to_owned(),
        kafka_cluster_id: String::new(),
        timeouts: Timeouts::default(),
    })
}

fn advertised_scheme(text: &str) -> Result<ListenerScheme, String> {
    if text.is_empty() {
        return Ok(ListenerScheme::Http);
    }
    let why = "set it to http or https";
    text.parse().map_err(|_| ConfigException::invalid("rest.advertised.listener", text, why).to_string())
}

fn advertised_port(port: i32) -> Result<u16, String> {
    let why = "it must be a number from 0 to 65535";
    u16::try_from(port).map_err(|_| ConfigException::invalid("rest.advertised.port", port, why).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETE: [(&str, &str); 4] = [
        ("bootstrap.servers", "b:1"),
        ("key.converter", "org.apache.kafka.connect.json.JsonConverter"),
        ("value.converter", "StringConverter"),
        ("offset.storage.file.filename", "o"),
    ];

    fn checked(more: &[(&str, &str)]) -> Result<WorkerFile, String> {
        let props: Props = COMPLETE.iter().chain(more).copied().collect();
        check_named("w", &props, &crate::built_in_plugins())
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let none = check_named("w", &Props::new(), &crate::built_in_plugins()).err().unwrap();
        for (key, _) in COMPLETE {
            let want = format!("Missing required configuration \"{key}\" which has no default value.");
            assert!(none.contains(&want), "{want}: {none}");
        }
        for (key, value, want) in [
            (
                "offset.flush.interval.ms",
                "soon",
                "Invalid value soon for configuration offset.flush.interval.ms: Not a number of type LONG",
            ),
            (
                "key.converter",
                "no.Such",
                "Invalid value no.Such for configuration key.converter: Class no.Such could not be found.",
            ),
            (
                "header.converter",
                "no.Such",
                "Invalid value no.Such for configuration header.converter: Class no.Such could not be found.",
            ),
            (
                "value.converter",
                "FileStreamSink",
                "Invalid value org.apache.kafka.connect.file.FileStreamSinkConnector for configuration value.converter: this class is no converter",
            ),
            (
                "listeners",
                "ftp://h:1",
                "Invalid value ftp://h:1 for configuration listeners: Listener protocol must be",
            ),
            (
                "listeners",
                "http://h",
                "Invalid value http://h for configuration listeners: Listener doesn't have the right format",
            ),
            (
                "rest.advertised.listener",
                "ftp",
                "Invalid value ftp for configuration rest.advertised.listener: set it to http or https",
            ),
            (
                "longshore.log.format",
                "xml",
                "Invalid value xml for configuration longshore.log.format: String must be one of: text, json",
            ),
            (
                "longshore.metrics.listener",
                "9404",
                "Invalid value 9404 for configuration longshore.metrics.listener: Listener doesn't have the right format",
            ),
            ("rest.advertised.port", "70000", "Invalid value 70000 for configuration rest.advertised.port: it must be"),
            ("security.protocol", "TLS", "Invalid value TLS for configuration security.protocol"),
            ("consumer.security.protocol", "SASL_SSL", "Invalid value GSSAPI for configuration sasl.mechanism"),
        ] {
            let error = checked(&[("rest.extension.classes", "a.B"), (key, value)]).err().unwrap();
            assert!(error.contains(want), "{key}: {error}");
            assert!(error.contains("rest.extension.classes"), "{key}: {error}");
        }
    }

    #[test]
    fn what_is_advertised() {
        let more =
            [("rest.advertised.listener", "HTTPS"), ("rest.advertised.port", "443"), ("rest.advertised.host.name", "")];
        let rest = checked(&more).ok().unwrap().rest;
        assert_eq!((rest.advertised_scheme, rest.advertised_port), (ListenerScheme::Https, Some(443)));
        assert_eq!(rest.advertised_host, None);
    }
}
