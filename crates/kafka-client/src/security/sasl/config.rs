//! Which mechanism, and what it proves itself with.

use std::sync::Arc;

use super::exchange::Exchange;
use super::jaas::{self, LoginModule};
use super::oauth::OAuth;
use super::scram::{Hash, Scram};
use super::{classes, plain};
use crate::KafkaError;
use crate::config::{Keys, invalid};
use crate::security::secret::Secret;
use crate::security::system_properties::SystemProperties;

const MECHANISM: &str = "sasl.mechanism";
const MECHANISMS: &str = "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER";
const PLAIN_MODULE: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";
const SCRAM_MODULE: &str = "org.apache.kafka.common.security.scram.ScramLoginModule";
const OAUTH_MODULE: &str = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule";

/// How the client says who it is. Two are equal if they say the same in the same way. `Debug` shows no secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SaslConfig {
    mechanism: Mechanism,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Mechanism {
    Plain { username: String, password: Secret },
    Scram(Arc<Scram>),
    OAuthBearer(Arc<OAuth>),
}

impl SaslConfig {
    /// Reads properties and, if they have no `sasl.jaas.config`, the file that `KAFKA_OPTS` names.
    /// # Errors
    /// [`KafkaError::Config`]: a mechanism or class that this client does not have, or what is wrong with the login.
    pub(crate) fn parse(keys: &Keys<'_>, system: &SystemProperties) -> Result<Self, KafkaError> {
        let name = keys.text(MECHANISM).unwrap_or("GSSAPI");
        let modules = match name {
            "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512" | "OAUTHBEARER" => jaas::load(keys, system)?,
            other => return Err(unknown(other, keys.text(MECHANISM).is_some())),
        };
        classes::check(keys)?;
        let mechanism = match name {
            "PLAIN" => {
                let (username, password) = name_and_password(modules, name)?;
                plain::check(&username, password.reveal())?;
                Mechanism::Plain { username, password }
            }
            "SCRAM-SHA-256" => scram(Hash::Sha256, modules, name)?,
            "SCRAM-SHA-512" => scram(Hash::Sha512, modules, name)?,
            _ => {
                let module = fitting(modules, &[OAUTH_MODULE], name)?;
                Mechanism::OAuthBearer(Arc::new(OAuth::parse(keys, &module, system)?))
            }
        };
        Ok(SaslConfig { mechanism })
    }

    /// The mechanism's name, as brokers know it.
    pub(crate) fn mechanism(&self) -> &'static str {
        match &self.mechanism {
            Mechanism::Plain { .. } => "PLAIN",
            Mechanism::Scram(scram) => scram.hash.mechanism(),
            Mechanism::OAuthBearer(_) => "OAUTHBEARER",
        }
    }

    /// The client's side of one talk; it may have to fetch a token first, which has time limits of its own.
    /// # Errors
    /// No token, or none that can be sent.
    pub(crate) async fn exchange(&self) -> Result<Exchange, KafkaError> {
        match &self.mechanism {
            Mechanism::Plain { username, password } => Ok(Exchange::once(plain::message(username, password.reveal()))),
            Mechanism::Scram(scram) => Exchange::scram(scram.clone()),
            Mechanism::OAuthBearer(oauth) => Ok(Exchange::oauth(oauth.message().await?)),
        }
    }
}

fn unknown(name: &str, is_set: bool) -> KafkaError {
    let default = if is_set { "" } else { " (Java's default)" };
    invalid(MECHANISM, name, &format!("this client does not have this mechanism{default}; set one of {MECHANISMS}"))
}

fn scram(hash: Hash, modules: Vec<LoginModule>, mechanism: &str) -> Result<Mechanism, KafkaError> {
    let module = fitting(modules, &[SCRAM_MODULE, PLAIN_MODULE], mechanism)?;
    let is_token = module.option("tokenauth").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let token = is_token && module.class == SCRAM_MODULE;
    let (username, password) = name_and_password(vec![module], mechanism)?;
    Ok(Mechanism::Scram(Arc::new(Scram { hash, username, password, token })))
}

/// Java takes name and password from either module, whichever of the mechanisms is spoken.
fn name_and_password(modules: Vec<LoginModule>, mechanism: &str) -> Result<(String, Secret), KafkaError> {
    let own = if mechanism == "PLAIN" { [PLAIN_MODULE, SCRAM_MODULE] } else { [SCRAM_MODULE, PLAIN_MODULE] };
    let module = fitting(modules, &own, mechanism)?;
    let option = |name: &str| {
        let why = || format!("the login module {} needs the option {name} for {mechanism}", module.class);
        module.option(name).ok_or_else(|| KafkaError::config(format!("sasl.jaas.config: {}", why())))
    };
    Ok((option("username")?.to_owned(), Secret::new(option("password")?)))
}

/// The first module whose class is one of `classes`, the first of those that has any.
fn fitting(modules: Vec<LoginModule>, classes: &[&str], mechanism: &str) -> Result<LoginModule, KafkaError> {
    let found = classes.iter().find_map(|class| modules.iter().find(|module| module.class == *class));
    found.cloned().ok_or_else(|| {
        let named: Vec<&str> = modules.iter().map(|module| module.class.as_str()).collect();
        let named = if named.is_empty() { "nothing".to_owned() } else { named.join(", ") };
        let wanted = classes.first().copied().unwrap_or_default();
        KafkaError::config(format!(
            "the JAAS configuration names {named}, which this client cannot use for {mechanism}; it takes {wanted}"
        ))
    })
}
