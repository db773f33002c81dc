//! From a host name to the addresses it stands for, and from an address to its name.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::lookup_host;
use tokio::time::timeout;

use crate::config::HostPort;

/// The addresses of one host that are left to try.
///
/// A failed attempt goes on with the next address. When all were tried, or a connection that was up has ended, the name is
/// looked up again: it may stand for others by now.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    left: VecDeque<SocketAddr>,
}

impl Addresses {
    /// Those left to try, looked up if there are none.
    /// # Errors
    /// The name has no address, or none within `allowed`.
    pub(crate) async fn refill(&mut self, host: &str, port: u16, allowed: Duration) -> io::Result<()> {
        if self.left.is_empty() {
            self.left = lookup(host, port, allowed).await?.into();
        }
        Ok(())
    }

    /// The next one to try.
    pub(crate) fn next(&mut self) -> Option<SocketAddr> {
        self.left.pop_front()
    }

    /// What is left means nothing any more.
    pub(crate) fn clear(&mut self) {
        self.left.clear();
    }
}

/// Java prefers IPv4 unless told otherwise, and so does this; of each kind the system's order stays.
async fn lookup(host: &str, port: u16, allowed: Duration) -> io::Result<Vec<SocketAddr>> {
    let found = timeout(allowed, lookup_host((host, port))).await;
    let mut found: Vec<SocketAddr> = found.map_err(|late| io::Error::new(io::ErrorKind::TimedOut, late))??.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.dedup();
    match found.is_empty() {
        true => Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address")),
        false => Ok(found),
    }
}

/// The names that the addresses of `servers` have, which take their place; a server that has no address is left out, and an
/// address whose name is not its own stays as it is.
/// Source: `client.dns.lookup=resolve_canonical_bootstrap_servers_only`.
pub(crate) async fn canonical(servers: &[HostPort], allowed: Duration) -> Vec<HostPort> {
    let mut names: Vec<HostPort> = Vec::new();
    for (host, port) in servers {
        let addresses = match lookup(host, *port, allowed).await {
            Ok(addresses) => addresses,
            Err(error) => {
                tracing::warn!("Couldn't resolve server {host}:{port} from bootstrap.servers: {error}");
                continue;
            }
        };
        for address in addresses {
            let name = (name_of(address.ip(), allowed).await, *port);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

async fn name_of(address: IpAddr, allowed: Duration) -> String {
    let asked = tokio::task::spawn_blocking(move || dns_lookup::lookup_addr(&address));
    let Ok(Ok(Ok(name))) = timeout(allowed, asked).await else { return address.to_string() };
    let is_its_own = lookup(&name, 0, allowed).await.is_ok_and(|back| back.iter().any(|own| own.ip() == address));
    if is_its_own { name } else { address.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn addresses_are_tried_in_turn_and_looked_up_again() {
        let mut addresses = Addresses::default();
        addresses.refill("127.0.0.1", 9, ALLOWED).await.unwrap();
        assert_eq!(addresses.next(), Some("127.0.0.1:9".parse().unwrap()));
        assert_eq!(addresses.next(), None);
        addresses.refill("::1", 9, ALLOWED).await.unwrap();
        addresses.refill("127.0.0.1", 9, ALLOWED).await.unwrap();
        assert_eq!(addresses.next(), Some("[::1]:9".parse().unwrap()), "what is left comes first");
        addresses.left.push_back("[::1]:7".parse().unwrap());
        addresses.clear();
        assert_eq!(addresses.next(), None);
        let unknown = addresses.refill("no-such-host.invalid", 9, ALLOWED).await;
        assert!(unknown.is_err());
    }

    #[tokio::test]
    async fn ipv4_comes_first() {
        let found = lookup("localhost", 9, ALLOWED).await.unwrap();
        assert!(found.is_sorted_by_key(SocketAddr::is_ipv6), "{found:?}");
        assert!(found[0].ip().is_loopback());
    }

    #[tokio::test]
    async fn names_take_the_place_of_servers() {
        let servers =
            [("127.0.0.1".to_owned(), 9), ("no-such-host.invalid".to_owned(), 9), ("127.0.0.1".to_owned(), 9)];
        let names = canonical(&servers, ALLOWED).await;
        let [(name, 9)] = &names[..] else { panic!("{names:?}") };
        assert!(!name.is_empty());
    }
}
