//! What the stores held when they were read, shared by all clients whose settings are equal.
//! ```text
//! TlsSettings ─▶ Stores::of ─▶ those of equal settings, if any were asked for lately ─▶ loaded, if the files have changed
//! ```
//! A process makes many clients of few settings, and looks at each configuration before that; to open a store takes a
//! good part of a second where its password is hashed many times.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::ClientConfig;

use super::client::Loaded;
use super::settings::TlsSettings;
use crate::KafkaError;
use crate::security::stores::TrustSource;
use crate::sync::lock;

/// How many settings are remembered while no client uses them.
const REMEMBERED_MAX: usize = 8;
/// The system's certificates have no file whose change could be seen; new clients do not take older ones.
const SYSTEM_AGE_MAX: Duration = Duration::from_secs(60);

static RECENT: Mutex<VecDeque<Arc<Stores>>> = Mutex::new(VecDeque::new());

/// The stores of one `TlsSettings`.
#[derive(Debug)]
pub(super) struct Stores {
    pub(super) settings: TlsSettings,
    // Held while the stores are read: the others want what comes of it.
    loaded: Mutex<Option<Loaded>>,
}

impl Stores {
    /// Nothing is read yet.
    pub(super) fn of(settings: TlsSettings) -> Arc<Stores> {
        let mut recent = lock(&RECENT);
        let known = recent.iter().position(|stores| stores.settings == settings);
        let known = known.and_then(|at| recent.remove(at));
        let stores = known.unwrap_or_else(|| Arc::new(Stores { settings, loaded: Mutex::default() }));
        recent.push_back(stores.clone());
        if recent.len() > REMEMBERED_MAX {
            recent.pop_front();
        }
        stores
    }

    /// For a new client: what the stores hold now. Blocking.
    pub(super) fn read(&self) -> Result<Arc<ClientConfig>, KafkaError> {
        let mut loaded = lock(&self.loaded);
        if let Some(loaded) = loaded.as_ref().filter(|loaded| self.is_new(loaded) && loaded.is_current(&self.settings))
        {
            return Ok(loaded.config.clone());
        }
        let newer = Loaded::new(&self.settings)?;
        Ok(loaded.insert(newer).config.clone())
    }

    /// For a new connection of a client: as `read`, but while they cannot be read what they held before. Blocking.
    pub(super) fn refresh(&self) -> Option<Arc<ClientConfig>> {
        let mut loaded = lock(&self.loaded);
        if !loaded.as_ref().is_some_and(|loaded| loaded.is_current(&self.settings)) {
            match Loaded::new(&self.settings) {
                Ok(newer) => *loaded = Some(newer),
                // It may be half written.
                Err(error) => {
                    tracing::warn!(%error, "a store has changed and cannot be read; the former one stays in use")
                }
            }
        }
        loaded.as_ref().map(|loaded| loaded.config.clone())
    }

    fn is_new(&self, loaded: &Loaded) -> bool {
        self.settings.trust != TrustSource::System || Instant::now() - loaded.read_at < SYSTEM_AGE_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use connect_config::Props;

    use super::*;

    fn settings(trust: &Path) -> TlsSettings {
        let location = trust.display().to_string();
        let props = [("ssl.truststore.location", location.as_str()), ("ssl.truststore.type", "PEM")];
        TlsSettings::parse(&Props::from(props)).unwrap()
    }

    #[test]
    fn stores_are_read_once_until_they_change() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls/fixtures");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trust.pem");
        let write = |fixture: &str| std::fs::copy(fixtures.join(fixture), &path).unwrap();
        assert!(Stores::of(settings(&path)).read().is_err());
        write("ca.pem");
        let first = Stores::of(settings(&path)).read().unwrap();
        let (second, other) = (Stores::of(settings(&path)), Stores::of(settings(&fixtures.join("ca.pem"))));
        assert!(Arc::ptr_eq(&first, &second.read().unwrap()));
        assert!(!Arc::ptr_eq(&first, &other.read().unwrap()));
        write("chain.crt");
        let third = Stores::of(settings(&path)).read().unwrap();
        assert!(!Arc::ptr_eq(&first, &third));
        assert!(Arc::ptr_eq(&third, &second.refresh().unwrap()), "read once for all who share it");
        std::fs::write(&path, "half").unwrap();
        assert!(Arc::ptr_eq(&third, &second.refresh().unwrap()));
        assert!(Stores::of(settings(&path)).read().is_err(), "a new client learns of it");
    }

    #[test]
    fn few_settings_are_remembered() {
        for number in 0..3 * REMEMBERED_MAX {
            Stores::of(settings(Path::new(&format!("/missing/{number}"))));
        }
        assert_eq!(lock(&RECENT).len(), REMEMBERED_MAX);
    }
}
