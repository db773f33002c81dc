//! The three places where tokens come from.

use std::path::{Path, PathBuf};

use super::endpoint::Endpoint;
use super::jwt::{BYTES_MAX, Claims, Token};
use super::unsecured::Unsecured;
use super::url;
use crate::security::file::{self, FileError};

/// Where tokens come from.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// Made here, for tests.
    Unsecured(Unsecured),
    /// Written by someone else, who replaces it in time.
    File(PathBuf),
    /// Asked for with the client's credentials.
    Endpoint(Endpoint),
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenError {
    /// Asking again changes nothing.
    #[error("{0}")]
    Refused(String),
    /// It may be there later.
    #[error("{place}: {why}")]
    Unreachable { place: String, why: String },
}

impl Source {
    /// Whether asking costs so little that the present answer is always the one to have.
    pub(super) fn is_local(&self) -> bool {
        !matches!(self, Source::Endpoint(_))
    }

    pub(super) async fn token(&self, claims: &Claims) -> Result<Token, TokenError> {
        let text = match self {
            Source::Unsecured(unsecured) => return Ok(unsecured.token(super::now_millis())),
            Source::File(path) => read(path).await?,
            Source::Endpoint(endpoint) => endpoint.token().await?,
        };
        claims.read(&text).map_err(|why| TokenError::Refused(format!("Could not validate the access token: {why}")))
    }
}

/// A file that is being replaced may be away for a moment.
async fn read(path: &Path) -> Result<String, TokenError> {
    let owned = path.to_owned();
    let place = || format!("{} {}", url::KEY, path.display());
    let unreachable = |why: String| TokenError::Unreachable { place: place(), why };
    // It only fails while the runtime shuts down.
    let read = tokio::task::spawn_blocking(move || file::read(&owned, BYTES_MAX as u64)).await;
    let bytes = read.map_err(|error| unreachable(error.to_string()))?.map_err(|error| match error {
        FileError::Io(error) => unreachable(error.to_string()),
        other => TokenError::Refused(format!("{}: {other}", place())),
    })?;
    String::from_utf8(bytes).map_err(|_| TokenError::Refused(format!("{}: it is not UTF-8", place())))
}
