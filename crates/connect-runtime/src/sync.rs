//! Locks that a panic elsewhere cannot take away.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes the lock, also of one that is poisoned: what stands under these is whole between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
