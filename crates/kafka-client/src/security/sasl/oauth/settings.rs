//! What the login module and `sasl.*` say about tokens.

use super::super::classes::{LOGIN_CALLBACK, OAUTH_LOGIN};
use super::super::jaas::LoginModule;
use super::bearer::{self, Extensions};
use super::endpoint::Endpoint;
use super::jwt::{Claims, Token};
use super::refresh::Refresh;
use super::source::{Source, TokenError};
use super::unsecured::Unsecured;
use super::url::{self, TokenUrl};
use super::{CLIENT_CREDENTIALS_RETRIEVER, DEFAULT_RETRIEVER, FILE_RETRIEVER, RETRIEVER_KEY};
use crate::KafkaError;
use crate::config::Keys;
use crate::security::secret::Secret;
use crate::security::system_properties::SystemProperties;

/// How to get a token and what to send with it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Settings {
    pub(super) source: Source,
    pub(super) extensions: Extensions,
    pub(super) refresh: Refresh,
    claims: Claims,
}

impl Settings {
    pub(super) fn parse(keys: &Keys<'_>, module: &LoginModule, system: &SystemProperties) -> Result<Self, KafkaError> {
        let is_secured = keys.text(LOGIN_CALLBACK) == Some(OAUTH_LOGIN);
        let (source, prefix) = match is_secured {
            true => (secured(keys, module, system)?, "extension_"),
            false => (Source::Unsecured(Unsecured::parse(module)?), "unsecuredLoginExtension_"),
        };
        let claim = |key: &str, default: &str| keys.text(key).unwrap_or(default).to_owned();
        let claims = Claims {
            subject: claim("sasl.oauthbearer.sub.claim.name", "sub"),
            scope: claim("sasl.oauthbearer.scope.claim.name", "scope"),
        };
        Ok(Settings { source, extensions: extensions(module, prefix)?, refresh: Refresh::parse(keys)?, claims })
    }

    pub(super) async fn retrieve(&self) -> Result<Token, TokenError> {
        self.source.token(&self.claims).await
    }
}

fn secured(keys: &Keys<'_>, module: &LoginModule, system: &SystemProperties) -> Result<Source, KafkaError> {
    let class = keys.text(RETRIEVER_KEY).filter(|class| !class.is_empty()).unwrap_or(DEFAULT_RETRIEVER);
    let wrong = |what: &str| KafkaError::config(format!("{RETRIEVER_KEY} {class} needs {what} in {}", url::KEY));
    match (TokenUrl::parse(keys, system)?, class) {
        (TokenUrl::File(_), CLIENT_CREDENTIALS_RETRIEVER) => Err(wrong("an http or https URL")),
        (TokenUrl::Endpoint(_), FILE_RETRIEVER) => Err(wrong("a file URL")),
        (TokenUrl::File(path), _) => Ok(Source::File(path)),
        (TokenUrl::Endpoint(uri), _) => Ok(Source::Endpoint(Endpoint::parse(uri, keys, module)?)),
    }
}

fn extensions(module: &LoginModule, prefix: &str) -> Result<Extensions, KafkaError> {
    let options = module.options().filter_map(|(name, value)| Some((name.strip_prefix(prefix)?, value)));
    let checked = options.map(|(name, value)| {
        bearer::check(name, value).map_err(KafkaError::config)?;
        Ok((name.to_owned(), Secret::new(value)))
    });
    checked.collect()
}
