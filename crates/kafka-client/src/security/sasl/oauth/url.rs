//! Where tokens are: a URL that whoever runs this process has allowed.

use std::path::PathBuf;

use hyper::Uri;

use crate::KafkaError;
use crate::config::{Keys, invalid};
use crate::security::file::{self, FileError};
use crate::security::system_properties::SystemProperties;

pub(super) const KEY: &str = "sasl.oauthbearer.token.endpoint.url";
const ALLOWED: &str = "org.apache.kafka.sasl.oauthbearer.allowed.urls";

/// A place for tokens.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum TokenUrl {
    File(PathBuf),
    Endpoint(Uri),
}

impl TokenUrl {
    /// The URL of the endpoint, if Java would go there: a connector's configuration must not send the worker anywhere.
    /// # Errors
    /// Java's text.
    pub(super) fn parse(keys: &Keys<'_>, system: &SystemProperties) -> Result<Self, KafkaError> {
        let text = keys.text(KEY).filter(|text| !text.is_empty());
        let text =
            text.ok_or_else(|| KafkaError::config(format!("The OAuth configuration option {KEY} value is required")))?;
        let contains =
            |what: String| KafkaError::config(format!("The OAuth configuration option {KEY} contains {what}"));
        let malformed = |why: &str| contains(format!("a URL ({text}) that is malformed: {why}"));
        let (scheme, rest) = text.split_once(':').ok_or_else(|| malformed(&format!("no protocol: {text}")))?;
        let scheme = scheme.to_ascii_lowercase();
        if !["http", "https", "file"].contains(&scheme.as_str()) {
            return Err(contains(format!(
                "a URL ({text}) that contains an invalid protocol ({scheme}); only \"http\", \"https\", and \"file\" \
                 protocol are supported"
            )));
        }
        check_allowed(text, system)?;
        match scheme.as_str() {
            "file" => of_file(rest.strip_prefix("//").unwrap_or(rest)).map_err(contains).map(TokenUrl::File),
            _ => {
                let uri: Uri = text.parse().map_err(|_| malformed("it cannot be read"))?;
                uri.host().map(|_| ()).ok_or_else(|| malformed("it names no host"))?;
                Ok(TokenUrl::Endpoint(uri))
            }
        }
    }
}

fn check_allowed(url: &str, system: &SystemProperties) -> Result<(), KafkaError> {
    let allowed = system.get(ALLOWED).unwrap_or_default();
    match allowed.split(',').any(|allowed| allowed.trim() == url) {
        true => Ok(()),
        false => Err(invalid(
            KEY,
            url,
            &format!(
                "The URL cannot be accessed due to restrictions. Update the system property '{ALLOWED}' to allow the \
                 URL to be accessed."
            ),
        )),
    }
}

fn of_file(path: &str) -> Result<PathBuf, String> {
    let found = PathBuf::from(path);
    match file::check(&found) {
        Ok(()) => Ok(found),
        Err(FileError::Io(_)) => Err(format!("a file ({path}) that doesn't exist")),
        Err(FileError::Directory) => Err(format!("a directory ({path}), not a file")),
        Err(other) => Err(format!("a path ({path}) of no use: {other}")),
    }
}
