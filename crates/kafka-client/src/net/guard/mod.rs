//! What a broker sends is measured before it is decoded.
//! ```text
//! answer ─▶ layout of its API and version ─▶ walk: every length fits into what is there ─▶ the message's own decoder
//! ```
//! The decoders of the messages reserve memory for as many items as an array says that it has, before they look for
//! the first: four bytes from a broker would be enough to end the process. So an answer is walked first, field by
//! field, without allocating; one whose lengths are more than its bytes can hold is not decoded at all.

mod layout;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::HashMap;
use std::sync::LazyLock;

use layout::Layout;
use walk::Walk;

/// The answers as Apache Kafka 4.3.1 describes them: `key answer first-last layout`, a line each; made by
/// `tests/java/Layouts.java`.
const ANSWERS: &str = include_str!("answers.txt");

static LAYOUTS: LazyLock<HashMap<(i16, i16), Layout>> = LazyLock::new(|| ANSWERS.lines().flat_map(of_line).collect());

/// Whether an answer's lengths can be believed. `header_version` is that of the response header, 0 or 1.
/// # Errors
/// What is wrong with the bytes, in words.
pub(crate) fn check(answer: &[u8], key: i16, version: i16, header_version: i16) -> Result<(), &'static str> {
    let layout = LAYOUTS.get(&(key, version)).ok_or("this client does not know how such an answer lies in bytes")?;
    let mut walk = Walk::new(answer);
    walk.header(header_version)?;
    walk.fields(layout)
}

/// A layout under each of its versions.
fn of_line(line: &'static str) -> Vec<((i16, i16), Layout)> {
    let parse = || {
        let [key, _, versions, layout] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let (first, last) = versions.split_once('-')?;
        let (key, first, last): (i16, i16, i16) = (key.parse().ok()?, first.parse().ok()?, last.parse().ok()?);
        let layout = Layout::parse(layout)?;
        Some((first..=last).map(|version| ((key, version), layout.clone())).collect())
    };
    parse().unwrap_or_default()
}
