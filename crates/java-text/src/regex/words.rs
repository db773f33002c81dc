//! Where words begin and end: `\b`.

use std::sync::LazyLock;

use super::set::Property;

/// The tables are built in, so each of these exists; without one, only ASCII counts.
static LETTER_OR_DIGIT: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("\\p{javaLetterOrDigit}"));
static UNICODE_WORD: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("(?U)\\w"));
static MARK: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("\\p{Mn}"));

pub(super) fn is_boundary(text: &[char], at: usize, unicode: bool) -> bool {
    let before = at.checked_sub(1).is_some_and(|before| in_word(text, before, unicode));
    before != (at < text.len() && in_word(text, at, unicode))
}

/// A mark belongs to the letter before it.
fn in_word(text: &[char], at: usize, unicode: bool) -> bool {
    let c = text[at];
    let word = if unicode { is(&UNICODE_WORD, c) } else { c == '_' || is(&LETTER_OR_DIGIT, c) };
    word || is(&MARK, c) && text[..at].iter().rev().find(|c| !is(&MARK, **c)).is_some_and(|c| is(&LETTER_OR_DIGIT, *c))
}

fn is(property: &Option<Property>, c: char) -> bool {
    property.as_ref().map_or(c.is_ascii_alphanumeric(), |property| property.contains(c))
}
