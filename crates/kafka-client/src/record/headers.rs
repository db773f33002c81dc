use std::borrow::Cow;

use bytes::Bytes;

use super::varint::Cursor;

/// The headers of one record, still encoded: in their order, with duplicates and null values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    count: usize,
    raw: Bytes,
}

impl Headers {
    /// Takes the encoded headers of `raw`; `None` unless they are exactly `count` well-formed ones.
    pub(super) fn checked(count: usize, raw: Bytes) -> Option<Self> {
        let mut cursor = Cursor::new(&raw, 0);
        for _ in 0..count {
            cursor.field()??;
            cursor.field()?;
        }
        (cursor.at == raw.len()).then_some(Self { count, raw })
    }

    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Name and value of each header. A name that is not UTF-8 is read with replacement characters, as Java does.
    pub fn iter(&self) -> HeaderIter<'_> {
        HeaderIter { left: self.count, cursor: Cursor::new(&self.raw, 0), raw: &self.raw }
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (Cow<'a, str>, Option<Bytes>);
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// See [`Headers::iter`].
pub struct HeaderIter<'a> {
    left: usize,
    cursor: Cursor<'a>,
    raw: &'a Bytes,
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = (Cow<'a, str>, Option<Bytes>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let name = self.cursor.field()??;
        let value = self.cursor.field()?;
        Some((String::from_utf8_lossy(&self.raw[name]), value.map(|range| self.raw.slice(range))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}
