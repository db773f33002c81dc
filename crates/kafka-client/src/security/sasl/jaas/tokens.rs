//! Words, strings and signs of a login configuration, split as Java's `StreamTokenizer` splits them.

use std::iter::Peekable;
use std::str::Chars;

/// One token, where it begins or ends with `line`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters, digits, and the signs that may stand in a name.
    Word(String),
    /// What stood between quotes; never read as anything else.
    Quoted(String),
    /// Java reads a number where a word begins with a digit or a point, and has no text for it.
    Number,
    /// Any other character.
    Sign(char),
}

/// The tokens of one text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    chars: Peekable<Chars<'a>>,
    /// Signs that may stand in words, besides letters and digits.
    word_signs: &'static str,
    /// The line of the last token, from 1.
    pub(super) line: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str, word_signs: &'static str) -> Self {
        Tokens { chars: text.chars().peekable(), word_signs, line: 1 }
    }

    fn take(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    fn take_if(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let next = self.chars.peek().copied().filter(|c| wanted(*c))?;
        self.take();
        Some(next)
    }

    fn starts_word(&self, c: char) -> bool {
        c.is_ascii_alphabetic() || u32::from(c) >= 0xa0 || self.word_signs.contains(c)
    }

    fn word(&mut self, first: char) -> Token {
        let mut word = String::from(first);
        while let Some(next) = self.chars.peek().copied() {
            if !self.starts_word(next) && !is_digit(next) && next != '-' {
                break;
            }
            word.extend(self.take());
        }
        Token::Word(word)
    }

    /// A number begins with a digit, a point or a minus. A minus that none of the others follows is a sign.
    fn number(&mut self, first: char) -> Token {
        if first == '-' && !self.chars.peek().is_some_and(|c| is_digit(*c)) {
            return Token::Sign('-');
        }
        while self.take_if(is_digit).is_some() {}
        Token::Number
    }

    /// Up to the same quote; a string that is not closed ends with its line.
    fn quoted(&mut self, quote: char) -> Token {
        let mut text = String::new();
        while let Some(next) = self.take_if(|c| c != '\n' && c != '\r') {
            match next {
                next if next == quote => break,
                '\\' => text.extend(self.escaped()),
                next => text.push(next),
            }
        }
        Token::Quoted(text)
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.take()? {
            first @ '0'..='7' => self.octal(first),
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            other => other,
        })
    }

    /// One to three octal digits, three of them only up to `\377`.
    fn octal(&mut self, first: char) -> char {
        let mut value = first.to_digit(8).unwrap_or(0);
        let more = if first <= '3' { 2 } else { 1 };
        for _ in 0..more {
            let Some(digit) = self.take_if(|c| c.is_digit(8)) else { break };
            value = value * 8 + digit.to_digit(8).unwrap_or(0);
        }
        char::from_u32(value).unwrap_or('\u{fffd}')
    }

    /// A slash always begins a comment: to the end of the line, or with a star to the next star and slash.
    fn skip_comment(&mut self) {
        if self.take_if(|c| c == '*').is_none() {
            while self.take_if(|c| c != '\n').is_some() {}
            return;
        }
        let mut before = ' ';
        while let Some(next) = self.take() {
            if (before, next) == ('*', '/') {
                return;
            }
            before = next;
        }
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            return Some(match self.take()? {
                c if c <= ' ' => continue,
                '/' => {
                    self.skip_comment();
                    continue;
                }
                quote @ ('"' | '\'') => self.quoted(quote),
                c if is_digit(c) || c == '-' => self.number(c),
                c if self.starts_word(c) => self.word(c),
                c => Token::Sign(c),
            });
        }
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}
