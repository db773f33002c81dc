//! Why a connection ended.

use std::io;
use std::sync::Arc;

use crate::KafkaError;
use crate::security::tls::TlsFailure;

/// What the requests under way are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// It is gone; another one may do better.
    Closed(Arc<str>),
    /// TLS ended it before the first answer: the broker refuses the client, and will again.
    Refused(Arc<str>),
    /// What the broker sends is not Kafka's protocol.
    Foreign(Arc<str>),
}

impl Ending {
    pub(super) fn closed(reason: impl Into<Arc<str>>) -> Self {
        Ending::Closed(reason.into())
    }

    /// An error of the socket; `answered` once the broker has answered anything.
    pub(super) fn of_io(error: &io::Error, answered: bool) -> Self {
        match TlsFailure::of_stream(error) {
            Some(reason) if !answered => Ending::Refused(reason.into()),
            Some(reason) => Ending::Closed(reason.into()),
            // A broker that dies does not say goodbye in TLS.
            None if error.kind() == io::ErrorKind::UnexpectedEof => Ending::closed("the broker closed the connection"),
            None => Ending::closed(error.to_string()),
        }
    }

    pub(super) fn into_error(self, address: Arc<str>) -> KafkaError {
        match self {
            Ending::Closed(reason) => KafkaError::Disconnected { address, reason },
            Ending::Refused(reason) => KafkaError::ssl_authentication(&address, &reason),
            Ending::Foreign(reason) => KafkaError::Protocol { address, reason },
        }
    }
}
