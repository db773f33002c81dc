//! Goes over a message's bytes by its layout, and allocates nothing.

use super::layout::{Field, Layout};

/// More tagged fields than this in one place are no broker's doing; decoders keep those that they do not know.
const TAGS_MAX: u32 = 64;

/// More items than this, over all arrays of one answer: decoded, each takes up to some hundred bytes.
const ITEMS_MAX: usize = 8 << 20;

const CUT_OFF: &str = "it is cut off";
const TOO_MANY: &str = "an array claims more items than there are bytes";
const BAD_LENGTH: &str = "a length is impossible";

/// What is left of a message.
pub(super) struct Walk<'a> {
    rest: &'a [u8],
    items: usize,
}

type Walked<T = ()> = Result<T, &'static str>;

impl<'a> Walk<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Walk { rest: message, items: 0 }
    }

    /// The response header: a correlation id, and tagged fields from version 1 on.
    pub(super) fn header(&mut self, version: i16) -> Walked {
        self.skip(4)?;
        if version > 0 { self.tagged(&[]) } else { Ok(()) }
    }

    /// All fields of a layout. What follows them is the decoder's business.
    pub(super) fn fields(&mut self, layout: &Layout) -> Walked {
        layout.fields.iter().try_for_each(|field| self.field(field))
    }

    fn field(&mut self, field: &Field) -> Walked {
        match field {
            Field::Fixed(bytes) => self.skip(*bytes),
            Field::String => {
                let length = i16::from_be_bytes(self.chunk()?);
                self.nullable(length.into())
            }
            Field::Bytes => {
                let length = i32::from_be_bytes(self.chunk()?);
                self.nullable(length.into())
            }
            Field::CompactString => {
                let length = self.varint()?;
                self.nullable(i64::from(length) - 1)
            }
            Field::Array(item) => {
                let count = i32::from_be_bytes(self.chunk()?);
                self.items(count.into(), item)
            }
            Field::CompactArray(item) => {
                let count = self.varint()?;
                self.items(i64::from(count) - 1, item)
            }
            Field::Nullable(fields) => {
                let [marker] = self.chunk()?;
                if (marker as i8) < 0 { Ok(()) } else { self.fields(fields) }
            }
            Field::Tagged(known) => self.tagged(known),
        }
    }

    fn items(&mut self, count: i64, item: &Layout) -> Walked {
        if count < -1 {
            return Err(BAD_LENGTH);
        }
        let count = usize::try_from(count).unwrap_or(0); // null
        if count > self.rest.len() / item.least.max(1) {
            return Err(TOO_MANY);
        }
        self.items += count;
        if self.items > ITEMS_MAX {
            return Err("its arrays have more items than any answer");
        }
        (0..count).try_for_each(|_| self.fields(item))
    }

    fn tagged(&mut self, known: &[(u32, Layout)]) -> Walked {
        let count = self.varint()?;
        if count > TAGS_MAX {
            return Err("it has more tagged fields than any message");
        }
        (0..count).try_for_each(|_| self.tag(known))
    }

    /// Decoders read the fields of a tag that they know and do not ask for its size: the two have to agree.
    fn tag(&mut self, known: &[(u32, Layout)]) -> Walked {
        let (tag, size) = (self.varint()?, self.varint()? as usize);
        let Some((_, fields)) = known.iter().find(|(name, _)| *name == tag) else { return self.skip(size) };
        let before = self.rest.len();
        self.fields(fields)?;
        if before - self.rest.len() == size { Ok(()) } else { Err("a tagged field is not as long as it says") }
    }

    fn nullable(&mut self, length: i64) -> Walked {
        match usize::try_from(length) {
            Ok(length) => self.skip(length),
            Err(_) if length == -1 => Ok(()),
            Err(_) => Err(BAD_LENGTH),
        }
    }

    fn skip(&mut self, bytes: usize) -> Walked {
        self.rest = self.rest.get(bytes..).ok_or(CUT_OFF)?;
        Ok(())
    }

    fn chunk<const N: usize>(&mut self) -> Walked<[u8; N]> {
        let (chunk, rest) = self.rest.split_first_chunk().ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(*chunk)
    }

    fn varint(&mut self) -> Walked<u32> {
        let mut number = 0_u64;
        for place in 0..5 {
            let [byte] = self.chunk()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return u32::try_from(number).map_err(|_| BAD_LENGTH);
            }
        }
        Err(BAD_LENGTH)
    }
}
