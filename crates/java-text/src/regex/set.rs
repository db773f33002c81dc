//! Sets of characters: what one place of a pattern accepts.

use std::sync::Arc;

use super::ast::Fold;

#[derive(Debug, Clone)]
pub(super) enum Set {
    Char(char, Fold),
    Range(char, char, Fold),
    /// Everything but line terminators; with `unix`, but `\n`.
    Dot {
        unix: bool,
    },
    Any,
    Digit,
    Word,
    Space,
    Horizontal,
    Vertical,
    Property(Arc<Property>),
    Not(Box<Set>),
    Or(Vec<Set>),
    And(Box<Set>, Box<Set>),
}

impl Set {
    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut sets) => {
                sets.push(other);
                Self::Or(sets)
            }
            one => Self::Or(vec![one, other]),
        }
    }

    pub(super) fn contains(&self, c: char) -> bool {
        match self {
            Self::Char(one, fold) => same(*one, c, *fold),
            Self::Range(from, to, fold) => in_range(*from, *to, c, *fold),
            Self::Dot { unix } => !is_terminator(c, *unix),
            Self::Any => true,
            Self::Digit => c.is_ascii_digit(),
            Self::Word => c.is_ascii_alphanumeric() || c == '_',
            Self::Space => matches!(c, ' ' | '\t' | '\n' | '\x0B' | '\x0C' | '\r'),
            Self::Horizontal => {
                matches!(c, ' ' | '\t' | '\u{A0}' | '\u{1680}' | '\u{180E}' | '\u{2000}'..='\u{200A}')
                    || matches!(c, '\u{202F}' | '\u{205F}' | '\u{3000}')
            }
            Self::Vertical => matches!(c, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}'),
            Self::Property(property) => property.contains(c),
            Self::Not(set) => !set.contains(c),
            Self::Or(sets) => sets.iter().any(|set| set.contains(c)),
            Self::And(left, right) => left.contains(c) && right.contains(c),
        }
    }
}

pub(super) fn is_terminator(c: char, unix: bool) -> bool {
    c == '\n' || !unix && matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn same(a: char, b: char, fold: Fold) -> bool {
    a == b
        || match fold {
            Fold::Exact => false,
            Fold::Ascii => a.eq_ignore_ascii_case(&b),
            Fold::Unicode => lower(upper(a)) == lower(upper(b)),
        }
}

fn in_range(from: char, to: char, c: char, fold: Fold) -> bool {
    let inside = |c: char| from <= c && c <= to;
    inside(c)
        || match fold {
            Fold::Exact => false,
            Fold::Ascii => inside(c.to_ascii_uppercase()) || inside(c.to_ascii_lowercase()),
            Fold::Unicode => inside(upper(c)) || inside(lower(upper(c))),
        }
}

/// Java maps one character to one; where Unicode has several, the character stays.
fn upper(c: char) -> char {
    single(c, c.to_uppercase())
}

fn lower(c: char) -> char {
    single(c, c.to_lowercase())
}

fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// A property of Unicode: the tables are those of the crate `java_regex`.
#[derive(Debug)]
pub(super) struct Property {
    regex: java_regex::Regex,
    ascii: u128,
}

impl Property {
    /// `pattern` accepts one character, as `\p{L}` does. `None`: there is no such property.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let regex = java_regex::Regex::new(pattern).ok()?;
        let ascii = (0..128u8).filter(|c| is(&regex, char::from(*c))).fold(0, |set, c| set | 1 << c);
        Some(Self { regex, ascii })
    }

    pub(super) fn contains(&self, c: char) -> bool {
        if c.is_ascii() { self.ascii >> u32::from(c) & 1 == 1 } else { is(&self.regex, c) }
    }
}

fn is(regex: &java_regex::Regex, c: char) -> bool {
    regex.matches(c.encode_utf8(&mut [0; 4]))
}
