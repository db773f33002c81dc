//! The three places where tokens come from.

use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use super::endpoint::Endpoint;
use super::jwt::{BYTES_MAX, Claims, Token};
use super::unsecured::Unsecured;

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
    let unreachable = |why: String| TokenError::Unreachable { place: path.display().to_string(), why };
    let file = tokio::fs::File::open(path).await.map_err(|error| unreachable(error.to_string()))?;
    let mut text = String::new();
    let mut limited = file.take(BYTES_MAX as u64 + 1);
    limited.read_to_string(&mut text).await.map_err(|error| unreachable(error.to_string()))?;
    Ok(text)
}
