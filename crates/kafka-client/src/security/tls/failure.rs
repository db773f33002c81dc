//! Why a TLS connection did not come about, or ended: in words that say what to do.

use std::io;

use rustls::{AlertDescription, CertificateError, Error};

/// What follows is in the variant.
#[derive(Debug)]
pub(crate) enum TlsFailure {
    /// One side does not accept the other. Another attempt ends the same way.
    Refused(String),
    /// The connection ended; the next one may go well.
    Ended(String),
}

impl TlsFailure {
    /// A handshake that failed.
    pub(super) fn of_handshake(error: &io::Error) -> Self {
        match tls_error(error) {
            Some(error) => TlsFailure::Refused(describe(error)),
            None => TlsFailure::Ended(format!(
                "it ended during the TLS handshake ({error}): is this the broker's PLAINTEXT listener, or does the \
                 broker restart?"
            )),
        }
    }

    /// An error of reading or writing after the handshake; none unless TLS itself is what failed.
    /// A broker tells in its first answer of TLS 1.3 that it refuses the client's certificate.
    pub(crate) fn of_stream(error: &io::Error) -> Option<String> {
        tls_error(error).map(describe)
    }
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref::<Error>()
}

fn describe(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(_) => {
            "what the broker answers is not TLS: is this its PLAINTEXT listener? Check the port and security.protocol"
                .to_owned()
        }
        Error::PeerIncompatible(what) => {
            format!("broker and client have no protocol or cipher suite in common ({what:?})")
        }
        other => other.to_string(),
    }
}

fn of_certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "PKIX path building failed: no CA of the trust store has issued the broker's certificate; add its CA to \
             ssl.truststore.location (or ssl.truststore.certificates)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the broker's certificate, or that of a CA above it, has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the broker's certificate, or that of a CA above it, is not valid yet".to_owned()
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "the broker's certificate is signed in a way that is not accepted: RSA from 2048 bits on, EC P-256, P-384 \
             or Ed25519, with SHA-256 or better, are"
                .to_owned()
        }
        CertificateError::Other(other) => other.0.to_string(),
        other => format!("the broker's certificate is not accepted: {other}"),
    }
}

fn of_alert(alert: AlertDescription) -> String {
    let name = format!("{alert:?}");
    match alert {
        AlertDescription::CertificateRequired | AlertDescription::BadCertificate => format!(
            "the broker ended the TLS connection ({name}): it wants a client certificate that it trusts; set \
             ssl.keystore.location"
        ),
        AlertDescription::UnknownCA | AlertDescription::CertificateUnknown | AlertDescription::CertificateExpired => {
            format!("the broker does not accept the certificate of ssl.keystore.location ({name})")
        }
        AlertDescription::HandshakeFailure | AlertDescription::ProtocolVersion => format!(
            "the broker refused the TLS handshake ({name}): broker and client need a protocol and a cipher suite in \
             common, and a client certificate if the broker asks for one"
        ),
        _ => format!("the broker ended the TLS connection ({name})"),
    }
}
