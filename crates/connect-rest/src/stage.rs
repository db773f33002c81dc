//! What the worker is doing, for a client whose request it cannot answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use connect_api::java::calendar::{CivilDate, civil_from_days};

/// How far the worker's start has come. The worker tells; `GET /health` and timed-out requests show it.
/// Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Startup(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    ready: bool,
    stage: Option<Stage>,
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
        self.state().stage = Some(stage);
    }

    /// What was begun last is done.
    pub fn complete(&self) {
        if let Some(stage) = &mut self.state().stage {
            stage.completed.get_or_insert_with(SystemTime::now);
        }
    }

    /// The worker has started; from now on an unanswered health check means trouble.
    pub fn ready(&self) {
        self.state().ready = true;
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.state().ready
    }

    /// One sentence about the last stage.
    pub(crate) fn summary(&self) -> Option<String> {
        self.state().stage.as_ref().map(Stage::summary)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, seconds) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let CivilDate { year, month, day } = civil_from_days(i64::try_from(days).unwrap_or_default());
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction = match since.subsec_millis() {
        0 => String::new(),
        millis => format!(".{millis:03}"),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
