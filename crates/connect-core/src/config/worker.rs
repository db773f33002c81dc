//! The worker's configuration: what both modes have, and what standalone mode adds.

use connect_config::{Class, ClassResolver, ConfigDef, ConfigErrors, ConfigException, FromConfig, ParsedConfig, Props};

use super::listeners::{Listener, with_legacy_keys};
use super::{RestServerConfig, SslConfig};

/// The keys of a worker in either mode. What is not defined here flows from the originals to clients and converters.
#[derive(Debug, Clone, PartialEq, ConfigDef)]
pub struct WorkerConfig {
    /// The brokers to ask first for the cluster's layout: `host:port`, comma separated.
    #[config(importance = High, validate = ValidList::any_non_duplicate_values(false, false))]
    pub bootstrap_servers: Vec<String>,
    /// Whether a broker's name stands for all its addresses, or is first made canonical.
    #[config(default = "use_all_dns_ips", importance = Medium,
             validate = ValidString::one_of(["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"]))]
    pub client_dns_lookup: String,
    /// How the keys of records are written to and read from Kafka.
    #[config(importance = High)]
    pub key_converter: Class,
    /// Which version of the key converter to use.
    #[config(importance = Low)]
    pub key_converter_plugin_version: Option<String>,
    /// How the values of records are written to and read from Kafka.
    #[config(importance = High)]
    pub value_converter: Class,
    /// Which version of the value converter to use.
    #[config(importance = Low)]
    pub value_converter_plugin_version: Option<String>,
    /// How many milliseconds all tasks together have to stop.
    #[config(default = 5000, importance = Low)]
    pub task_shutdown_graceful_timeout_ms: i64,
    /// How many milliseconds lie between two commits of source offsets.
    #[config(default = 60_000, importance = Low)]
    pub offset_flush_interval_ms: i64,
    /// How many milliseconds a commit of offsets may take before it is given up.
    #[config(default = 5000, importance = Low)]
    pub offset_flush_timeout_ms: i64,
    /// Folders of plugins.
    #[config(importance = Low, validate = ValidList::any_non_duplicate_values(false, true))]
    pub plugin_path: Option<Vec<String>>,
    /// How the reference looks for plugins.
    #[config(default = "hybrid_warn", importance = Low,
             validate = CaseInsensitiveValidString::one_of(["only_scan", "service_load", "hybrid_warn", "hybrid_fail"]))]
    pub plugin_discovery: String,
    /// How many milliseconds one sample of a metric covers.
    #[config(default = 30_000, importance = Low, validate = Range::at_least(0))]
    pub metrics_sample_window_ms: i64,
    /// How many samples a metric is computed from.
    #[config(default = 2, importance = Low, validate = Range::at_least(1))]
    pub metrics_num_samples: i32,
    /// How detailed metrics are.
    #[config(default = "INFO", importance = Low, validate = ValidString::one_of(["INFO", "DEBUG"]))]
    pub metrics_recording_level: String,
    /// Java classes that report metrics.
    #[config(default = "org.apache.kafka.common.metrics.JmxReporter", importance = Low,
             validate = ValidList::any_non_duplicate_values(true, false))]
    pub metric_reporters: Vec<String>,
    /// How the headers of records are written to and read from Kafka.
    #[config(default = Class::named("org.apache.kafka.connect.storage.SimpleHeaderConverter"), importance = Low)]
    pub header_converter: Class,
    /// Which version of the header converter to use.
    #[config(importance = Low)]
    pub header_converter_plugin_version: Option<String>,
    /// The names of the providers that `${provider:path:key}` may name.
    #[config(default = "", importance = Low, validate = ValidList::any_non_duplicate_values(true, false))]
    pub config_providers: Vec<String>,
    /// Which client settings a connector may override: `All`, `None`, `Principal` or `Allowlist`.
    #[config(default = "All", importance = Medium)]
    pub connector_client_config_override_policy: String,
    /// Whether the topics of source connectors are created as their configurations say.
    #[config(default = true, importance = Low)]
    pub topic_creation_enable: bool,
    #[config(flatten)]
    pub ssl: SslConfig,
    /// Whether to note which topics each connector uses.
    #[config(default = true, importance = Low)]
    pub topic_tracking_enable: bool,
    /// Whether users may make a connector's noted topics forgotten.
    #[config(default = true, importance = Low)]
    pub topic_tracking_allow_reset: bool,
    #[config(flatten)]
    pub rest: RestServerConfig,
}

impl WorkerConfig {
    /// `listeners`, each URL read.
    /// # Errors
    /// The first URL that is wrong.
    pub fn listeners(&self) -> Result<Vec<Listener>, ConfigException> {
        Listener::parse_all("listeners", &self.rest.listeners)
    }

    /// `admin.listeners`: `None` if unset, empty if there are to be none.
    /// # Errors
    /// The first URL that is wrong.
    pub fn admin_listeners(&self) -> Result<Option<Vec<Listener>>, ConfigException> {
        let urls = self.rest.admin_listeners.as_deref();
        urls.map(|urls| Listener::parse_all("admin.listeners", urls)).transpose()
    }
}

/// A standalone worker's configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct StandaloneConfig {
    pub worker: WorkerConfig,
    /// The file that keeps source offsets.
    pub offset_storage_file_filename: String,
    /// Everything that was given; `listeners` also stands here if it came from `rest.port`.
    pub originals: Props,
}

#[derive(Debug, Clone, PartialEq, ConfigDef)]
struct StandaloneKeys {
    #[config(flatten)]
    worker: WorkerConfig,
    /// The file that keeps source offsets.
    #[config(importance = High)]
    offset_storage_file_filename: String,
}

impl StandaloneConfig {
    /// The declaration of both the common keys and those of standalone mode.
    pub fn def() -> &'static ConfigDef {
        StandaloneKeys::def()
    }

    /// Reads a standalone worker's properties. `rest.port` and `rest.host.name` make a listener if `listeners` is absent.
    /// # Errors
    /// Everything that is wrong.
    pub fn new(props: &Props, classes: &dyn ClassResolver) -> Result<Self, ConfigErrors> {
        let originals = with_legacy_keys(props);
        check_config_providers(&originals, classes)?;
        let values = Self::def().parse_all_with(&originals, classes)?;
        let StandaloneKeys { worker, offset_storage_file_filename } = StandaloneKeys::from_config(&values)?;
        worker.listeners()?;
        worker.admin_listeners()?;
        Ok(Self { worker, offset_storage_file_filename, originals })
    }

    /// The values that Java's class would hold; null passes where no validator minds.
    /// # Errors
    /// The first that Java would have raised.
    pub fn values(props: &Props, classes: &dyn ClassResolver) -> Result<ParsedConfig, ConfigException> {
        check_config_providers(props, classes)?;
        Self::def().parse_with(props, classes)
    }

    /// The keys that were given but that the worker itself does not know; clients and converters may.
    pub fn unused(&self) -> impl Iterator<Item = &str> {
        self.originals.keys().filter(|key| !Self::def().contains(key))
    }
}

/// Each provider that is listed and has a class must have one that exists; this comes before all other checks.
fn check_config_providers(props: &Props, classes: &dyn ClassResolver) -> Result<(), ConfigException> {
    let listed = props.get("config.providers").unwrap_or_default();
    for name in listed.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let key = format!("config.providers.{name}.class");
        let Some(class) = props.get(&key) else { continue };
        if classes.resolve(class.trim()).is_none() {
            let why = "Could not load config provider class or one of its dependencies";
            return Err(ConfigException::invalid(&key, class, why));
        }
    }
    Ok(())
}
