//! A broker that answers anything, for the fuzz targets.

use std::sync::{Arc, LazyLock};

use tokio::runtime::{Builder, Runtime};

use super::{Conversation, Hash, ROUNDS_MIN, Scram, ServerFirst};
use crate::security::secret::Secret;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("it is of memory only"));

/// Talks to a broker whose answers are the two lines. One that asks for more work than it has to is not served, or
/// nothing else would be tried.
pub(in super::super) fn answer_any(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let (first, last) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let asked = str::from_utf8(first).ok().and_then(|text| ServerFirst::parse(text).ok());
    if asked.is_some_and(|asked| asked.rounds > 2 * ROUNDS_MIN) {
        return;
    }
    for hash in [Hash::Sha256, Hash::Sha512] {
        let scram = Scram { hash, username: "u".to_owned(), password: Secret::new("p"), token: false };
        let mut talk = Conversation::with_nonce(Arc::new(scram), "N".to_owned());
        if RUNTIME.block_on(talk.next(first)).is_ok() {
            let _ = RUNTIME.block_on(talk.next(last));
        }
    }
}
