//! The figures of a group, counted by one task and told by another.

use std::sync::Mutex;
use std::time::Instant;

use crate::sync::lock;

/// One lock, taken for a moment.
pub(super) struct Figures<T>(Mutex<T>);

impl<T> Figures<T> {
    pub(super) fn new(figures: T) -> Self {
        Self(Mutex::new(figures))
    }

    /// Counts, or tells, at this time.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut T, Instant) -> R) -> R {
        act(&mut lock(&self.0), Instant::now())
    }
}
