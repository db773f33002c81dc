//! Java's names of protocols and cipher suites.

use rustls::SupportedCipherSuite;
use rustls::crypto::ring::ALL_CIPHER_SUITES;

use crate::KafkaError;
use crate::config::{Keys, invalid};

/// Whether TLS 1.2 and TLS 1.3 are enabled. Older ones are disabled in Java too, whoever enables them.
pub(super) fn protocols(keys: &Keys<'_>) -> Result<(bool, bool), KafkaError> {
    const KEY: &str = "ssl.enabled.protocols";
    let (mut tls12, mut tls13) = (false, false);
    let names = match keys.text(KEY) {
        None => vec!["TLSv1.2", "TLSv1.3"],
        Some(_) => keys.list(KEY),
    };
    for name in names {
        match name {
            "TLSv1.2" => tls12 = true,
            "TLSv1.3" => tls13 = true,
            "TLSv1.1" | "TLSv1" | "SSLv3" | "SSLv2Hello" => {
                tracing::warn!("{KEY}: {name} is not safe and stays disabled")
            }
            other => return Err(invalid(KEY, other, "Unsupported protocol; set TLSv1.2, TLSv1.3 or both")),
        }
    }
    match tls12 || tls13 {
        true => Ok((tls12, tls13)),
        false => Err(invalid(KEY, keys.text(KEY).unwrap_or_default(), "enable TLSv1.2, TLSv1.3 or both")),
    }
}

/// The cipher suites of `ssl.cipher.suites`, in its order, as far as this client has them; none if it names none.
pub(super) fn suites(keys: &Keys<'_>, tls12: bool, tls13: bool) -> Result<Option<Vec<u16>>, KafkaError> {
    const KEY: &str = "ssl.cipher.suites";
    let names = keys.list(KEY);
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for name in &names {
        match suite(name) {
            Some(suite) => found.push(suite),
            None if is_javas(name) => left_out.push(*name),
            None => return Err(invalid(KEY, name, &format!("Unsupported CipherSuite; this client has {}", ours()))),
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    found.retain(|suite| if is_tls13(*suite) { tls13 } else { tls12 });
    if found.is_empty() {
        let why = format!("none of them can be used with the enabled protocols; this client has {}", ours());
        return Err(invalid(KEY, &names.join(","), &why));
    }
    if !left_out.is_empty() {
        tracing::warn!("{KEY}: this client does not have {}; they are not offered", left_out.join(", "));
    }
    Ok(Some(found.into_iter().map(number).collect()))
}

pub(super) fn is_tls13(suite: SupportedCipherSuite) -> bool {
    suite.tls13().is_some()
}

/// What a suite is called on the wire.
pub(super) fn number(suite: SupportedCipherSuite) -> u16 {
    suite.suite().into()
}

fn suite(name: &str) -> Option<SupportedCipherSuite> {
    ALL_CIPHER_SUITES.iter().copied().find(|suite| java_name(*suite) == name)
}

/// Java's name: rustls marks those of TLS 1.3 as such.
fn java_name(suite: SupportedCipherSuite) -> String {
    let name = suite.suite().as_str().unwrap_or_default();
    name.strip_prefix("TLS13_").map_or_else(|| name.to_owned(), |rest| format!("TLS_{rest}"))
}

fn ours() -> String {
    let names: Vec<String> = ALL_CIPHER_SUITES.iter().map(|suite| java_name(*suite)).collect();
    names.join(", ")
}

/// Whether Java 17 has a suite of this name that this client lacks: to offer fewer is safe, so these are left out.
fn is_javas(name: &str) -> bool {
    const KEY_EXCHANGES: &[&str] = &["ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA", "DHE_DSS", "ECDH_ECDSA", "ECDH_RSA", "RSA"];
    const CIPHERS: &[&str] = &[
        "AES_256_GCM_SHA384",
        "AES_128_GCM_SHA256",
        "CHACHA20_POLY1305_SHA256",
        "AES_256_CBC_SHA384",
        "AES_256_CBC_SHA256",
        "AES_128_CBC_SHA256",
        "AES_256_CBC_SHA",
        "AES_128_CBC_SHA",
    ];
    let split = name.strip_prefix("TLS_").and_then(|name| name.split_once("_WITH_"));
    split.is_some_and(|(exchange, cipher)| KEY_EXCHANGES.contains(&exchange) && CIPHERS.contains(&cipher))
        || name == "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
}
