//! `java.util.regex`, for patterns that users of Kafka Connect know from there.
//! ```text
//! pattern ─▶ cursor ─▶ parse, escape, class ─▶ ast::Node ─▶ program::Program ─▶ matcher::Matcher ◀─ text
//! ```
//! Start at [`Regex`]. All patterns of the JDK work, but for `\X`, `\b{g}`, `\N{…}`, the flag `(?c)` and halves of
//! surrogate pairs, which are refused by name, and of the properties `IsIdeographic` and a few of `java…`, which are
//! unknown. A group that only took part in a way that was given up, for example in a possessive group or a look-ahead, is
//! unset here, where the JDK leaves its text in it. Where a match would take the JDK very long, or all of its stack, it is an
//! error here: [`MatchError::TooComplex`].

mod assert;
mod ast;
mod class;
mod cursor;
mod escape;
mod matcher;
mod parse;
mod program;
mod property;
mod replacement;
mod set;

use std::collections::BTreeMap;
use std::fmt;

use cursor::Cursor;
use matcher::{Matcher, UNSET};
use program::{Program, group_slot};
use replacement::Groups;
pub use replacement::Replacement;

/// A compiled pattern, as `java.util.regex.Pattern`.
#[derive(Clone)]
pub struct Regex {
    pattern: String,
    program: Program,
    names: BTreeMap<String, usize>,
}

/// What `PatternSyntaxException.getMessage` says: description, index, pattern and a caret under the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    pub description: String,
    /// In characters; `None` where Java has -1.
    pub index: Option<usize>,
    pub pattern: String,
}

/// Why there is no answer. The texts are those of the Java exceptions of these names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// `java.lang.IndexOutOfBoundsException`: the replacement refers to a group that does not exist.
    #[error("{0}")]
    IndexOutOfBounds(String),
    /// `java.lang.IllegalArgumentException`: the replacement is malformed.
    #[error("{0}")]
    IllegalArgument(String),
    /// Java has a `StackOverflowError` or takes minutes.
    #[error(
        "the pattern is too complex for this text: it has too many ways to match, for example by a repetition inside of a repetition"
    )]
    TooComplex,
}

impl Regex {
    /// # Errors
    /// The pattern is malformed, or nests too deep.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let mut cursor = Cursor::new(pattern);
        let node = parse::parse(&mut cursor)?;
        let program = Program::new(&node, cursor.groups);
        Ok(Self { pattern: pattern.to_owned(), program, names: cursor.names })
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Whether the whole text matches, as `Matcher.matches`.
    /// # Errors
    /// [`MatchError::TooComplex`].
    pub fn matches(&self, text: &str) -> Result<bool, MatchError> {
        let chars: Vec<char> = text.chars().collect();
        Ok(Matcher::new(&self.program, &chars).run(0, true)?.is_some())
    }

    /// If the whole text matches, the text with its first match replaced, as `Matcher.replaceFirst`: it searches anew and so
    /// may find less than the whole. `None`: the whole text does not match.
    /// # Errors
    /// The replacement refers to no group or is malformed; or [`MatchError::TooComplex`].
    pub fn replace_first(&self, text: &str, replacement: &Replacement) -> Result<Option<String>, MatchError> {
        let chars: Vec<char> = text.chars().collect();
        let mut matcher = Matcher::new(&self.program, &chars);
        if matcher.run(0, true)?.is_none() {
            return Ok(None);
        }
        matcher.reset();
        for start in 0..=chars.len() {
            if let Some(end) = matcher.run(start, false)? {
                return self.replaced(&chars, (start, end), &matcher, replacement).map(Some);
            }
        }
        Ok(Some(text.to_owned()))
    }

    fn replaced(
        &self,
        text: &[char],
        (start, end): (usize, usize),
        matcher: &Matcher<'_>,
        replacement: &Replacement,
    ) -> Result<String, MatchError> {
        let range = |group: usize| match group {
            0 => (start, end),
            _ => (matcher.slots[group_slot(group)], matcher.slots[group_slot(group) + 1]),
        };
        let group = |group: usize| match range(group) {
            (UNSET, _) => String::new(),
            (start, end) => text[start..end].iter().collect(),
        };
        let groups = Groups { count: self.program.groups, names: &self.names, text: &group };
        let middle = replacement.expand(&groups)?;
        let (before, after) = (text[..start].iter(), text[end..].iter());
        Ok(before.copied().chain(middle.chars()).chain(after.copied()).collect())
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Regex").field(&self.pattern).finish()
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)?;
        if let Some(index) = self.index {
            write!(f, " near index {index}")?;
        }
        write!(f, "\n{}", self.pattern)?;
        match self.index.filter(|index| *index < self.pattern.encode_utf16().count()) {
            Some(index) => write!(f, "\n{:index$}^", ""),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PatternError {}
