//! Time zones by name: what the letter `z` reads.
//!
//! The table is `DateFormatSymbols.getZoneStrings()` of English, in its order, with the zone's own names first: a name,
//! a tab, minutes east of Greenwich, and `*` where Java leaves an offset that was read before, as a number, as it is.

use std::sync::LazyLock;

pub(super) struct Zone {
    name: Vec<u16>,
    pub(super) minutes: i64,
    /// Gives no offset if the text has given one as a number.
    pub(super) weak: bool,
}

static ZONES: LazyLock<Vec<Zone>> = LazyLock::new(|| include_str!("zones.tsv").lines().filter_map(zone).collect());

fn zone(line: &'static str) -> Option<Zone> {
    let (name, offset) = line.split_once('\t')?;
    let minutes = offset.trim_end_matches('*').parse().ok()?;
    Some(Zone { name: name.encode_utf16().collect(), minutes, weak: offset.ends_with('*') })
}

/// The first zone that has a name which stands here, and where it ends.
pub(super) fn find(text: &[u16], start: usize) -> Option<(&'static Zone, usize)> {
    let rest = &text[start..];
    ZONES.iter().find(|zone| begins(rest, &zone.name)).map(|zone| (zone, start + zone.name.len()))
}

/// `String.regionMatches`, ignoring case: by upper case, then by the lower case of it.
pub(super) fn begins(text: &[u16], name: &[u16]) -> bool {
    text.len() >= name.len() && text.iter().zip(name).all(|(a, b)| a == b || folded(*a) == folded(*b))
}

fn folded(unit: u16) -> char {
    let c = char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
    let upper = single(c, c.to_uppercase());
    single(upper, upper.to_lowercase())
}

/// Java maps a character to one character; where Unicode has several, it stays.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
