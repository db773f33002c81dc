//! What can go wrong between this client and a cluster, told so that the caller knows what follows.
//!
//! A broker's error code ([`ErrorCode`]) carries Java's class name, its text and its [`ErrorKind`]; what happens
//! on the way (connect, disconnect, timeout, an answer that cannot be read) has variants of its own.

mod codes;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use codes::ErrorCode;

/// What follows an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The same request may succeed after a backoff.
    Retriable,
    /// As `Retriable`, once the metadata is fetched again: leaders, coordinators or connections have moved.
    RefreshMetadata,
    /// Another producer or member took this one's place; this one has to end.
    Fenced,
    /// The transaction has to be aborted; after that the producer goes on.
    Abortable,
    /// A right or a credential is missing; nothing changes until somebody grants it.
    Authorization,
    /// One side does not accept who the other says it is; nothing changes until somebody mends name, password or token.
    Authentication,
    /// Repeating it changes nothing.
    Fatal,
}

/// An error of the Kafka client; cheap to clone, because one failed request may fail many batches.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KafkaError {
    /// The broker answered with an error code. `context` says to what, and may be empty.
    #[error("{}", describe(*code, context))]
    Broker {
        /// The code, never 0.
        code: ErrorCode,
        /// What was asked, or the broker's own words.
        context: Arc<str>,
    },
    /// As `Broker`, told in the broker's own words, or in Java's for this one case; `message` is the whole text.
    #[error("{message}")]
    Refused {
        /// The code, never 0.
        code: ErrorCode,
        /// The whole text.
        message: Arc<str>,
    },
    /// No connection to this address came about.
    #[error("Connection to {address} could not be established. Node may not be available.")]
    Connect {
        /// `host:port`.
        address: Arc<str>,
        /// The last address's error.
        #[source]
        source: Arc<io::Error>,
    },
    /// The connection ended before the answer came.
    #[error("The connection to {address} ended before a response was received: {reason}")]
    Disconnected {
        /// `host:port`.
        address: Arc<str>,
        /// Who ended it and why.
        reason: Arc<str>,
    },
    /// Something took longer than its configured time; the text says what and how long.
    #[error("{0}")]
    Timeout(Arc<str>),
    /// Broker and client share no version of a request.
    #[error(
        "The broker {address} does not support {api}: it offers {theirs}, this client speaks {ours}; use a broker from 2.1 on"
    )]
    UnsupportedVersion {
        /// `host:port`.
        address: Arc<str>,
        /// The request's name.
        api: &'static str,
        /// The versions of this client.
        ours: Arc<str>,
        /// The versions of the broker.
        theirs: Arc<str>,
    },
    /// An answer could not be read; its connection was closed.
    #[error(
        "The answer of {address} could not be read: {reason}; is this address the listener of a Kafka broker, and security.protocol that listener's?"
    )]
    Protocol {
        /// `host:port`.
        address: Arc<str>,
        /// What is wrong with it.
        reason: Arc<str>,
    },
    /// One side does not accept who the other says it is, in the words of whoever said so.
    #[error("{reason}")]
    Authentication {
        /// The name of Java's exception for it.
        class: &'static str,
        /// What is wrong; it shows no secret.
        reason: Arc<str>,
    },
    /// A property is wrong; the text names key and value as Java does.
    #[error("{0}")]
    Config(Arc<str>),
    /// A transactional call was refused, or a transaction failed.
    #[error(transparent)]
    Transaction(Arc<TransactionError>),
    /// The client was closed while the call was under way.
    #[error("The client is closed")]
    Closed,
}

/// What is wrong with a transaction, or with a call at this time, in Java's words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub struct TransactionError {
    /// [`Abortable`](ErrorKind::Abortable): abort the transaction and go on. Everything else: the producer has to end,
    /// unless the call was only made at the wrong time (`java.lang.IllegalStateException`).
    pub kind: ErrorKind,
    /// The name of the Java exception that says the same.
    pub class: &'static str,
    /// What happened.
    pub text: Arc<str>,
    /// The broker's error code, if a broker's answer is what failed.
    pub code: Option<ErrorCode>,
    /// What led to it, where the text does not tell.
    #[source]
    pub cause: Option<Arc<KafkaError>>,
}

impl KafkaError {
    /// An error from a broker's code, or none for code 0.
    pub fn check(code: i16, context: impl FnOnce() -> String) -> Result<(), KafkaError> {
        if code == 0 { Ok(()) } else { Err(Self::broker(ErrorCode(code), context())) }
    }

    /// An error from a broker's code that is known not to be 0.
    pub fn broker(code: ErrorCode, context: impl Into<Arc<str>>) -> KafkaError {
        KafkaError::Broker { code, context: context.into() }
    }

    /// An error from a broker's code that is known not to be 0, with a text that says it all.
    pub fn refused(code: ErrorCode, message: impl Into<Arc<str>>) -> KafkaError {
        KafkaError::Refused { code, message: message.into() }
    }

    /// Something was not done in its time; `what` is completed by "after N ms".
    pub fn timeout(what: impl fmt::Display, after: Duration) -> KafkaError {
        KafkaError::Timeout(format!("{what} after {} ms", after.as_millis()).into())
    }

    /// A property that cannot be used, in Java's words.
    pub fn config(text: impl Into<Arc<str>>) -> KafkaError {
        KafkaError::Config(text.into())
    }

    /// SASL failed: the broker refused the client, or the client what the broker said.
    pub(crate) fn sasl_authentication(reason: impl Into<Arc<str>>) -> KafkaError {
        KafkaError::Authentication { class: ErrorCode::SASL_AUTHENTICATION_FAILED.java_class(), reason: reason.into() }
    }

    /// TLS failed: one side does not accept the other's certificate, protocol or ciphers.
    pub(crate) fn ssl_authentication(address: &str, reason: &str) -> KafkaError {
        let class = "org.apache.kafka.common.errors.SslAuthenticationException";
        KafkaError::Authentication { class, reason: format!("SSL handshake with {address} failed: {reason}").into() }
    }

    /// The broker's error code, if a broker's answer is what failed.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            KafkaError::Broker { code, .. } | KafkaError::Refused { code, .. } => Some(*code),
            KafkaError::Transaction(error) => error.code,
            _ => None,
        }
    }

    /// What follows.
    pub fn kind(&self) -> ErrorKind {
        match self {
            KafkaError::Broker { code, .. } | KafkaError::Refused { code, .. } => code.kind(),
            KafkaError::Connect { .. } | KafkaError::Disconnected { .. } => ErrorKind::RefreshMetadata,
            KafkaError::Authentication { .. } => ErrorKind::Authentication,
            KafkaError::Timeout(_) => ErrorKind::Retriable,
            KafkaError::Transaction(error) => error.kind,
            KafkaError::UnsupportedVersion { .. } | KafkaError::Protocol { .. } => ErrorKind::Fatal,
            KafkaError::Config(_) | KafkaError::Closed => ErrorKind::Fatal,
        }
    }

    /// Whether the same call may succeed later, with or without fresh metadata.
    pub fn is_retriable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Retriable | ErrorKind::RefreshMetadata)
    }

    /// The name of the Java exception that says the same.
    pub fn java_class(&self) -> &'static str {
        match self {
            KafkaError::Broker { code, .. } | KafkaError::Refused { code, .. } => code.java_class(),
            KafkaError::Transaction(error) => error.class,
            KafkaError::Connect { .. } => "org.apache.kafka.common.errors.TimeoutException",
            KafkaError::Disconnected { .. } => "org.apache.kafka.common.errors.NetworkException",
            KafkaError::Timeout(_) => "org.apache.kafka.common.errors.TimeoutException",
            KafkaError::UnsupportedVersion { .. } => "org.apache.kafka.common.errors.UnsupportedVersionException",
            KafkaError::Authentication { class, .. } => class,
            KafkaError::Protocol { .. } => "org.apache.kafka.common.KafkaException",
            KafkaError::Config(_) => "org.apache.kafka.common.config.ConfigException",
            KafkaError::Closed => "java.lang.IllegalStateException",
        }
    }
}

impl ErrorCode {
    /// `UNKNOWN_TOPIC_OR_PARTITION`, or `UNKNOWN_SERVER_ERROR` for a code this client does not know.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// What follows; an unknown code is fatal, as in Java.
    pub fn kind(self) -> ErrorKind {
        self.row().kind
    }

    /// The full name of Java's exception class.
    pub fn java_class(self) -> &'static str {
        self.row().class
    }

    /// Java's text for this code.
    pub fn text(self) -> &'static str {
        self.row().text
    }

    fn row(self) -> &'static codes::Row {
        codes::TABLE.iter().find(|row| row.code == self.0).unwrap_or(&codes::TABLE[0])
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.0)
    }
}

fn describe(code: ErrorCode, context: &str) -> String {
    match context {
        "" => code.text().to_owned(),
        context => format!("{context}: {}", code.text()),
    }
}
