//! What a token endpoint may answer and a token may say, for the fuzz targets.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect_config::Props;

use super::endpoint::{error_in, token_in};
use super::jwt::{Claims, Token};
use super::refresh::Refresh;
use crate::config::Keys;

const NOW: i64 = 1_800_000_000_000;

/// Reads bytes as an endpoint's answer, as a token, and as the claims of one.
pub(in super::super) fn read_any(bytes: &[u8]) {
    error_in(bytes);
    let claims = Claims { subject: "sub".to_owned(), scope: "scope".to_owned() };
    let packed = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(bytes));
    let texts = [token_in(bytes).unwrap_or_default(), String::from_utf8_lossy(bytes).into_owned(), packed];
    texts.iter().filter_map(|text| claims.read(text).ok()).for_each(|token| assert_refreshed_in_time(&token));
}

fn assert_refreshed_in_time(token: &Token) {
    if let Ok(refresh) = Refresh::parse(&Keys::new(&Props::new())) {
        let at = refresh.at(token.started_at, token.expires_at, NOW);
        assert!(at <= token.expires_at, "{} is after {}", at, token.expires_at);
    }
}
