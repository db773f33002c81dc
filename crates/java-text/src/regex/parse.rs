//! From a pattern to its tree: alternatives, sequences, groups and repetitions.

use super::PatternError;
use super::ast::{Assert, Greed, Node, UNLIMITED};
use super::class;
use super::cursor::{Cursor, Flags};
use super::escape::{self, Escape};
use super::property;
use super::set::Set;

/// Groups and classes inside each other; a pattern that nests deeper could exhaust the stack.
const NESTING_MAX: usize = 200;

pub(super) fn parse(cursor: &mut Cursor<'_>) -> Result<Node, PatternError> {
    let node = choice(cursor)?;
    if cursor.exactly_at_end() {
        return Ok(node);
    }
    let unmatched = cursor.peek() == ')';
    cursor.error(if unmatched { "Unmatched closing ')'" } else { "Unexpected internal error" })
}

fn choice(cursor: &mut Cursor<'_>) -> Result<Node, PatternError> {
    enter(cursor)?;
    let mut nodes = vec![sequence(cursor)?];
    while cursor.peek() == '|' {
        cursor.next();
        nodes.push(sequence(cursor)?);
    }
    cursor.depth -= 1;
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Choice(nodes) })
}

pub(super) fn enter(cursor: &mut Cursor<'_>) -> Result<(), PatternError> {
    cursor.depth += 1;
    if cursor.depth > NESTING_MAX {
        return cursor.error(format!("Groups or classes are nested more than {NESTING_MAX} levels deep"));
    }
    Ok(())
}

fn sequence(cursor: &mut Cursor<'_>) -> Result<Node, PatternError> {
    let mut nodes = Vec::new();
    loop {
        let node = match cursor.peek() {
            '|' | ')' => break,
            '\0' if cursor.at_end() => break,
            '(' => match group(cursor)? {
                Some(node) => node,
                None => continue,
            },
            '[' => Node::One(class::class(cursor, true)?),
            c @ ('*' | '+' | '?') => {
                cursor.next();
                return cursor.error(format!("Dangling meta character '{c}'"));
            }
            c => simple(cursor, c)?,
        };
        nodes.push(repeated(cursor, node)?);
    }
    Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Sequence(nodes) })
}

fn simple(cursor: &mut Cursor<'_>, c: char) -> Result<Node, PatternError> {
    let Flags { unix_lines: unix, every_line, dot_all, .. } = cursor.flags;
    let node = match c {
        '\\' => return escaped(cursor),
        // The repetition of nothing; whether it is one is seen next.
        '{' => return Ok(Node::Empty),
        '^' if every_line => Node::Assert(Assert::LineStart { unix }),
        '^' => Node::Assert(Assert::Start),
        '$' => Node::Assert(Assert::LineEnd { unix, every: every_line }),
        '.' if dot_all => Node::One(Set::Any),
        '.' => Node::One(Set::Dot { unix }),
        _ => Node::One(escape::one(cursor, c)),
    };
    cursor.next();
    Ok(node)
}

fn escaped(cursor: &mut Cursor<'_>) -> Result<Node, PatternError> {
    if matches!(cursor.raw(cursor.at + 1), 'p' | 'P') {
        return Ok(Node::One(property::property(cursor)?));
    }
    Ok(match escape::escape(cursor, false, false)? {
        Escape::Char(c) => Node::One(escape::one(cursor, c)),
        Escape::Set(set) => Node::One(set),
        Escape::Node(node) => node,
    })
}

/// `None`: the group only sets flags, for what follows.
fn group(cursor: &mut Cursor<'_>) -> Result<Option<Node>, PatternError> {
    let flags = cursor.flags;
    let node = if cursor.next() != '?' {
        capture(cursor, None)?
    } else {
        match cursor.skip() {
            ':' => choice(cursor)?,
            '=' => look(true, false, choice(cursor)?),
            '!' => look(true, true, choice(cursor)?),
            '>' => Node::Atomic(Box::new(choice(cursor)?)),
            '<' => match cursor.read() {
                '=' => behind(cursor, false)?,
                '!' => behind(cursor, true)?,
                c => {
                    let name = name(cursor, c)?;
                    capture(cursor, Some(name))?
                }
            },
            '$' | '@' => return cursor.error("Unknown group type"),
            _ => match inline_flags(cursor)? {
                Some(node) => node,
                None => return Ok(None),
            },
        }
    };
    if cursor.read() != ')' {
        return cursor.error("Unclosed group");
    }
    cursor.flags = flags;
    Ok(Some(node))
}

fn look(ahead: bool, negative: bool, node: Node) -> Node {
    Node::Look { ahead, negative, node: Box::new(node) }
}

fn behind(cursor: &mut Cursor<'_>, negative: bool) -> Result<Node, PatternError> {
    let node = choice(cursor)?;
    if node.width().max.is_none() {
        return cursor.error("Look-behind group does not have an obvious maximum length");
    }
    Ok(look(false, negative, node))
}

fn capture(cursor: &mut Cursor<'_>, name: Option<String>) -> Result<Node, PatternError> {
    cursor.groups += 1;
    let group = cursor.groups;
    if let Some(name) = name {
        cursor.names.insert(name, group);
    }
    Ok(Node::Capture(group, Box::new(choice(cursor)?)))
}

fn name(cursor: &mut Cursor<'_>, first: char) -> Result<String, PatternError> {
    let name = escape::group_name(cursor, first)?;
    if cursor.names.contains_key(&name) {
        return cursor.error(format!("Named capturing group <{name}> is already defined"));
    }
    Ok(name)
}

fn inline_flags(cursor: &mut Cursor<'_>) -> Result<Option<Node>, PatternError> {
    cursor.at -= 1;
    let mut on = true;
    let mut c = cursor.peek();
    loop {
        let flags = &mut cursor.flags;
        match c {
            'i' => flags.fold_case = on,
            'm' => flags.every_line = on,
            's' => flags.dot_all = on,
            'd' => flags.unix_lines = on,
            'u' => flags.unicode_case = on,
            'x' => flags.comments = on,
            'U' => (flags.unicode_class, flags.unicode_case) = (on, on),
            // Compares characters and combinations of them; nothing that names of topics have.
            'c' if on => return cursor.error("Canonical equivalence, the flag c, is not supported"),
            '-' if on => on = false,
            _ => break,
        }
        c = cursor.next();
    }
    match cursor.read() {
        ')' => Ok(None),
        ':' => choice(cursor).map(Some),
        _ => cursor.error("Unknown inline modifier"),
    }
}

/// The node with the `*`, `+`, `?` or `{}` after it.
fn repeated(cursor: &mut Cursor<'_>, node: Node) -> Result<Node, PatternError> {
    let (min, max) = match cursor.peek() {
        '?' => (0, 1),
        '*' => (0, UNLIMITED),
        '+' => (1, UNLIMITED),
        '{' => counts(cursor)?,
        _ => return Ok(node),
    };
    let (greed, atomic) = match cursor.next() {
        '?' => (Greed::Lazy, false),
        '+' => (Greed::Greedy, true),
        _ => return Ok(Node::Repeat { node: Box::new(node), min, max, greed: Greed::Greedy }),
    };
    cursor.next();
    let repeat = Node::Repeat { node: Box::new(node), min, max, greed };
    Ok(if atomic { Node::Atomic(Box::new(repeat)) } else { repeat })
}

/// `{2}`, `{2,}` or `{2,3}`; stays at the closing brace.
fn counts(cursor: &mut Cursor<'_>) -> Result<(u32, u32), PatternError> {
    if !cursor.raw(cursor.at + 1).is_ascii_digit() {
        cursor.at += 2;
        return cursor.error("Illegal repetition");
    }
    cursor.at += 1;
    let (min, mut last) = count(cursor)?;
    let mut max = min;
    if last == ',' {
        max = UNLIMITED;
        if cursor.peek() == '}' {
            last = cursor.read();
        } else {
            (max, last) = count(cursor)?;
        }
    }
    if last != '}' {
        return cursor.error("Unclosed counted closure");
    }
    if max < min {
        return cursor.error("Illegal repetition range");
    }
    cursor.at -= 1;
    Ok((min, max))
}

/// A number and the character after it; both have been read.
fn count(cursor: &mut Cursor<'_>) -> Result<(u32, char), PatternError> {
    let mut count = 0u32;
    loop {
        let c = cursor.read();
        let Some(digit) = c.to_digit(10) else { return Ok((count, c)) };
        let next = count.checked_mul(10).and_then(|tens| tens.checked_add(digit)).filter(|count| *count <= UNLIMITED);
        let Some(next) = next else { return cursor.error("Illegal repetition range") };
        count = next;
    }
}
