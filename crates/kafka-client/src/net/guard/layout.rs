//! How a message lies in bytes, as one letter a field.
//!
//! | letter | field |
//! |---|---|
//! | `1` `2` `4` `8` | so many bytes |
//! | `g` | a UUID: 16 bytes |
//! | `s` `b` | a string behind 2 bytes of length, bytes behind 4; -1 is null |
//! | `S` `B` | either behind a varint of its length plus one; 0 is null |
//! | `[…]` | an array behind 4 bytes of count |
//! | `(…)` | an array behind a varint of its count plus one |
//! | `?<…>` | a byte, and the fields unless it is negative |
//! | `{0:…,3:…}` | tagged fields; tags that are not named are skipped by their size |

/// The fields of a message or of an array's items, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) fields: Vec<Field>,
    /// The least that these fields take, in bytes.
    pub(super) least: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Fixed(usize),
    String,
    CompactString,
    Bytes,
    Array(Layout),
    CompactArray(Layout),
    Nullable(Layout),
    Tagged(Vec<(u32, Layout)>),
}

impl Layout {
    /// `None` if the text is no layout.
    pub(super) fn parse(text: &str) -> Option<Layout> {
        let mut rest = text.as_bytes();
        let layout = Self::take(&mut rest)?;
        rest.is_empty().then_some(layout)
    }

    fn take(text: &mut &[u8]) -> Option<Layout> {
        let mut layout = Layout::default();
        while let Some((&letter, rest)) = text.split_first().filter(|(letter, _)| !b"])>},".contains(letter)) {
            *text = rest;
            let field = Field::take(letter, text)?;
            layout.least += field.least();
            match (layout.fields.last_mut(), field) {
                (Some(Field::Fixed(before)), Field::Fixed(more)) => *before += more,
                (_, field) => layout.fields.push(field),
            }
        }
        Some(layout)
    }

    fn take_until(text: &mut &[u8], end: u8) -> Option<Layout> {
        let layout = Self::take(text)?;
        *text = text.strip_prefix(&[end])?;
        Some(layout)
    }
}

impl Field {
    fn take(letter: u8, text: &mut &[u8]) -> Option<Field> {
        Some(match letter {
            b'1' | b'2' | b'4' | b'8' => Field::Fixed(usize::from(letter - b'0')),
            b'g' => Field::Fixed(16),
            b's' => Field::String,
            b'b' => Field::Bytes,
            b'S' | b'B' => Field::CompactString,
            b'[' => Field::Array(Layout::take_until(text, b']')?),
            b'(' => Field::CompactArray(Layout::take_until(text, b')')?),
            b'?' => {
                *text = text.strip_prefix(b"<")?;
                Field::Nullable(Layout::take_until(text, b'>')?)
            }
            b'{' => Field::Tagged(tags(text)?),
            _ => return None,
        })
    }

    fn least(&self) -> usize {
        match self {
            Field::Fixed(bytes) => *bytes,
            Field::String => 2,
            Field::Bytes | Field::Array(_) => 4,
            Field::CompactString | Field::CompactArray(_) | Field::Nullable(_) | Field::Tagged(_) => 1,
        }
    }
}

/// What stands between the braces, and the closing one.
fn tags(text: &mut &[u8]) -> Option<Vec<(u32, Layout)>> {
    let mut tags = Vec::new();
    loop {
        match text.split_first()? {
            (b'}', rest) => {
                *text = rest;
                return Some(tags);
            }
            (b',', rest) => *text = rest,
            _ => {
                let colon = text.iter().position(|letter| *letter == b':')?;
                let tag = std::str::from_utf8(&text[..colon]).ok()?.parse().ok()?;
                *text = &text[colon + 1..];
                tags.push((tag, Layout::take(text)?));
            }
        }
    }
}
