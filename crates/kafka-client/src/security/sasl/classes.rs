//! Properties that name Java classes. Those of Apache stand for what this client does; code of others cannot run here.

use crate::KafkaError;
use crate::config::{Keys, invalid};

pub(super) const OAUTH_LOGIN: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler";
pub(super) const UNSECURED_LOGIN: &str =
    "org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredLoginCallbackHandler";
pub(super) const LOGIN_CALLBACK: &str = "sasl.login.callback.handler.class";

/// The keys and Apache's own classes for them that are for this client what they are for Java's.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "sasl.login.class",
        &[
            "org.apache.kafka.common.security.authenticator.DefaultLogin",
            "org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerRefreshingLogin",
        ],
    ),
    (LOGIN_CALLBACK, &[OAUTH_LOGIN, UNSECURED_LOGIN]),
    (
        "sasl.client.callback.handler.class",
        &[
            "org.apache.kafka.common.security.authenticator.SaslClientCallbackHandler",
            "org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslClientCallbackHandler",
        ],
    ),
    (
        super::oauth::RETRIEVER_KEY,
        &[super::oauth::DEFAULT_RETRIEVER, super::oauth::FILE_RETRIEVER, super::oauth::CLIENT_CREDENTIALS_RETRIEVER],
    ),
    (
        "sasl.oauthbearer.jwt.validator.class",
        &[
            "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
            "org.apache.kafka.common.security.oauthbearer.ClientJwtValidator",
        ],
    ),
];

/// # Errors
/// [`KafkaError::Config`] for the first class that is not one of Apache's.
pub(super) fn check(keys: &Keys<'_>) -> Result<(), KafkaError> {
    for (key, classes) in KNOWN {
        let Some(class) = keys.text(key).filter(|class| !class.is_empty()) else { continue };
        if !classes.contains(&class) {
            let known = classes.join(", ");
            let why = format!("this client cannot run a Java class; remove the property, or name one of {known}");
            return Err(invalid(key, class, &why));
        }
    }
    Ok(())
}
