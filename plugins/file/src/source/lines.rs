//! Cuts what is read into lines without copying each.
//! ```text
//! read ─▶ buffer: [complete lines][begun line] ─▶ Chunk, checked for UTF-8 once ─▶ take: slices of the chunk
//! ```

use bytes::Bytes;
use bytestring::ByteString;
use memchr::{memchr2, memrchr2};

use super::decode::decode_utf8;

/// How much is read at once where there is much to read: large enough to make reads and chunks rare, small enough to stay in
/// the cache.
const READ_SIZE: usize = 256 * 1024;
/// And at first: a worker may follow hundreds of quiet files.
const READ_SIZE_FIRST: usize = 8 * 1024;

/// The longest line, its end included. Java's buffer grows until the heap is full.
pub(crate) const LINE_LENGTH_MAX: usize = 64 * 1024 * 1024;

/// The line is longer than [`LINE_LENGTH_MAX`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineTooLong;

/// Bytes in, lines out. A line ends with `\n`, `\r\n` or a lone `\r`; a `\r` waits for the byte after it.
pub(crate) struct LineBuffer {
    buffer: Vec<u8>,
    read_size: usize,
    /// How much of `buffer` has been read and is not in the chunk.
    filled: usize,
    /// No line ends in `buffer[..searched]`, unless its last byte is a `\r`.
    searched: usize,
    chunk: Chunk,
    /// How much of the chunk has been taken.
    taken: usize,
    /// Of the next line to take, in bytes from the start of the input.
    position: i64,
}

/// Whole lines.
enum Chunk {
    Utf8(ByteString),
    /// Some of it is malformed, so that each line is decoded by itself.
    Malformed(Bytes),
}

impl LineBuffer {
    /// A buffer for input that begins at `position`.
    pub(crate) fn new(position: i64) -> Self {
        Self {
            buffer: Vec::new(),
            read_size: READ_SIZE_FIRST,
            filled: 0,
            searched: 0,
            chunk: Chunk::empty(),
            taken: 0,
            position,
        }
    }

    /// Where the next line begins.
    pub(crate) fn position(&self) -> i64 {
        self.position
    }

    /// Where the next byte belongs that is read.
    pub(crate) fn end(&self) -> i64 {
        let behind = self.chunk.bytes().len() - self.taken + self.filled;
        self.position.saturating_add_unsigned(behind as u64)
    }

    /// Room to read into; then say [`filled`](Self::filled).
    pub(crate) fn space(&mut self) -> &mut [u8] {
        let free = self.buffer.len() - self.filled;
        let oversized = self.buffer.len() > 4 * READ_SIZE && self.filled < READ_SIZE / 2;
        if free < self.read_size / 2 || oversized {
            let size = self.read_size.max(self.filled * 2);
            self.buffer.resize(size, 0);
            self.buffer.shrink_to(size);
        }
        &mut self.buffer[self.filled..]
    }

    /// `count` bytes of the space have been read. To be called only when all lines have been taken.
    /// # Errors
    /// A line has grown too long: nothing can be read any more.
    pub(crate) fn filled(&mut self, count: usize) -> Result<(), LineTooLong> {
        self.filled += count;
        if self.filled == self.buffer.len() {
            self.read_size = READ_SIZE.min(4 * self.read_size);
        }
        let from = self.searched.saturating_sub(1);
        match last_line_end(&self.buffer[from..self.filled]) {
            Some(end) => self.cut(from + end),
            None if self.filled > LINE_LENGTH_MAX => return Err(LineTooLong),
            None => self.searched = self.filled,
        }
        Ok(())
    }

    /// Makes the first `end` bytes the chunk, and moves the rest to the front.
    fn cut(&mut self, end: usize) {
        self.chunk = Chunk::of(Bytes::copy_from_slice(&self.buffer[..end]));
        self.taken = 0;
        self.buffer.copy_within(end..self.filled, 0);
        self.filled -= end;
        self.searched = self.filled;
    }

    /// Gives at most `max` lines to `each`, with the position behind the line.
    pub(crate) fn take(&mut self, max: usize, mut each: impl FnMut(ByteString, i64)) {
        for _ in 0..max {
            let rest = &self.chunk.bytes()[self.taken..];
            let Some(text) = memchr2(b'\n', b'\r', rest) else {
                (self.chunk, self.taken) = (Chunk::empty(), 0); // all of it was lines
                return;
            };
            let end = match &rest[text..] {
                [b'\r', b'\n', ..] => text + 2,
                _ => text + 1,
            };
            let line = self.chunk.text(self.taken, self.taken + text);
            self.taken += end;
            self.position = self.position.saturating_add_unsigned(end as u64);
            each(line, self.position);
        }
    }
}

impl Chunk {
    fn empty() -> Self {
        Self::Utf8(ByteString::new())
    }

    fn of(bytes: Bytes) -> Self {
        match ByteString::try_from(bytes.clone()) {
            Ok(text) => Self::Utf8(text),
            Err(_) => Self::Malformed(bytes),
        }
    }

    fn bytes(&self) -> &Bytes {
        match self {
            Self::Utf8(text) => text.as_bytes(),
            Self::Malformed(bytes) => bytes,
        }
    }

    /// A line without its end: `from` and `to` are where lines begin and end, so never inside a character.
    fn text(&self, from: usize, to: usize) -> ByteString {
        match self {
            Self::Utf8(text) => text.slice_ref(&text[from..to]),
            Self::Malformed(bytes) => {
                let line = bytes.slice(from..to);
                ByteString::try_from(line.clone()).unwrap_or_else(|_| decode_utf8(&line).into())
            }
        }
    }
}

/// Behind the last line that is surely complete: a `\r` at the very end may become a `\r\n`.
fn last_line_end(bytes: &[u8]) -> Option<usize> {
    let last = memrchr2(b'\n', b'\r', bytes)?;
    let undecided = bytes[last] == b'\r' && last + 1 == bytes.len();
    let end = if undecided { memrchr2(b'\n', b'\r', &bytes[..last])? } else { last };
    Some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(buffer: &mut LineBuffer, mut bytes: &[u8]) -> Result<Vec<(String, i64)>, LineTooLong> {
        let mut lines = Vec::new();
        while !bytes.is_empty() {
            let space = buffer.space();
            let count = bytes.len().min(space.len());
            space[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            buffer.filled(count)?;
            buffer.take(usize::MAX, |line, position| lines.push((line.to_string(), position)));
        }
        Ok(lines)
    }

    #[test]
    fn cuts_lines_wherever_the_input_is_cut() {
        for (input, want) in [
            (&b""[..], &[][..]),
            (b"\n", &[("", 1)]),
            (b"a\nb", &[("a", 2)]), // the last line has no end yet
            (b"a\r\nb\r\n", &[("a", 3), ("b", 6)]),
            (b"a\rb\r", &[("a", 2)]), // the last \r may become \r\n
            (b"\r\r\r\n\n", &[("", 1), ("", 2), ("", 4), ("", 5)]),
            (b"a\r\r", &[("a", 2)]),
            ("é\n😀\u{2028}\u{85}x\n".as_bytes(), &[("é", 3), ("😀\u{2028}\u{85}x", 14)]),
            (b"\xFF\na\xE4\nb\n", &[("\u{FFFD}", 2), ("a\u{FFFD}", 5), ("b", 7)]),
            (b"\x00\x0B\x0C\n", &[("\0\u{B}\u{C}", 4)]),
        ] {
            let want: Vec<_> = want.iter().map(|(line, at)| (line.to_string(), *at)).collect();
            for size in [1, 2, 3, 100] {
                let mut buffer = LineBuffer::new(0);
                let got: Vec<_> = input.chunks(size).flat_map(|part| feed(&mut buffer, part).unwrap()).collect();
                assert_eq!(got, want, "{input:?} in parts of {size}");
                assert_eq!(buffer.end(), input.len() as i64);
            }
        }
    }

    #[test]
    fn a_long_line_grows_the_buffer_and_gives_it_back() {
        let mut input = vec![b'x'; 3_000_000];
        input.extend(b"\nshort\n");
        let mut buffer = LineBuffer::new(7);
        let lines = feed(&mut buffer, &input).unwrap();
        assert_eq!(lines[0].0.len(), 3_000_000);
        assert_eq!(lines[1], ("short".to_owned(), 7 + 3_000_007));
        assert_eq!(buffer.space().len(), READ_SIZE);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut buffer = LineBuffer::new(0);
        assert_eq!(feed(&mut buffer, &vec![b'x'; LINE_LENGTH_MAX + 1]), Err(LineTooLong));
    }

    #[test]
    fn takes_no_more_than_asked_and_remembers_the_rest() {
        let mut buffer = LineBuffer::new(0);
        buffer.space()[..6].copy_from_slice(b"1\n2\n3\n");
        buffer.filled(6).unwrap();
        let mut taken = Vec::new();
        for _ in 0..4 {
            buffer.take(1, |line, _| taken.push(line.to_string()));
        }
        assert_eq!(taken, ["1", "2", "3"]);
        assert_eq!(buffer.position(), 6);
    }
}
