//! What is wrong with a configuration, in the words of the reference.

use std::fmt;

/// One thing that is wrong. The message is the one that Java's exception of [`java_class`](Self::java_class) has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigException {
    java_class: &'static str,
    message: String,
}

impl ConfigException {
    pub const JAVA_CLASS: &'static str = "org.apache.kafka.common.config.ConfigException";

    pub fn new(message: impl Into<String>) -> Self {
        Self { java_class: Self::JAVA_CLASS, message: message.into() }
    }

    /// `Invalid value {value} for configuration {name}`, without a reason.
    pub fn invalid_value(name: &str, value: impl fmt::Display) -> Self {
        Self::new(format!("Invalid value {value} for configuration {name}"))
    }

    /// `Invalid value {value} for configuration {name}: {why}`.
    pub fn invalid(name: &str, value: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::new(format!("Invalid value {value} for configuration {name}: {why}"))
    }

    pub fn missing(name: &str) -> Self {
        Self::new(format!("Missing required configuration \"{name}\" which has no default value."))
    }

    /// The same error as a subclass of Java's `ConfigException`.
    pub fn with_java_class(self, java_class: &'static str) -> Self {
        Self { java_class, ..self }
    }

    /// The exception's class as traces show it.
    pub fn java_class(&self) -> &'static str {
        self.java_class
    }

    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Everything that is wrong with one configuration; never empty. Displayed one error a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors {
    first: ConfigException,
    rest: Vec<ConfigException>,
}

impl ConfigErrors {
    /// `None` if there is no error.
    pub fn from_vec(errors: Vec<ConfigException>) -> Option<Self> {
        let mut errors = errors.into_iter();
        Some(Self { first: errors.next()?, rest: errors.collect() })
    }

    /// The error that Java would have raised: it stops at the first.
    pub fn first(&self) -> &ConfigException {
        &self.first
    }

    pub fn into_first(self) -> ConfigException {
        self.first
    }

    pub fn iter(&self) -> impl Iterator<Item = &ConfigException> {
        std::iter::once(&self.first).chain(&self.rest)
    }
}

impl From<ConfigException> for ConfigErrors {
    fn from(first: ConfigException) -> Self {
        Self { first, rest: Vec::new() }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)?;
        self.rest.iter().try_for_each(|error| write!(f, "\n{error}"))
    }
}

impl std::error::Error for ConfigErrors {}
