//! The part of the configuration that producer, consumer and admin share.

use std::time::Duration;

use connect_config::{ConfigException, ConfigKey, Props};

use super::{ClientKind, Values};
use crate::KafkaError;
use crate::security::Security;

/// Where the cluster is and how patiently to talk to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientConfig {
    /// `host:port` of each bootstrap server; at least one.
    pub bootstrap: Vec<HostPort>,
    /// What the broker's logs and quotas call this client; may be empty.
    pub client_id: String,
    /// How long an answer may take before its connection is given up.
    pub request_timeout: Duration,
    /// How long a call that tries several times may take in all.
    pub default_api_timeout: Duration,
    /// How old metadata may become before it is fetched again without need.
    pub metadata_max_age: Duration,
    /// A topic that nobody has asked for this long is forgotten; Java lets only producers set it.
    pub metadata_max_idle: Duration,
    /// The first pause after a failed request.
    pub retry_backoff: Duration,
    /// The longest pause after failed requests.
    pub retry_backoff_max: Duration,
    /// The first pause after a failed connect.
    pub reconnect_backoff: Duration,
    /// The longest pause after failed connects.
    pub reconnect_backoff_max: Duration,
    /// How long one address may take until a connection is ready, at first.
    pub connection_setup_timeout: Duration,
    /// How long it may take after several failures.
    pub connection_setup_timeout_max: Duration,
    /// An unused connection is closed after this; none means never.
    pub connections_max_idle: Option<Duration>,
    /// What one host name stands for.
    pub dns_lookup: DnsLookup,
    /// Whether the bootstrap servers are asked again when no known broker can be reached.
    pub rebootstrap: bool,
    /// After how much time without any metadata they are asked in any case.
    pub rebootstrap_trigger: Duration,
    /// The socket's send buffer; none is the system's choice.
    pub send_buffer: Option<u32>,
    /// The socket's receive buffer; none is the system's choice.
    pub receive_buffer: Option<u32>,
    /// How connections are secured.
    pub security: Security,
}

const METADATA_MAX_IDLE: Duration = Duration::from_secs(300);
const BOOTSTRAP: &str = "bootstrap.servers";

/// A host name or address and a port.
pub type HostPort = (String, u16);

/// `client.dns.lookup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DnsLookup {
    /// Every address of a name is tried in turn.
    UseAllDnsIps,
    /// As `UseAllDnsIps`, but a bootstrap server stands for the names that its addresses have.
    ResolveCanonicalBootstrapServersOnly,
}

impl ClientConfig {
    /// Reads what a client of this kind is given, away from the runtime's threads: as [`parse_for`](Self::parse_for), whose
    /// stores and login files may take a part of a second to read. Needs a tokio runtime.
    /// # Errors
    /// As [`parse_for`](Self::parse_for).
    pub async fn load(kind: ClientKind, props: &Props) -> Result<Self, KafkaError> {
        let props = props.clone();
        let parsed = tokio::task::spawn_blocking(move || Self::parse_for(kind, &props)).await;
        // It only fails while the runtime shuts down.
        parsed.unwrap_or(Err(KafkaError::Closed))
    }

    /// Reads what an admin client is given. A producer's or a consumer's properties can be read so too; they differ in
    /// defaults only ([`parse_for`](Self::parse_for)).
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        Self::parse_for(ClientKind::Admin, props)
    }

    /// Reads what a client of this kind is given. Blocking, if it names stores or login files that were not read lately:
    /// in a task, call [`load`](Self::load).
    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit, or that this client must not ignore.
    pub fn parse_for(kind: ClientKind, props: &Props) -> Result<Self, KafkaError> {
        if props.get(BOOTSTRAP).is_none() && kind.def().get(BOOTSTRAP).is_some_and(ConfigKey::is_required) {
            return Err(KafkaError::config(ConfigException::missing(BOOTSTRAP).to_string()));
        }
        let values = &Values::parse(kind, props)?;
        Ok(ClientConfig {
            bootstrap: bootstrap(values)?,
            client_id: values.text("client.id").unwrap_or_default().to_owned(),
            request_timeout: values.millis("request.timeout.ms"),
            default_api_timeout: values.millis("default.api.timeout.ms"),
            metadata_max_age: values.millis("metadata.max.age.ms"),
            metadata_max_idle: match kind {
                ClientKind::Producer => values.millis("metadata.max.idle.ms"),
                ClientKind::Consumer | ClientKind::Admin => METADATA_MAX_IDLE,
            },
            retry_backoff: values.millis("retry.backoff.ms"),
            retry_backoff_max: values.millis("retry.backoff.max.ms"),
            reconnect_backoff: values.millis("reconnect.backoff.ms"),
            reconnect_backoff_max: values.millis("reconnect.backoff.max.ms"),
            connection_setup_timeout: values.millis("socket.connection.setup.timeout.ms"),
            connection_setup_timeout_max: values.millis("socket.connection.setup.timeout.max.ms"),
            connections_max_idle: values.millis_or_never("connections.max.idle.ms"),
            dns_lookup: values.choice(
                "client.dns.lookup",
                [
                    ("use_all_dns_ips", DnsLookup::UseAllDnsIps),
                    ("resolve_canonical_bootstrap_servers_only", DnsLookup::ResolveCanonicalBootstrapServersOnly),
                ],
            ),
            rebootstrap: values.choice("metadata.recovery.strategy", [("rebootstrap", true), ("none", false)]),
            rebootstrap_trigger: values.millis("metadata.recovery.rebootstrap.trigger.ms"),
            send_buffer: socket_buffer(values, "send.buffer.bytes"),
            receive_buffer: socket_buffer(values, "receive.buffer.bytes"),
            security: Security::parse(props)?,
        })
    }
}

fn bootstrap(values: &Values) -> Result<Vec<HostPort>, KafkaError> {
    match values.list(BOOTSTRAP) {
        [] => Err(KafkaError::config("You must set either bootstrap.servers or bootstrap.controllers")),
        servers => servers.iter().map(|server| host_port(server)).collect(),
    }
}

/// `host:port`, `[::1]:port`, and with a scheme before it, which is ignored as in Java.
fn host_port(text: &str) -> Result<HostPort, KafkaError> {
    let wrong = || KafkaError::config(format!("Invalid url in bootstrap.servers: {text}"));
    let address = text.rsplit_once("://").map_or(text, |(_, address)| address);
    let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match (host, port.parse()) {
        ("", _) | (_, Err(_)) => Err(wrong()),
        (host, Ok(port)) => Ok((host.to_owned(), port)),
    }
}

/// Unset it is the system's choice, which grows with what the connection can carry; Java's default does not.
fn socket_buffer(values: &Values, key: &str) -> Option<u32> {
    u32::try_from(values.int(key)).ok().filter(|size| *size > 0 && values.is_given(key))
}
