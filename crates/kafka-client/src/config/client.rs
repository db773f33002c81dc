//! The part of the configuration that producer, consumer and admin share.

use std::time::Duration;

use connect_config::Props;

use super::Keys;
use crate::KafkaError;
use crate::security::Security;

/// Where the cluster is and how patiently to talk to it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The first pause after a failed request.
    pub retry_backoff: Duration,
    /// The longest pause after failed requests.
    pub retry_backoff_max: Duration,
    /// The first pause after a failed connect.
    pub reconnect_backoff: Duration,
    /// The longest pause after failed connects.
    pub reconnect_backoff_max: Duration,
    /// How long one address may take to accept a connection.
    pub connection_setup_timeout: Duration,
    /// An unused connection is closed after this; none means never.
    pub connections_max_idle: Option<Duration>,
    /// What one host name stands for.
    pub dns_lookup: DnsLookup,
    /// The socket's send buffer; none is the system's choice.
    pub send_buffer: Option<u32>,
    /// The socket's receive buffer; none is the system's choice.
    pub receive_buffer: Option<u32>,
    /// How connections are secured.
    pub security: Security,
}

/// A host name or address and a port.
pub type HostPort = (String, u16);

/// `client.dns.lookup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsLookup {
    /// Every address of a name is tried in turn.
    UseAllDnsIps,
    /// As `UseAllDnsIps`; Java also looks up the addresses' own names, which only Kerberos needs.
    ResolveCanonicalBootstrapServersOnly,
}

impl ClientConfig {
    /// The keys that [`parse`](Self::parse) reads.
    pub const KEYS: &[&str] = &[
        "bootstrap.servers",
        "client.id",
        "request.timeout.ms",
        "default.api.timeout.ms",
        "metadata.max.age.ms",
        "retry.backoff.ms",
        "retry.backoff.max.ms",
        "reconnect.backoff.ms",
        "reconnect.backoff.max.ms",
        "socket.connection.setup.timeout.ms",
        "connections.max.idle.ms",
        "client.dns.lookup",
        "security.protocol",
        "send.buffer.bytes",
        "receive.buffer.bytes",
        "sasl.mechanism",
        "sasl.jaas.config",
        "sasl.login.class",
        "sasl.login.callback.handler.class",
        "sasl.client.callback.handler.class",
        "sasl.login.connect.timeout.ms",
        "sasl.login.read.timeout.ms",
        "sasl.login.retry.backoff.ms",
        "sasl.login.retry.backoff.max.ms",
        "sasl.login.refresh.window.factor",
        "sasl.login.refresh.window.jitter",
        "sasl.login.refresh.min.period.seconds",
        "sasl.login.refresh.buffer.seconds",
        "sasl.oauthbearer.token.endpoint.url",
        "sasl.oauthbearer.client.credentials.client.id",
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.scope",
        "sasl.oauthbearer.scope.claim.name",
        "sasl.oauthbearer.sub.claim.name",
        "sasl.oauthbearer.header.urlencode",
        "sasl.oauthbearer.jwt.retriever.class",
        "sasl.oauthbearer.jwt.validator.class",
    ];

    /// # Errors
    /// [`KafkaError::Config`] for the first value that does not fit.
    pub fn parse(props: &Props) -> Result<Self, KafkaError> {
        let keys = Keys::new(props);
        let lookups = [
            ("use_all_dns_ips", DnsLookup::UseAllDnsIps),
            ("resolve_canonical_bootstrap_servers_only", DnsLookup::ResolveCanonicalBootstrapServersOnly),
        ];
        Ok(ClientConfig {
            bootstrap: bootstrap(&keys)?,
            client_id: keys.text("client.id").unwrap_or_default().to_owned(),
            request_timeout: keys.millis("request.timeout.ms", 30_000)?,
            default_api_timeout: keys.millis("default.api.timeout.ms", 60_000)?,
            metadata_max_age: keys.millis("metadata.max.age.ms", 300_000)?,
            retry_backoff: keys.millis("retry.backoff.ms", 100)?,
            retry_backoff_max: keys.millis("retry.backoff.max.ms", 1_000)?,
            reconnect_backoff: keys.millis("reconnect.backoff.ms", 50)?,
            reconnect_backoff_max: keys.millis("reconnect.backoff.max.ms", 1_000)?,
            connection_setup_timeout: keys.millis("socket.connection.setup.timeout.ms", 10_000)?,
            connections_max_idle: keys.millis_or_never("connections.max.idle.ms", 540_000)?,
            dns_lookup: keys.choice("client.dns.lookup", DnsLookup::UseAllDnsIps, &lookups)?,
            send_buffer: socket_buffer(&keys, "send.buffer.bytes")?,
            receive_buffer: socket_buffer(&keys, "receive.buffer.bytes")?,
            security: Security::parse(props)?,
        })
    }
}

fn bootstrap(keys: &Keys<'_>) -> Result<Vec<HostPort>, KafkaError> {
    let addresses: Vec<HostPort> =
        keys.list("bootstrap.servers").into_iter().map(host_port).collect::<Result<_, _>>()?;
    match addresses.is_empty() {
        true => Err(KafkaError::config("No resolvable bootstrap urls given in bootstrap.servers")),
        false => Ok(addresses),
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

fn socket_buffer(keys: &Keys<'_>, key: &str) -> Result<Option<u32>, KafkaError> {
    Ok(u32::try_from(keys.int(key, -1, -1..=i32::MAX)?).ok().filter(|size| *size > 0))
}
