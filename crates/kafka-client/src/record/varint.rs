//! Zig-zag variable-length integers, as records use them.

/// How many bytes `value` takes.
#[inline]
pub(super) fn size(value: i64) -> usize {
    let bits = 64 - (zigzag(value) | 1).leading_zeros() as usize;
    bits.div_ceil(7)
}

#[inline]
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Appends to a small stack buffer, so that several integers reach the batch in one copy.
pub(super) struct Scratch {
    bytes: [u8; 48],
    len: usize,
}

impl Scratch {
    #[inline]
    pub(super) fn new() -> Self {
        Self { bytes: [0; 48], len: 0 }
    }

    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    #[inline]
    pub(super) fn put(&mut self, value: i64) {
        let mut rest = zigzag(value);
        while rest >= 0x80 {
            self.byte(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.byte(rest as u8);
    }

    #[inline]
    pub(super) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Reads forward through a slice; every answer is `None` past the end or on a number that is too long.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    #[inline]
    pub(super) fn long(&mut self) -> Option<i64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }

    #[inline]
    pub(super) fn int(&mut self) -> Option<i32> {
        i32::try_from(self.long()?).ok()
    }

    /// A length that fits into what is left; `Some(None)` is the null of the format.
    #[inline]
    pub(super) fn nullable_len(&mut self) -> Option<Option<usize>> {
        match self.int()? {
            -1 => Some(None),
            len => {
                let len = usize::try_from(len).ok()?;
                (len <= self.bytes.len() - self.at).then_some(Some(len))
            }
        }
    }

    /// The range of the next length-prefixed field.
    #[inline]
    pub(super) fn field(&mut self) -> Option<Option<std::ops::Range<usize>>> {
        let Some(len) = self.nullable_len()? else { return Some(None) };
        let from = self.at;
        self.at += len;
        Some(Some(from..self.at))
    }
}
