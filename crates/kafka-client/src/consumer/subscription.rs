//! What a group member wants to read.

use std::fmt;
use std::sync::Arc;

use connect_config::{JavaRegex, PatternError};

/// What a group member wants to read.
#[derive(Clone)]
pub enum Subscription {
    /// These topics, also while they do not exist.
    Topics(Vec<String>),
    /// All topics whose name it accepts, now and later; the broker's internal ones only without `exclude.internal.topics`.
    Pattern(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

impl Subscription {
    /// All topics whose whole name matches a pattern in Java's syntax.
    /// # Errors
    /// The pattern is malformed, in the JDK's words.
    pub fn java_regex(pattern: &str) -> Result<Self, PatternError> {
        let regex = JavaRegex::new(pattern)?;
        Ok(Self::Pattern(Arc::new(move |topic| regex.matches(topic))))
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topics(topics) => f.debug_tuple("Topics").field(topics).finish(),
            Self::Pattern(_) => f.write_str("Pattern"),
        }
    }
}
