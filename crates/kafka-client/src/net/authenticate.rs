//! Telling a broker who the client is: which mechanism, then the mechanism's messages, back and forth.

use std::sync::Arc;
use std::time::Duration;

use kafka_protocol::messages::{
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;

use super::link::Line;
use crate::security::SaslConfig;
use crate::security::sasl::evaluating;
use crate::{ErrorCode, KafkaError};

/// The client's credentials, in the request versions of one broker.
#[derive(Debug)]
pub(super) struct Authenticator {
    sasl: Arc<SaslConfig>,
    handshake: i16,
    authenticate: i16,
}

impl Authenticator {
    pub(super) fn new(sasl: Arc<SaslConfig>, handshake: i16, authenticate: i16) -> Self {
        Authenticator { sasl, handshake, authenticate }
    }

    /// How long the broker lets the connection live without another run; none means for ever.
    /// # Errors
    /// [`KafkaError::Authentication`] if one side does not accept the other; else what became of the connection.
    pub(super) async fn run(&self, line: &Line) -> Result<Option<Duration>, KafkaError> {
        self.talk(line).await.map_err(with_hint)
    }

    async fn talk(&self, line: &Line) -> Result<Option<Duration>, KafkaError> {
        let mut exchange = self.sasl.exchange().await?;
        self.shake_hands(line).await?;
        let mut message = exchange.first();
        // Every mechanism ends by itself, after three messages at most.
        loop {
            let request = SaslAuthenticateRequest::default().with_auth_bytes(message);
            let reply = line.ask(&request, self.authenticate).await?;
            let response: SaslAuthenticateResponse = reply.decode::<SaslAuthenticateRequest>(self.authenticate).await?;
            check(&response)?;
            let next = exchange.next(&response.auth_bytes).await;
            match next.map_err(|why| KafkaError::sasl_authentication(evaluating(&why)))? {
                Some(next) => message = next,
                None => return Ok(lifetime(&response)),
            }
        }
    }

    async fn shake_hands(&self, line: &Line) -> Result<(), KafkaError> {
        let mechanism = self.sasl.mechanism();
        let request = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(mechanism));
        let reply = line.ask(&request, self.handshake).await?;
        let response: SaslHandshakeResponse = reply.decode::<SaslHandshakeRequest>(self.handshake).await?;
        check_handshake(mechanism, &response)
    }
}

fn check_handshake(mechanism: &str, response: &SaslHandshakeResponse) -> Result<(), KafkaError> {
    let code = ErrorCode(response.error_code);
    let enabled: Vec<&str> = response.mechanisms.iter().map(StrBytes::as_str).collect();
    let enabled = format!("enabled mechanisms are [{}]", enabled.join(", "));
    let (code, reason) = match code {
        ErrorCode(0) => return Ok(()),
        ErrorCode::UNSUPPORTED_SASL_MECHANISM => {
            (code, format!("Client SASL mechanism '{mechanism}' not enabled in the server, {enabled}"))
        }
        ErrorCode::ILLEGAL_SASL_STATE => {
            (code, format!("Unexpected handshake request with client mechanism {mechanism}, {enabled}"))
        }
        _ => (
            ErrorCode::ILLEGAL_SASL_STATE,
            format!("Unknown error code {}, client mechanism is {mechanism}, {enabled}", code.name()),
        ),
    };
    Err(KafkaError::Authentication { class: code.java_class(), reason: reason.into() })
}

fn check(response: &SaslAuthenticateResponse) -> Result<(), KafkaError> {
    let code = ErrorCode(response.error_code);
    if code == ErrorCode(0) {
        return Ok(());
    }
    let reason = response.error_message.as_ref().map_or(code.text(), |message| message.as_str());
    Err(KafkaError::Authentication { class: code.java_class(), reason: reason.into() })
}

fn lifetime(response: &SaslAuthenticateResponse) -> Option<Duration> {
    let millis = u64::try_from(response.session_lifetime_ms).ok()?;
    (millis > 0).then(|| Duration::from_millis(millis))
}

/// A broker that closes the connection now says nothing about why.
fn with_hint(error: KafkaError) -> KafkaError {
    match error {
        KafkaError::Disconnected { address, reason } => {
            let reason = format!(
                "{reason}; terminated during authentication. This may happen due to any of the following reasons: (1) \
                 Firewall blocking Kafka TLS traffic (eg it may only allow HTTPS traffic), (2) Transient network issue."
            );
            KafkaError::Disconnected { address, reason: reason.into() }
        }
        error => error,
    }
}
