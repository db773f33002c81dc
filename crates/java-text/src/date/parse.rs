//! From a text to its moment.

use super::fields::{Field, Parsed, Zone, day_number};
use super::names::{DAYS, ERAS, HALVES, MONTHS, short};
use super::number;
use super::pattern::{Item, Letter};
use super::zones;

/// 100 years that years of two digits fall into, from 80 years ago.
#[derive(Debug, Clone, Copy)]
pub(super) struct Century {
    pub(super) start_ms: i64,
    pub(super) start_year: i32,
}

/// `None`: the text does not fit. What follows the fitting part is not looked at.
pub(super) fn parse(items: &[Item], century: Century, text: &str) -> Option<i64> {
    let text: Vec<u16> = text.encode_utf16().collect();
    let mut reader = Reader { text: &text, century, parsed: Parsed::default(), ambiguous: false };
    let mut at = 0;
    for (item, next) in items.iter().zip(items.iter().skip(1).map(Some).chain([None])) {
        at = match item {
            Item::Text(literal) => reader.literal(at, literal)?,
            Item::Field(letter, count) => reader.field(at, *letter, *count, next.is_some_and(is_number))?,
        };
    }
    // Java takes an end at 0 for failure, even where the pattern asks for nothing.
    if at == 0 { None } else { Some(reader.millis()) }
}

/// A field before one of these takes just as many digits as it has letters.
fn is_number(item: &Item) -> bool {
    match item {
        Item::Text(_) => false,
        Item::Field(Letter::Month | Letter::MonthAlone, count) => *count <= 2,
        Item::Field(letter, _) => !matches!(
            letter,
            Letter::Era | Letter::DayName | Letter::AmPm | Letter::ZoneName | Letter::ZoneRfc822 | Letter::ZoneIso
        ),
    }
}

struct Reader<'a> {
    text: &'a [u16],
    century: Century,
    parsed: Parsed,
    /// A year of two digits was read that may be the century's first or last.
    ambiguous: bool,
}

impl Reader<'_> {
    fn millis(self) -> i64 {
        let millis = self.parsed.clone().millis();
        if !self.ambiguous || millis >= self.century.start_ms {
            return millis;
        }
        let mut later = self.parsed;
        later.add_years(100);
        later.millis()
    }

    fn literal(&self, at: usize, literal: &str) -> Option<usize> {
        literal.encode_utf16().try_fold(at, |at, c| (self.text.get(at) == Some(&c)).then_some(at + 1))
    }

    /// The end of the field that begins at `start`, perhaps after spaces; names have to begin there at once.
    fn field(&mut self, start: usize, letter: Letter, count: usize, exact: bool) -> Option<usize> {
        let blank = |c: &&u16| **c == u16::from(b' ') || **c == u16::from(b'\t');
        let at = start + self.text[start..].iter().take_while(blank).count();
        if at >= self.text.len() {
            return None;
        }
        match letter {
            Letter::Era => {
                let names =
                    ERAS.iter().enumerate().flat_map(|(value, (short, long))| [(value, *short), (value, *long)]);
                self.name(start, Field::Era, names)
            }
            Letter::Month | Letter::MonthAlone if count > 2 => {
                self.name(start, Field::Month, long_and_short(&MONTHS, 0))
            }
            Letter::DayName => self.name(start, Field::DayOfWeek, long_and_short(&DAYS, 1)),
            Letter::AmPm => self.name(start, Field::AmPm, HALVES.into_iter().enumerate()),
            Letter::ZoneName | Letter::ZoneRfc822 => self.zone(start, at),
            Letter::ZoneIso => self.iso_zone(at, count),
            _ => self.number(start, at, letter, count, exact),
        }
    }

    fn number(&mut self, start: usize, at: usize, letter: Letter, count: usize, exact: bool) -> Option<usize> {
        let text = if exact { self.text.get(..start.checked_add(count)?)? } else { self.text };
        let (value, end) = number::parse(text, at.min(text.len()))?;
        let (field, value) = match letter {
            Letter::Year => (Field::Year, self.year(value, at, end, count)),
            Letter::WeekYear => (Field::WeekYear, self.year(value, at, end, count)),
            Letter::Month | Letter::MonthAlone => (Field::Month, value.wrapping_sub(1)),
            Letter::WeekOfYear => (Field::WeekOfYear, value),
            Letter::WeekOfMonth => (Field::WeekOfMonth, value),
            Letter::DayOfYear => (Field::DayOfYear, value),
            Letter::DayOfMonth => (Field::DayOfMonth, value),
            Letter::DayOfWeekInMonth => (Field::DayOfWeekInMonth, value),
            Letter::DayNumber => (Field::DayOfWeek, day_number(value)),
            Letter::Hour1To24 => (Field::HourOfDay, if value == 24 { 0 } else { value }),
            Letter::Hour0To11 => (Field::Hour, value),
            Letter::Hour1To12 => (Field::Hour, if value == 12 { 0 } else { value }),
            Letter::Minute => (Field::Minute, value),
            Letter::Second => (Field::Second, value),
            Letter::Millisecond => (Field::Millisecond, value),
            _ => (Field::HourOfDay, value),
        };
        self.parsed.set(field, value);
        Some(end)
    }

    /// Two digits for one or two letters are a year near to now.
    fn year(&mut self, value: i32, at: usize, end: usize, count: usize) -> i32 {
        let digits = self.text[at..end].iter().all(|c| number::digit(*c).is_some());
        if count > 2 || end - at != 2 || !digits {
            return value;
        }
        let (base, first) = (self.century.start_year / 100 * 100, self.century.start_year % 100);
        self.ambiguous = value == first;
        value + base + if value < first { 100 } else { 0 }
    }

    /// The longest name that stands here, in any case of letters.
    fn name(&mut self, at: usize, field: Field, names: impl Iterator<Item = (usize, &'static str)>) -> Option<usize> {
        let stands = |name: &str| zones::begins(&self.text[at..], &name.encode_utf16().collect::<Vec<_>>());
        let (value, name) = names.filter(|(_, name)| stands(name)).max_by_key(|(_, name)| name.len())?;
        self.parsed.set(field, value as i32);
        Some(at + name.len())
    }

    /// `+hhmm`, `GMT`, `GMT+h:mm` or a name; the first two after spaces, `GMT` without.
    fn zone(&mut self, start: usize, at: usize) -> Option<usize> {
        if let Some(sign) = self.sign(at) {
            return self.offset(at + 1, sign, Shape::Rfc822);
        }
        let first = self.text.get(at).copied()?;
        let g = first == u16::from(b'G') || first == u16::from(b'g');
        if !g || !zones::begins(&self.text[start..], &[u16::from(b'G'), u16::from(b'M'), u16::from(b'T')]) {
            return self.zone_name(at);
        }
        match self.sign(start + 3) {
            Some(sign) => self.offset(start + 4, sign, Shape::Gmt),
            None => {
                self.parsed.zone = Zone::Number { ms: 0 };
                Some(start + 3)
            }
        }
    }

    fn zone_name(&mut self, at: usize) -> Option<usize> {
        let (zone, end) = zones::find(self.text, at)?;
        if !zone.weak || !matches!(self.parsed.zone, Zone::Number { .. }) {
            self.parsed.zone = Zone::Name { ms: zone.minutes * 60_000 };
        }
        Some(end)
    }

    fn iso_zone(&mut self, at: usize, count: usize) -> Option<usize> {
        if self.text[at] == u16::from(b'Z') {
            self.parsed.zone = Zone::Number { ms: 0 };
            return Some(at + 1);
        }
        let sign = self.sign(at)?;
        let shape = match count {
            1 => Shape::Hours,
            2 => Shape::Rfc822,
            _ => Shape::Iso,
        };
        self.offset(at + 1, sign, shape)
    }

    fn sign(&self, at: usize) -> Option<i64> {
        match char::from_u32((*self.text.get(at)?).into()) {
            Some('+') => Some(1),
            Some('-') => Some(-1),
            _ => None,
        }
    }

    fn offset(&mut self, at: usize, sign: i64, shape: Shape) -> Option<usize> {
        let digit = |at: usize| self.text.get(at).filter(|c| **c < 128).and_then(|c| number::digit(*c)).map(i64::from);
        let first = digit(at)?;
        let (hours, mut end) = match digit(at + 1) {
            Some(second) => (first * 10 + second, at + 2),
            // Java looks at what follows the hour before it decides, so there has to be something.
            None if shape == Shape::Gmt && at + 1 < self.text.len() => (first, at + 1),
            None => return None,
        };
        let mut minutes = 0;
        if shape != Shape::Hours {
            if matches!(shape, Shape::Gmt | Shape::Iso) {
                end = self.literal(end, ":")?;
            }
            minutes = digit(end)? * 10 + digit(end + 1)?;
            end += 2;
        }
        if hours > 23 || minutes > 59 {
            return None;
        }
        self.parsed.zone = Zone::Number { ms: sign * (hours * 60 + minutes) * 60_000 };
        Some(end)
    }
}

/// How an offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `hh`
    Hours,
    /// `hhmm`
    Rfc822,
    /// `hh:mm`
    Iso,
    /// `h:mm` or `hh:mm`
    Gmt,
}

fn long_and_short(names: &[&'static str], first: usize) -> impl Iterator<Item = (usize, &'static str)> {
    let values = names.iter().enumerate().map(move |(index, name)| (index + first, *name));
    values.flat_map(|(value, name)| [(value, name), (value, short(name))])
}
