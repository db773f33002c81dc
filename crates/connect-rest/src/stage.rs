//! What the worker is doing, for a client whose request it cannot answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use connect_api::java;
use tokio_util::sync::CancellationToken;

/// How far the worker's start has come. The worker tells; `GET /health` and timed-out requests show it.
/// Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Startup {
    ready: CancellationToken,
    stage: Arc<Mutex<Option<Stage>>>,
}

#[derive(Debug)]
struct Stage {
    description: String,
    began: SystemTime,
    completed: Option<SystemTime>,
}

impl Startup {
    /// The worker begins something that may take long: `reading to the end of the config topic`.
    pub fn begin(&self, description: impl Into<String>) {
        let stage = Stage { description: description.into(), began: SystemTime::now(), completed: None };
        *self.stage() = Some(stage);
    }

    /// What was begun last is done.
    pub fn complete(&self) {
        if let Some(stage) = self.stage().as_mut() {
            stage.completed.get_or_insert_with(SystemTime::now);
        }
    }

    /// The worker has started, with every connector of its command line: it is healthy from now on, and an unanswered
    /// health check means trouble.
    pub fn ready(&self) {
        self.ready.cancel();
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.ready.is_cancelled()
    }

    /// Waits for [`ready`](Self::ready); cancel-safe.
    pub(crate) async fn until_ready(&self) {
        self.ready.cancelled().await;
    }

    /// One sentence about the last stage.
    pub(crate) fn summary(&self) -> Option<String> {
        self.stage().as_ref().map(Stage::summary)
    }

    fn stage(&self) -> MutexGuard<'_, Option<Stage>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    fn summary(&self) -> String {
        let Self { description, began, completed } = self;
        let began = instant(*began);
        match completed {
            Some(at) => format!(
                "The last operation the worker completed was {description}, which began at {began} and completed at {}.",
                instant(*at)
            ),
            None => format!("The worker is currently {description}, which began at {began}."),
        }
    }
}

/// Java's `Instant.toString` of whole milliseconds: `2026-11-22T17:18:41.123Z`.
fn instant(time: SystemTime) -> String {
    let millis = java::epoch_millis(time);
    let fraction = match millis % 1000 {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    format!("{}{fraction}Z", java::date_time(millis, 'T'))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn instants() {
        for (millis, want) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_795_367_921_007, "2026-11-22T17:18:41.007Z"),
            (1_798_761_599_999, "2026-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(instant(UNIX_EPOCH + Duration::from_millis(millis)), want, "{millis}");
        }
    }

    #[test]
    fn summaries() {
        let startup = Startup::default();
        assert_eq!((startup.is_ready(), startup.summary()), (false, None));
        startup.begin("starting the herder");
        let summary = startup.summary().unwrap();
        assert!(summary.starts_with("The worker is currently starting the herder, which began at 2"), "{summary}");
        startup.complete();
        startup.ready();
        let summary = startup.summary().unwrap();
        assert!(summary.starts_with("The last operation the worker completed was starting the herder, "), "{summary}");
        assert!(startup.is_ready());
    }
}
