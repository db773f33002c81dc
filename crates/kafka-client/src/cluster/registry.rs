//! Which clusters are in use, so that clients that would make the same connections share them.
//! ```text
//! ClientConfig ─▶ Key: the runtime, and all but the patience of a client ─▶ Weak<Shared>
//! ```
//! A worker has many clients, most of which say little: one connection serves them. Requests that a broker works on for long
//! (produce, fetch, join) go over connections of their own, or those behind them would wait.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use super::Shared;
use crate::config::ClientConfig;
use crate::sync::lock;

/// Tasks of connections live in a runtime and end with it; and runtimes are kept apart because one must not wait for
/// another.
type Key = (Id, ClientConfig);

static CLUSTERS: LazyLock<Mutex<HashMap<Key, Weak<Shared>>>> = LazyLock::new(Mutex::default);

/// What fits the configuration and is in use, or a new one. Outside of a runtime nothing is shared.
pub(super) fn shared(config: &Arc<ClientConfig>) -> Arc<Shared> {
    let Ok(runtime) = Handle::try_current() else { return Arc::new(Shared::new(config.clone(), false)) };
    let mut clusters = lock(&CLUSTERS);
    let key = (runtime.id(), of_connections(config));
    if let Some(shared) = clusters.get(&key).and_then(Weak::upgrade) {
        return shared;
    }
    clusters.retain(|_, shared| shared.strong_count() > 0);
    let shared = Arc::new(Shared::new(Arc::new(key.1.clone()), true));
    clusters.insert(key, Arc::downgrade(&shared));
    shared
}

/// The configuration without what belongs to one handle.
fn of_connections(config: &ClientConfig) -> ClientConfig {
    ClientConfig {
        default_api_timeout: Duration::ZERO,
        retry_backoff: Duration::ZERO,
        retry_backoff_max: Duration::ZERO,
        ..config.clone()
    }
}

#[cfg(test)]
mod tests {
    use connect_config::Props;

    use super::super::Cluster;
    use super::*;

    fn cluster(entries: &[(&str, &str)]) -> Cluster {
        let mut props = Props::from([("bootstrap.servers", "127.0.0.1:1"), ("client.id", "registry-test")]);
        entries.iter().for_each(|(key, value)| props.insert(*key, *value));
        Cluster::shared(ClientConfig::parse(&props).unwrap())
    }

    #[tokio::test]
    async fn equal_connections_are_shared() {
        let one = cluster(&[]);
        for (entries, want) in [
            (&[][..], true),
            (&[("retry.backoff.ms", "7"), ("default.api.timeout.ms", "8")], true),
            (&[("client.id", "another")], false),
            (&[("bootstrap.servers", "127.0.0.1:2")], false),
            (&[("request.timeout.ms", "7")], false), // who waits shorter would end the connection of others
            (&[("connections.max.idle.ms", "7")], false),
            (&[("metadata.max.age.ms", "9")], false), // who looks oftener would make others forget topics sooner
            (&[("reconnect.backoff.ms", "7")], false),
        ] {
            let other = cluster(entries);
            assert_eq!(Arc::ptr_eq(&one.shared, &other.shared), want, "{entries:?}");
        }
        let patient = cluster(&[("retry.backoff.ms", "7")]);
        let (first, second) = (one.config().retry_backoff, patient.config().retry_backoff);
        assert_eq!(
            (first, second),
            (Duration::from_millis(100), Duration::from_millis(7)),
            "each has its own patience"
        );
    }

    #[tokio::test]
    async fn who_is_gone_is_not_kept() {
        let weak = Arc::downgrade(&cluster(&[("client.id", "gone")]).shared);
        assert!(weak.upgrade().is_none());
        let private = Cluster::new(cluster(&[]).config().clone());
        let public = cluster(&[]);
        assert!(!Arc::ptr_eq(&private.shared, &public.shared));
        assert_eq!(private.data_lane().lane(), private.data_lane().lane());
        assert_ne!(public.data_lane().lane(), public.data_lane().lane(), "each client has its own lane");
    }
}
