//! Classes of characters: `[a-z&&[^b]]`.

use super::PatternError;
use super::cursor::Cursor;
use super::escape::{self, Escape};
use super::parse::enter;
use super::property::property;
use super::set::Set;

/// Reads from the `[` on, or from the second `&`; up to the `]`, and behind it with `consume`.
pub(super) fn class(cursor: &mut Cursor<'_>, consume: bool) -> Result<Set, PatternError> {
    let depth = cursor.depth;
    enter(cursor)?;
    let mut class = Class::default();
    let mut c = cursor.next();
    let negative = c == '^' && cursor.raw(cursor.at - 1) == '[';
    if negative {
        c = cursor.next();
    }
    loop {
        match c {
            '[' => class.add(self::class(cursor, true)?),
            '&' if cursor.next() == '&' => {
                intersection(cursor, &mut class)?;
            }
            '&' => {
                cursor.at -= 1;
                member(cursor, &mut class)?;
            }
            '\0' if cursor.at_end() => return cursor.error("Unclosed character class"),
            ']' if class.any() => {
                if consume {
                    cursor.next();
                }
                cursor.depth = depth;
                let set = class.whole();
                return Ok(if negative { set.not() } else { set });
            }
            _ => member(cursor, &mut class)?,
        }
        c = cursor.peek();
    }
}

/// What a class has so far. Java keeps single characters apart until there is something to join them with.
#[derive(Default)]
struct Class {
    sets: Option<Set>,
    singles: Option<Set>,
    last: Option<Set>,
}

impl Class {
    fn any(&self) -> bool {
        self.sets.is_some() || self.singles.is_some()
    }

    fn add(&mut self, set: Set) {
        self.sets = join(self.sets.take(), Some(set.clone()));
        self.last = Some(set);
    }

    fn add_single(&mut self, set: Set) {
        self.singles = join(self.singles.take(), Some(set));
        self.last = None;
    }

    fn whole(self) -> Set {
        join(self.sets, self.singles).unwrap_or(Set::Or(Vec::new()))
    }
}

fn join(left: Option<Set>, right: Option<Set>) -> Option<Set> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.or(right)),
        (left, right) => left.or(right),
    }
}

fn intersection(cursor: &mut Cursor<'_>, class: &mut Class) -> Result<(), PatternError> {
    // Each makes the set one level deeper, until the class ends.
    enter(cursor)?;
    let mut right = None;
    let mut c = cursor.next();
    while c != ']' && c != '&' {
        if c == '[' {
            right = join(right, Some(self::class(cursor, true)?));
        } else {
            cursor.at -= 1;
            right = Some(self::class(cursor, false)?);
        }
        c = cursor.peek();
    }
    let left = join(class.sets.take(), class.singles.take());
    // Nothing on the right: Java takes what it has read last.
    let other = right.clone().or(class.last.take());
    class.sets = match (left, other) {
        (Some(left), Some(other)) => Some(Set::And(Box::new(left), Box::new(other))),
        (None, None) => return cursor.error("Bad class syntax"),
        (left, other) => left.or(other),
    };
    class.last = right;
    Ok(())
}

/// A character, a range or a set.
fn member(cursor: &mut Cursor<'_>, class: &mut Class) -> Result<(), PatternError> {
    let from = match cursor.peek() {
        '\\' if matches!(cursor.raw(cursor.at + 1), 'p' | 'P') => {
            class.add(property(cursor)?);
            return Ok(());
        }
        '\\' => {
            let in_range = cursor.raw(cursor.at + 2) == '-';
            match escape::escape(cursor, true, in_range)? {
                Escape::Char(c) => c,
                Escape::Set(set) => {
                    class.add(set);
                    return Ok(());
                }
                Escape::Node(_) => return cursor.error("Illegal/unsupported escape sequence"),
            }
        }
        c => {
            cursor.next();
            c
        }
    };
    if cursor.peek() == '-' && !matches!(cursor.raw(cursor.at + 1), '[' | ']') {
        let to = range_end(cursor)?;
        return match to.filter(|to| *to >= from) {
            Some(to) => {
                class.add(Set::Range(from, to, escape::fold(cursor)));
                Ok(())
            }
            None => cursor.error("Illegal character range"),
        };
    }
    class.add_single(escape::one(cursor, from));
    Ok(())
}

/// `None`: a set, which is no end.
fn range_end(cursor: &mut Cursor<'_>) -> Result<Option<char>, PatternError> {
    let c = cursor.next();
    if c != '\\' {
        cursor.next();
        return Ok(Some(c));
    }
    Ok(match escape::escape(cursor, true, true)? {
        Escape::Char(c) => Some(c),
        _ => None,
    })
}
