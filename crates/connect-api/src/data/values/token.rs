//! Splits text at `: , { } [ ] "`, unless a backslash stands before them.

use bytestring::ByteString;

use crate::java::trim;

/// A piece of the text: a delimiter, or all up to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Reads tokens one after the other, with one token of look-ahead.
pub(super) struct Tokens<'a> {
    text: &'a ByteString,
    /// Where the next token begins, behind the one in `ahead`.
    position: usize,
    ahead: Option<Token>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a ByteString) -> Self {
        Self { text, position: 0, ahead: None }
    }

    pub(super) fn text(&self) -> &'a ByteString {
        self.text
    }

    pub(super) fn str(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// Only white space and control characters.
    pub(super) fn is_blank(&self, token: Token) -> bool {
        trim(self.str(token)).is_empty()
    }

    /// Where the token ahead begins.
    pub(super) fn mark(&self) -> usize {
        self.ahead.map_or(self.position, |token| token.start)
    }

    pub(super) fn rewind_to(&mut self, mark: usize) {
        self.position = mark;
        self.ahead = None;
    }

    pub(super) fn has_next(&self) -> bool {
        self.ahead.is_some() || self.position < self.text.len()
    }

    pub(super) fn next(&mut self) -> Token {
        match self.ahead.take() {
            Some(token) => token,
            None => self.read(),
        }
    }

    /// Looks at the next token that is not blank; the blank ones before it are gone. A blank token that ends the
    /// text is returned as it is.
    pub(super) fn peek(&mut self) -> Option<Token> {
        if !self.has_next() {
            return None;
        }
        let mut token = self.next();
        while self.is_blank(token) && self.position < self.text.len() {
            token = self.read();
        }
        self.ahead = Some(token);
        self.ahead
    }

    /// Takes the next token if, blanks aside, it is this one. Blank tokens before it are gone in any case.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let found = self.peek().is_some_and(|token| trim(self.str(token)) == expected);
        if found {
            self.ahead = None;
        }
        found
    }

    fn read(&mut self) -> Token {
        let (start, bytes) = (self.position, self.text.as_bytes());
        let mut escaped = false;
        while let Some(byte) = bytes.get(self.position) {
            match byte {
                b'\\' => escaped = !escaped,
                b':' | b',' | b'{' | b'}' | b'[' | b']' | b'"' if !escaped => {
                    self.position += usize::from(start == self.position);
                    break;
                }
                _ => escaped = false,
            }
            self.position += 1;
        }
        Token { start, end: self.position }
    }
}
