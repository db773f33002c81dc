//! Whether a certificate is made out to a host, by the rules of Java's `https` identification.
//!
//! An address has to be among the alternative names. A name has to match one of the alternative DNS names; only if there
//! is none of those, the subject's CN may count. One `*` may stand in the leftmost label, alone or within it.

use std::fmt;
use std::net::IpAddr;

use rustls::pki_types::ServerName;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

/// The host that was dialled, and those that the certificate is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HostMismatch {
    host: String,
    names: Vec<String>,
}

pub(super) fn verify(
    certificate: &X509Certificate<'_>,
    host: &ServerName<'_>,
    cn_counts: bool,
) -> Result<(), HostMismatch> {
    let cn_counts = cn_counts && certificate.subject_alternative_name().is_ok();
    let (names, addresses) = alternative_names(certificate);
    match host {
        ServerName::IpAddress(address) => {
            let address = IpAddr::from(*address);
            let known: Vec<String> = addresses.iter().map(IpAddr::to_string).chain(names).collect();
            if addresses.contains(&address) { Ok(()) } else { Err(mismatch(&address.to_string(), known)) }
        }
        ServerName::DnsName(name) => {
            let names = if names.is_empty() && cn_counts { common_name(certificate) } else { names };
            match names.iter().any(|pattern| matches(pattern, name.as_ref())) {
                true => Ok(()),
                false => Err(mismatch(name.as_ref(), names)),
            }
        }
        _ => Err(mismatch("a host of an unknown kind", names)),
    }
}

fn alternative_names(certificate: &X509Certificate<'_>) -> (Vec<String>, Vec<IpAddr>) {
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    let extension = certificate.subject_alternative_name().ok().flatten();
    for name in extension.iter().flat_map(|extension| &extension.value.general_names) {
        match name {
            GeneralName::DNSName(name) => names.push((*name).to_owned()),
            GeneralName::IPAddress(bytes) => addresses.extend(address(bytes)),
            _ => {}
        }
    }
    (names, addresses)
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// The most specific one, which is the last.
fn common_name(certificate: &X509Certificate<'_>) -> Vec<String> {
    let last = certificate.subject().iter_common_name().last();
    last.and_then(|name| name.as_str().ok()).map(str::to_owned).into_iter().collect()
}

fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let (pattern, name) = (pattern.trim_end_matches('.'), name.trim_end_matches('.'));
    match (pattern.split_once('.'), name.split_once('.')) {
        (Some((pattern, rest)), Some((label, domain))) if pattern.contains('*') => {
            rest == domain && label_matches(pattern, label)
        }
        _ => !pattern.contains('*') && pattern == name,
    }
}

/// A label with one `*`, which stands for anything within the label.
fn label_matches(pattern: &str, label: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return false };
    let inner = label.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    !after.contains('*') && inner.is_some() && !label.is_empty()
}

fn mismatch(host: &str, names: Vec<String>) -> HostMismatch {
    HostMismatch { host: host.to_owned(), names }
}

impl fmt::Display for HostMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = if self.names.is_empty() { "no host".to_owned() } else { self.names.join(", ") };
        write!(f, "No name matching {} found: the broker's certificate is for {names}", self.host)
    }
}

impl std::error::Error for HostMismatch {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_java() {
        for (pattern, name, want) in [
            ("broker.example.com", "BROKER.example.com", true),
            ("broker.example.com", "broker.example.org", false),
            ("*.example.com", "broker.example.com", true),
            ("*.example.com", "a.broker.example.com", false), // a label, not several
            ("*.example.com", "example.com", false),
            ("kafka-*.example.com", "kafka-7.example.com", true),
            ("kafka-*.example.com", "zoo-7.example.com", false),
            ("ab*ba.example.com", "aba.example.com", false), // the two parts may not overlap
            ("broker.*.com", "broker.example.com", false),   // Java accepts this one; nobody should
            ("*", "localhost", false),
            ("localhost", "localhost", true),
            ("localhost.", "localhost", true),
            ("*a*.example.com", "xax.example.com", false),
        ] {
            assert_eq!(matches(pattern, name), want, "{pattern} for {name}");
        }
    }
}
