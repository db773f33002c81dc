//! What holds at a place between characters: `^`, `$`, `\b` and their like.

use std::sync::LazyLock;

use super::ast::Assert;
use super::set::{Property, is_terminator};

pub(super) fn holds(assert: Assert, text: &[char], at: usize) -> bool {
    match assert {
        Assert::Start => at == 0,
        Assert::End => at == text.len(),
        Assert::LineStart { unix } => line_starts(text, at, unix),
        Assert::LineEnd { unix, every } => line_ends(text, at, unix, every),
        Assert::Word { boundary, unicode } => is_boundary(text, at, unicode) == boundary,
    }
}

/// Never at the end, and not between `\r` and `\n`.
fn line_starts(text: &[char], at: usize, unix: bool) -> bool {
    match (at.checked_sub(1).map(|before| text[before]), text.get(at)) {
        (_, None) => false,
        (None, _) => true,
        (Some('\r'), Some('\n')) if !unix => false,
        (Some(before), _) => is_terminator(before, unix),
    }
}

fn line_ends(text: &[char], at: usize, unix: bool, every: bool) -> bool {
    match &text[at..] {
        [] => true,
        [c, ..] if !is_terminator(*c, unix) => false,
        ['\n', ..] if !unix && at > 0 && text[at - 1] == '\r' => false,
        [_] => true,
        ['\r', '\n'] if !unix => true,
        _ => every,
    }
}

/// The tables are built in, so each of these exists; without one, only ASCII counts.
static LETTER_OR_DIGIT: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("\\p{javaLetterOrDigit}"));
static UNICODE_WORD: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("(?U)\\w"));
static MARK: LazyLock<Option<Property>> = LazyLock::new(|| Property::new("\\p{Mn}"));

fn is_boundary(text: &[char], at: usize, unicode: bool) -> bool {
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
