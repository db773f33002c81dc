//! What follows a `\`.

use std::sync::Arc;

use super::PatternError;
use super::ast::{Assert, Fold, Node};
use super::cursor::Cursor;
use super::set::{Property, Set};

pub(super) enum Escape {
    Char(char),
    Set(Set),
    /// What is no character of its own; never inside of a class.
    Node(Node),
}

pub(super) fn fold(cursor: &Cursor<'_>) -> Fold {
    match (cursor.flags.fold_case, cursor.flags.unicode_case) {
        (false, _) => Fold::Exact,
        (true, false) => Fold::Ascii,
        (true, true) => Fold::Unicode,
    }
}

pub(super) fn one(cursor: &Cursor<'_>, c: char) -> Set {
    Set::Char(c, fold(cursor))
}

/// Reads from the `\` on. A `\v` that begins a range is one character.
pub(super) fn escape(cursor: &mut Cursor<'_>, in_class: bool, in_range: bool) -> Result<Escape, PatternError> {
    let c = cursor.skip();
    let char = match c {
        '0' => octal(cursor)?,
        'a' => '\x07',
        'e' => '\x1B',
        'f' => '\x0C',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'c' => control(cursor)?,
        'u' => utf16(cursor)?,
        'x' => hexadecimal(cursor)?,
        'v' if in_range => '\x0B',
        'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'v' | 'V' | 'w' | 'W' => return Ok(Escape::Set(predefined(cursor, c))),
        '1'..='9' | 'A' | 'b' | 'B' | 'G' | 'k' | 'R' | 'Z' | 'z' if !in_class => {
            return node(cursor, c).map(Escape::Node);
        }
        'X' if !in_class => return cursor.error("Grapheme clusters, \\X, are not supported"),
        'N' => return cursor.error("Characters by name, \\N, are not supported"),
        'A'..='Z' | 'a'..='z' | '1'..='9' => return cursor.error("Illegal/unsupported escape sequence"),
        _ => c,
    };
    Ok(Escape::Char(char))
}

fn node(cursor: &mut Cursor<'_>, c: char) -> Result<Node, PatternError> {
    let unix = cursor.flags.unix_lines;
    let unicode = cursor.flags.unicode_class;
    Ok(match c {
        // Matching starts at the beginning, and so the end of the last match is there too.
        'A' | 'G' => Node::Assert(Assert::Start),
        'z' => Node::Assert(Assert::End),
        'Z' => Node::Assert(Assert::LineEnd { unix, every: false }),
        'b' if cursor.raw(cursor.at) == '{' && cursor.raw(cursor.at + 1) == 'g' => {
            cursor.at += 2;
            return cursor.error("Boundaries of grapheme clusters, \\b{g}, are not supported");
        }
        'b' => Node::Assert(Assert::Word { boundary: true, unicode }),
        'B' => Node::Assert(Assert::Word { boundary: false, unicode }),
        'R' => Node::LineBreak,
        'k' => Node::BackReference { group: named(cursor)?, fold: fold(cursor) },
        _ => Node::BackReference { group: numbered(cursor, c), fold: fold(cursor) },
    })
}

/// As many digits as make a group that exists by now, but always the first.
fn numbered(cursor: &mut Cursor<'_>, first: char) -> usize {
    let mut group = first.to_digit(10).unwrap_or(0) as usize;
    while let Some(digit) = cursor.peek().to_digit(10) {
        let longer = group * 10 + digit as usize;
        if longer > cursor.groups {
            break;
        }
        group = longer;
        cursor.at += 1;
    }
    group
}

fn named(cursor: &mut Cursor<'_>) -> Result<usize, PatternError> {
    if cursor.read() != '<' {
        return cursor.error("\\k is not followed by '<' for named capturing group");
    }
    let first = cursor.read();
    let name = group_name(cursor, first)?;
    match cursor.names.get(&name) {
        Some(group) => Ok(*group),
        None => cursor.error(format!("named capturing group <{name}> does not exist")),
    }
}

/// The first character has been read; reads up to the `>`.
pub(super) fn group_name(cursor: &mut Cursor<'_>, first: char) -> Result<String, PatternError> {
    if !first.is_ascii_alphabetic() {
        return cursor.error("capturing group name does not start with a Latin letter");
    }
    let mut name = String::from(first);
    loop {
        match cursor.read() {
            '>' => return Ok(name),
            c if c.is_ascii_alphanumeric() => name.push(c),
            _ => return cursor.error("named capturing group is missing trailing '>'"),
        }
    }
}

fn predefined(cursor: &Cursor<'_>, c: char) -> Set {
    let lower = c.to_ascii_lowercase();
    let unicode = match lower {
        'd' | 's' | 'w' if cursor.flags.unicode_class => Property::new(&format!("(?U)\\{lower}")),
        _ => None,
    };
    let set = match (unicode, lower) {
        (Some(property), _) => Set::Property(Arc::new(property)),
        (_, 'd') => Set::Digit,
        (_, 's') => Set::Space,
        (_, 'w') => Set::Word,
        (_, 'h') => Set::Horizontal,
        _ => Set::Vertical,
    };
    if c.is_ascii_uppercase() { set.not() } else { set }
}

/// `\0n`, `\0nn` or, up to 377, `\0nnn`.
fn octal(cursor: &mut Cursor<'_>) -> Result<char, PatternError> {
    let digit = |c: char| c.to_digit(8);
    let Some(mut value) = digit(cursor.read()) else { return cursor.error("Illegal octal escape sequence") };
    for _ in 0..2 {
        let Some(digit) = digit(cursor.peek()).filter(|digit| value * 8 + digit <= 0o377) else { break };
        value = value * 8 + digit;
        cursor.at += 1;
    }
    Ok(char::from_u32(value).unwrap_or('\0'))
}

fn control(cursor: &mut Cursor<'_>) -> Result<char, PatternError> {
    if cursor.at_end() {
        return cursor.error("Illegal control escape sequence");
    }
    let c = cursor.read();
    Ok(char::from_u32(u32::from(c) ^ 64).unwrap_or(c))
}

fn hexadecimal(cursor: &mut Cursor<'_>) -> Result<char, PatternError> {
    let first = cursor.read();
    if let Some(high) = first.to_digit(16) {
        if let Some(low) = cursor.read().to_digit(16) {
            return Ok(char::from_u32(high * 16 + low).unwrap_or('\0'));
        }
    } else if first == '{' && cursor.peek().is_ascii_hexdigit() {
        let mut value = 0;
        while let Some(digit) = cursor.peek().to_digit(16) {
            cursor.at += 1;
            value = value * 16 + digit;
            if value > 0x10_FFFF {
                return cursor.error("Hexadecimal codepoint is too big");
            }
        }
        if cursor.read() != '}' {
            return cursor.error("Unclosed hexadecimal escape sequence");
        }
        return scalar(cursor, value);
    }
    cursor.error("Illegal hexadecimal escape sequence")
}

/// `\u0041`, or a pair of them for a character beyond the basic plane.
fn utf16(cursor: &mut Cursor<'_>) -> Result<char, PatternError> {
    let high = unit(cursor)?;
    if !(0xD800..0xDC00).contains(&high) {
        return scalar(cursor, high);
    }
    let start = cursor.at;
    if cursor.raw(start) == '\\' && cursor.raw(start + 1) == 'u' {
        cursor.at += 2;
        let low = unit(cursor)?;
        if (0xDC00..0xE000).contains(&low) {
            return scalar(cursor, 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
        }
        cursor.at = start;
    }
    scalar(cursor, high)
}

fn unit(cursor: &mut Cursor<'_>) -> Result<u32, PatternError> {
    let mut value = 0;
    for _ in 0..4 {
        let Some(digit) = cursor.read().to_digit(16) else { return cursor.error("Illegal Unicode escape sequence") };
        value = value * 16 + digit;
    }
    Ok(value)
}

/// Half a surrogate pair is no character of a text here.
fn scalar(cursor: &Cursor<'_>, value: u32) -> Result<char, PatternError> {
    match char::from_u32(value) {
        Some(c) => Ok(c),
        None => cursor.error("Half of a surrogate pair is not supported"),
    }
}
