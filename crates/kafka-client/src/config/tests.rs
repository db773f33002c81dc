use std::time::Duration;

use connect_config::Props;

use super::*;

fn parse(entries: &[(&str, &str)]) -> Result<ClientConfig, String> {
    let props: Props = entries.iter().copied().collect();
    ClientConfig::parse(&props).map_err(|error| error.to_string())
}

#[test]
fn says_what_is_wrong_as_java_does() {
    for (key, value, want) in [
        ("bootstrap.servers", "", "You must set either bootstrap.servers or bootstrap.controllers"),
        ("bootstrap.servers", "localhost", "Invalid url in bootstrap.servers: localhost"),
        ("bootstrap.servers", "localhost:x", "Invalid url in bootstrap.servers: localhost:x"),
        (
            "request.timeout.ms",
            "soon",
            "Invalid value soon for configuration request.timeout.ms: Not a number of type INT",
        ),
        ("retry.backoff.ms", "-1", "Invalid value -1 for configuration retry.backoff.ms: Value must be at least 0"),
        (
            "client.dns.lookup",
            "default",
            "Invalid value default for configuration client.dns.lookup: String must be one of: use_all_dns_ips, \
             resolve_canonical_bootstrap_servers_only",
        ),
        (
            "security.protocol",
            "TLS",
            "Invalid value TLS for configuration security.protocol: (case insensitive) String must be one of: PLAINTEXT, \
             SSL, SASL_PLAINTEXT, SASL_SSL",
        ),
    ] {
        let got = parse(&[("bootstrap.servers", "localhost:9092"), (key, value)]);
        assert_eq!(got.unwrap_err(), want, "{key}={value}");
    }
}

#[test]
fn reads_addresses_and_defaults() {
    let config = parse(&[("bootstrap.servers", " a:1, PLAINTEXT://b:2 ,[::1]:3"), ("connections.max.idle.ms", "-1")]);
    let config = config.unwrap();
    let want = [("a", 1), ("b", 2), ("::1", 3)].map(|(host, port)| (host.to_owned(), port));
    assert_eq!(config.bootstrap, want);
    assert_eq!(config.request_timeout, Duration::from_secs(30));
    assert_eq!(config.connections_max_idle, None);
}

#[test]
fn the_kinds_differ_in_some_defaults() {
    let props = Props::from([("bootstrap.servers", "a:1")]);
    for (kind, idle) in [(ClientKind::Producer, 540), (ClientKind::Consumer, 540), (ClientKind::Admin, 300)] {
        let config = ClientConfig::parse_for(kind, &props).unwrap();
        assert_eq!(config.connections_max_idle, Some(Duration::from_secs(idle)), "{kind:?}");
        assert_eq!((config.send_buffer, config.receive_buffer), (None, None), "the system's choice unless set");
    }
    for (kind, want) in [
        (ClientKind::Producer, "Missing required configuration \"bootstrap.servers\" which has no default value."),
        (ClientKind::Admin, "You must set either bootstrap.servers or bootstrap.controllers"),
    ] {
        assert_eq!(ClientConfig::parse_for(kind, &Props::default()).unwrap_err().to_string(), want);
    }
}
