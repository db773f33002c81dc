//! Steps through a pattern's characters as `java.util.regex.Pattern` does: its errors name the character before the
//! one that is read next.

use std::collections::BTreeMap;

use super::PatternError;

/// What the letters of `(?idmsuxU)` turn on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) fold_case: bool,
    pub(super) unix_lines: bool,
    pub(super) every_line: bool,
    pub(super) dot_all: bool,
    pub(super) unicode_case: bool,
    pub(super) comments: bool,
    pub(super) unicode_class: bool,
}

pub(super) struct Cursor<'a> {
    pattern: &'a str,
    /// Without `\Q` and `\E`.
    chars: Vec<char>,
    pub(super) at: usize,
    pub(super) flags: Flags,
    /// Of those that capture.
    pub(super) groups: usize,
    pub(super) names: BTreeMap<String, usize>,
    pub(super) depth: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(pattern: &'a str) -> Self {
        Self {
            pattern,
            chars: unquoted(pattern),
            at: 0,
            flags: Flags::default(),
            groups: 0,
            names: BTreeMap::new(),
            depth: 0,
        }
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.chars.len()
    }

    /// True if the end has not been passed, as it is by a `\` at the end.
    pub(super) fn exactly_at_end(&self) -> bool {
        self.at == self.chars.len()
    }

    pub(super) fn length(&self) -> usize {
        self.chars.len()
    }

    /// The character of a place as it is written; 0 beyond the end.
    pub(super) fn raw(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\0')
    }

    pub(super) fn peek(&mut self) -> char {
        if self.flags.comments {
            self.skip_comments();
        }
        self.raw(self.at)
    }

    /// Goes on by one, then looks.
    pub(super) fn next(&mut self) -> char {
        self.at += 1;
        self.peek()
    }

    /// Looks, then goes on by one.
    pub(super) fn read(&mut self) -> char {
        let c = self.peek();
        self.at += 1;
        c
    }

    /// The character after this one; goes on behind it.
    pub(super) fn skip(&mut self) -> char {
        self.at += 2;
        self.raw(self.at - 1)
    }

    pub(super) fn text(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }

    pub(super) fn error<T>(&self, description: impl Into<String>) -> Result<T, PatternError> {
        let index = self.at.checked_sub(1);
        Err(PatternError { description: description.into(), index, pattern: self.pattern.to_owned() })
    }

    fn skip_comments(&mut self) {
        loop {
            match self.raw(self.at) {
                ' ' | '\t'..='\r' => self.at += 1,
                '#' => {
                    let unix = self.flags.unix_lines;
                    while !self.at_end() && !super::set::is_terminator(self.raw(self.at), unix) {
                        self.at += 1;
                    }
                }
                _ => return,
            }
        }
    }
}

/// Escapes what stands between `\Q` and `\E`, so that positions in errors are those of the JDK.
fn unquoted(pattern: &str) -> Vec<char> {
    let mut out = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
        } else if chars.next_if_eq(&'Q').is_some() {
            quote(&mut out, &mut chars);
        } else {
            out.push(c);
            out.extend(chars.next());
        }
    }
    out
}

fn quote(out: &mut Vec<char>, chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    let mut first = true;
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next_if_eq(&'E').is_some() => return,
            // A digit could go on with an escape that stands before the quote.
            '0'..='9' if first => out.extend(['\\', 'x', '3', c]),
            _ if !c.is_ascii() || c.is_ascii_alphanumeric() => out.push(c),
            _ => out.extend(['\\', c]),
        }
        first = false;
    }
}
