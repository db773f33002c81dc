//! Errors as Connect shows them: a Java class name, a message and a chain of causes.

use std::fmt;

/// The Java classes that our own code raises.
pub mod class {
    pub const CONNECT: &str = "org.apache.kafka.connect.errors.ConnectException";
    pub const RETRIABLE: &str = "org.apache.kafka.connect.errors.RetriableException";
    pub const DATA: &str = "org.apache.kafka.connect.errors.DataException";
    pub const SCHEMA_BUILDER: &str = "org.apache.kafka.connect.errors.SchemaBuilderException";
    pub const SCHEMA_PROJECTOR: &str = "org.apache.kafka.connect.errors.SchemaProjectorException";
    pub const ALREADY_EXISTS: &str = "org.apache.kafka.connect.errors.AlreadyExistsException";
    pub const NOT_FOUND: &str = "org.apache.kafka.connect.errors.NotFoundException";
    pub const CONFIG: &str = "org.apache.kafka.common.config.ConfigException";
    pub const SERIALIZATION: &str = "org.apache.kafka.common.errors.SerializationException";
}

/// What any plugin or the runtime may raise. Shown in task traces, dead letter headers and REST answers
/// exactly as Java would show the exception of that class, so the class is part of the contract.
#[derive(Clone, PartialEq, Eq)]
pub struct ConnectError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    class: String,
    message: Option<String>,
    cause: Option<ConnectError>,
}

impl ConnectError {
    /// An error of the Java class `class`, written with its package.
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { class: class.into(), message: Some(message.into()), cause: None }))
    }

    /// An error whose Java message is null.
    pub fn without_message(class: impl Into<String>) -> Self {
        Self(Box::new(Inner { class: class.into(), message: None, cause: None }))
    }

    /// A `ConnectException`.
    pub fn connect(message: impl Into<String>) -> Self {
        Self::new(class::CONNECT, message)
    }

    /// A `DataException`: the record is at fault.
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(class::DATA, message)
    }

    /// A `ConfigException`: the configuration is at fault.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(class::CONFIG, message)
    }

    /// A `RetriableException`: the same call may succeed later.
    pub fn retriable(message: impl Into<String>) -> Self {
        Self::new(class::RETRIABLE, message)
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<ConnectError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same error with every message of the chain as `reword` puts it.
    #[must_use]
    pub fn reworded(self, reword: &dyn Fn(&str) -> String) -> Self {
        let Inner { class, message, cause } = *self.0;
        let message = message.map(|message| reword(&message));
        Self(Box::new(Inner { class, message, cause: cause.map(|cause| cause.reworded(reword)) }))
    }

    /// The Java class with its package.
    pub fn class(&self) -> &str {
        &self.0.class
    }

    /// Java's `getMessage`; none where that is null.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// Java's `getCause`.
    pub fn cause(&self) -> Option<&ConnectError> {
        self.0.cause.as_ref()
    }

    /// Whether this is Connect's `RetriableException`: the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        self.0.class == class::RETRIABLE
    }

    /// Java's printed trace without its stack frames: one line an error of the chain, no newline at the end.
    pub fn trace(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.cause();
        while let Some(cause) = next {
            text.push_str("\nCaused by: ");
            text.push_str(&cause.to_string());
            next = cause.cause();
        }
        text
    }
}

/// Java's `Throwable.toString`: the class, and the message if there is one.
impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.class)?;
        match &self.0.message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.trace())
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}

impl From<std::io::Error> for ConnectError {
    fn from(e: std::io::Error) -> Self {
        Self::new("java.io.IOException", e.to_string())
    }
}

/// What `poll` and `put` raise: what happens next is in the variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// Called again after a backoff; `put` gets the same batch again and consumer offsets stay where they are.
    #[error("{0}")]
    Retriable(ConnectError),
    /// The task goes to FAILED with this trace; only a restart brings it back.
    #[error("{0}")]
    Fatal(ConnectError),
}

/// A plain error is fatal unless its class is Connect's `RetriableException`.
impl From<ConnectError> for TaskError {
    fn from(e: ConnectError) -> Self {
        if e.is_retriable() { Self::Retriable(e) } else { Self::Fatal(e) }
    }
}
