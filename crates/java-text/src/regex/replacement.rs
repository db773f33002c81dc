//! The text that a match is replaced with: `$1`, `${name}` and escapes.

use std::collections::BTreeMap;

use super::MatchError;

/// A replacement as `Matcher.replaceFirst` takes it. What is wrong with it is only found when something is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement(String);

impl Replacement {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The groups of a match: their number, their names and their texts.
pub(super) struct Groups<'a> {
    pub(super) count: usize,
    pub(super) names: &'a BTreeMap<String, usize>,
    /// Of the whole match with 0; empty for a group that took no part.
    pub(super) text: &'a dyn Fn(usize) -> String,
}

impl Replacement {
    /// # Errors
    /// The first reference, from the left, that is malformed or names no group.
    pub(super) fn expand(&self, groups: &Groups<'_>) -> Result<String, MatchError> {
        let mut out = String::new();
        let mut rest = self.0.as_str();
        while let Some((plain, marker)) = split_at_marker(rest) {
            out.push_str(plain);
            rest = &marker[1..];
            if marker.starts_with('\\') {
                let c = rest.chars().next().ok_or_else(|| illegal("character to be escaped is missing"))?;
                out.push(c);
                rest = &rest[c.len_utf8()..];
            } else {
                let (group, after) = reference(rest, groups)?;
                out.push_str(&(groups.text)(group));
                rest = after;
            }
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn split_at_marker(text: &str) -> Option<(&str, &str)> {
    text.find(['\\', '$']).map(|at| text.split_at(at))
}

fn illegal(message: impl Into<String>) -> MatchError {
    MatchError::IllegalArgument(message.into())
}

/// The group that is meant after a `$`, and what follows.
fn reference<'a>(text: &'a str, groups: &Groups<'_>) -> Result<(usize, &'a str), MatchError> {
    match text.chars().next() {
        None => Err(illegal("Illegal group reference: group index is missing")),
        Some('{') => named(&text[1..], groups),
        Some('0'..='9') => numbered(text, groups),
        Some(_) => Err(illegal("Illegal group reference")),
    }
}

fn named<'a>(text: &'a str, groups: &Groups<'_>) -> Result<(usize, &'a str), MatchError> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    if name.is_empty() {
        return Err(illegal("named capturing group has 0 length name"));
    }
    let after = after.strip_prefix('}').ok_or_else(|| illegal("named capturing group is missing trailing '}'"))?;
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(illegal(format!("capturing group name {{{name}}} starts with digit character")));
    }
    let group = groups.names.get(name).ok_or_else(|| illegal(format!("No group with name {{{name}}}")))?;
    Ok((*group, after))
}

/// The first digit always counts, more of them while there is such a group.
fn numbered<'a>(text: &'a str, groups: &Groups<'_>) -> Result<(usize, &'a str), MatchError> {
    let mut group = 0;
    let mut taken = 0;
    for digit in text.bytes().take_while(u8::is_ascii_digit) {
        let longer = group * 10 + usize::from(digit - b'0');
        if taken > 0 && longer > groups.count {
            break;
        }
        group = longer;
        taken += 1;
    }
    if group > groups.count {
        return Err(MatchError::IndexOutOfBounds(format!("No group {group}")));
    }
    Ok((group, &text[taken..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let names = BTreeMap::from([("n".to_owned(), 2)]);
        let groups = Groups { count: 2, names: &names, text: &|group| format!("<{group}>") };
        for (replacement, want) in [
            ("$1-$2", Ok("<1>-<2>")),
            ("$0$12", Ok("<0><1>2")), // there is no twelfth group
            ("${n}\\$1\\\\", Ok("<2>$1\\")),
            ("$9", Err("No group 9")),
            ("$", Err("Illegal group reference: group index is missing")),
            ("$x", Err("Illegal group reference")),
            ("$1\\", Err("character to be escaped is missing")),
            ("${n", Err("named capturing group is missing trailing '}'")),
            ("${}", Err("named capturing group has 0 length name")),
            ("${1}", Err("capturing group name {1} starts with digit character")),
            ("${x}$9", Err("No group with name {x}")), // the first one
        ] {
            let got = Replacement::new(replacement).expand(&groups).map_err(|error| error.to_string());
            assert_eq!(got.as_deref().map_err(String::as_str), want, "{replacement}");
        }
    }
}
