//! A pattern, taken apart: fields and the text between them.

/// A letter of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letter {
    Era,
    Year,
    WeekYear,
    Month,
    MonthAlone,
    WeekOfYear,
    WeekOfMonth,
    DayOfYear,
    DayOfMonth,
    DayOfWeekInMonth,
    DayName,
    DayNumber,
    AmPm,
    Hour0To23,
    Hour1To24,
    Hour0To11,
    Hour1To12,
    Minute,
    Second,
    Millisecond,
    ZoneName,
    ZoneRfc822,
    ZoneIso,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    Text(String),
    /// A letter and how often it stands there.
    Field(Letter, usize),
}

/// What the constructor's `IllegalArgumentException` says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("Illegal pattern character '{0}'")]
    Letter(char),
    #[error("Unterminated quote")]
    Quote,
    #[error("invalid ISO 8601 format: length={0}")]
    IsoZone(usize),
}

/// # Errors
/// The first thing that is wrong, from the left; an open quote is found last.
pub(super) fn parse(pattern: &str) -> Result<Vec<Item>, FormatError> {
    let mut items = Items(Vec::new());
    let mut chars = pattern.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            // Two quotes are a quote, inside and outside of quoted text.
            '\'' if chars.next_if_eq(&'\'').is_some() => items.text('\''),
            '\'' => quoted = !quoted,
            _ if quoted || !c.is_ascii_alphabetic() => items.text(c),
            _ => {
                let letter = letter(c).ok_or(FormatError::Letter(c))?;
                let mut count = 1;
                while chars.next_if_eq(&c).is_some() {
                    count += 1;
                }
                if letter == Letter::ZoneIso && count > 3 {
                    return Err(too_many(count, chars.peek().copied()));
                }
                items.0.push(Item::Field(letter, count));
            }
        }
    }
    if quoted { Err(FormatError::Quote) } else { Ok(items.0) }
}

struct Items(Vec<Item>);

impl Items {
    fn text(&mut self, c: char) {
        match self.0.last_mut() {
            Some(Item::Text(text)) => text.push(c),
            _ => self.0.push(Item::Text(c.into())),
        }
    }
}

/// Java looks at a letter's count when it has looked at the letter after it.
fn too_many(count: usize, next: Option<char>) -> FormatError {
    match next.filter(|next| next.is_ascii_alphabetic() && letter(*next).is_none()) {
        Some(next) => FormatError::Letter(next),
        None => FormatError::IsoZone(count),
    }
}

fn letter(c: char) -> Option<Letter> {
    Some(match c {
        'G' => Letter::Era,
        'y' => Letter::Year,
        'Y' => Letter::WeekYear,
        'M' => Letter::Month,
        'L' => Letter::MonthAlone,
        'w' => Letter::WeekOfYear,
        'W' => Letter::WeekOfMonth,
        'D' => Letter::DayOfYear,
        'd' => Letter::DayOfMonth,
        'F' => Letter::DayOfWeekInMonth,
        'E' => Letter::DayName,
        'u' => Letter::DayNumber,
        'a' => Letter::AmPm,
        'H' => Letter::Hour0To23,
        'k' => Letter::Hour1To24,
        'K' => Letter::Hour0To11,
        'h' => Letter::Hour1To12,
        'm' => Letter::Minute,
        's' => Letter::Second,
        'S' => Letter::Millisecond,
        'z' => Letter::ZoneName,
        'Z' => Letter::ZoneRfc822,
        'X' => Letter::ZoneIso,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_constructor_refuses() {
        for (pattern, want) in [
            ("b", "Illegal pattern character 'b'"),
            ("yyyy-MM-ddTHH", "Illegal pattern character 'T'"),
            ("'a", "Unterminated quote"),
            ("''' ", "Unterminated quote"),
            ("XXXX", "invalid ISO 8601 format: length=4"),
        ] {
            assert_eq!(parse(pattern).unwrap_err().to_string(), want, "{pattern}");
        }
    }

    #[test]
    fn quotes() {
        for (pattern, want) in [("''", "'"), ("'it''s' ''", "it's '"), ("'yy'", "yy"), ("''''", "''"), ("'", "")] {
            let text = match parse(pattern) {
                Ok(items) => {
                    items.into_iter().map(|item| if let Item::Text(text) = item { text } else { "?".into() }).collect()
                }
                Err(_) => String::new(),
            };
            assert_eq!(text, want, "{pattern}");
        }
    }
}
