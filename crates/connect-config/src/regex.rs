//! Patterns in Java's syntax, with Java's texts for what is wrong with them.
//!
//! The matching is the `java_regex` crate's; this module bounds what it recurses on and words its errors as the JDK.

use std::fmt;

use java_regex::Regex;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct JavaRegex(Regex);

/// What `PatternSyntaxException.getMessage` says: description, index, pattern and a caret under the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternSyntaxError {
    pub description: String,
    /// In characters; `None` where Java has -1.
    pub index: Option<usize>,
    pub pattern: String,
}

/// Groups and classes inside each other; a pattern that nests deeper could exhaust the stack.
const NESTING_MAX: usize = 100;

impl JavaRegex {
    /// # Errors
    /// The pattern is malformed, or nests more than 100 groups or classes.
    pub fn new(pattern: &str) -> Result<Self, PatternSyntaxError> {
        if nesting(pattern) > NESTING_MAX {
            let description = format!("Groups are nested more than {NESTING_MAX} levels deep");
            return Err(PatternSyntaxError { description, index: None, pattern: pattern.to_owned() });
        }
        Regex::new(pattern).map(Self).map_err(|error| in_java(pattern, &error.message, error.index))
    }

    /// True if the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }

    /// The underlying pattern, for searching and replacing.
    pub fn inner(&self) -> &Regex {
        &self.0
    }
}

impl fmt::Display for PatternSyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.description)?;
        if let Some(index) = self.index {
            write!(f, " near index {index}")?;
        }
        write!(f, "\n{}", self.pattern)?;
        match self.index.filter(|index| *index < self.pattern.chars().count()) {
            Some(index) => write!(f, "\n{:index$}^", ""),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PatternSyntaxError {}

/// How deep brackets are nested at most; quoted ones may be counted too.
fn nesting(pattern: &str) -> usize {
    let (mut depth, mut deepest, mut escaped) = (0usize, 0, false);
    for c in pattern.chars() {
        match c {
            _ if escaped => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        deepest = deepest.max(depth);
    }
    deepest
}

/// The JDK's words and index for the crate's.
fn in_java(pattern: &str, message: &str, index: usize) -> PatternSyntaxError {
    let before = index.checked_sub(1);
    let quoted = |text: &str| message.strip_prefix(text).map(str::to_owned);
    let at_end = index >= pattern.chars().count();
    let (description, index) = match message {
        "Expected ')'" => ("Unclosed group".to_owned(), Some(index)),
        "Expected '>'" => ("named capturing group is missing trailing '>'".to_owned(), Some(index)),
        "Unclosed character class" | "Unexpected end in character class" => {
            ("Unclosed character class".to_owned(), before)
        }
        "Unexpected end of pattern after \\" => ("Unexpected internal error".to_owned(), Some(index)),
        "Invalid inline flag" => ("Unknown inline modifier".to_owned(), Some(index)),
        "Invalid hex escape" => ("Illegal hexadecimal escape sequence".to_owned(), Some(index)),
        "Expected control character after \\c" => ("Illegal control escape sequence".to_owned(), before),
        "Empty group name" => ("capturing group name does not start with a Latin letter".to_owned(), Some(index)),
        _ if message.starts_with("Group name must start") => {
            ("capturing group name does not start with a Latin letter".to_owned(), before)
        }
        _ if message.starts_with("Unexpected character ')'") => ("Unmatched closing ')'".to_owned(), before),
        _ if message.starts_with("Invalid range") => ("Illegal character range".to_owned(), before),
        _ if message.starts_with("Illegal octal escape") => ("Illegal octal escape sequence".to_owned(), Some(index)),
        _ if message.starts_with("Illegal repetition") => illegal_repetition(pattern, index, at_end),
        _ => match (
            quoted("Unknown named group: "),
            quoted("Duplicate group name: "),
            quoted("Unknown Unicode property: "),
        ) {
            (Some(name), ..) => (format!("named capturing group <{name}> does not exist"), before),
            (_, Some(name), _) => (format!("Named capturing group <{name}> is already defined"), before),
            (.., Some(name)) => (format!("Unknown character property name {{{name}}}"), before),
            _ => (message.to_owned(), Some(index)),
        },
    };
    PatternSyntaxError { description, index, pattern: pattern.to_owned() }
}

/// Java tells apart a `{` without a number, a number without an end, and bounds that cannot be.
fn illegal_repetition(pattern: &str, index: usize, at_end: bool) -> (String, Option<usize>) {
    let last = index.checked_sub(1).and_then(|before| pattern.chars().nth(before));
    match last {
        Some('}') => ("Illegal repetition range".to_owned(), index.checked_sub(1)),
        Some(c) if at_end && (c.is_ascii_digit() || c == ',') => ("Unclosed counted closure".to_owned(), Some(index)),
        Some('{') => ("Illegal repetition".to_owned(), Some(index)),
        _ => ("Illegal repetition".to_owned(), Some(index + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_as_the_jdk_words_them() {
        for (pattern, want) in [
            ("(", "Unclosed group near index 1\n("),
            ("*", "Dangling meta character '*' near index 0\n*\n^"),
            ("a**", "Dangling meta character '*' near index 2\na**\n  ^"),
            (")", "Unmatched closing ')'\n)"),
            ("a)b", "Unmatched closing ')' near index 0\na)b\n^"),
            ("[a", "Unclosed character class near index 1\n[a\n ^"),
            ("x[b-a]y", "Illegal character range near index 4\nx[b-a]y\n    ^"),
            ("a{", "Illegal repetition near index 2\na{"),
            ("{", "Illegal repetition near index 1\n{"),
            ("a{1", "Unclosed counted closure near index 3\na{1"),
            ("a{2,1}", "Illegal repetition range near index 5\na{2,1}\n     ^"),
            ("a\\", "Unexpected internal error near index 2\na\\"),
            ("(?z)", "Unknown inline modifier near index 2\n(?z)\n  ^"),
            (
                "(?<n>a)(?<n>b)",
                "Named capturing group <n> is already defined near index 11\n(?<n>a)(?<n>b)\n           ^",
            ),
        ] {
            assert_eq!(JavaRegex::new(pattern).err().map(|error| error.to_string()).as_deref(), Some(want));
        }
    }

    #[test]
    fn depth_is_bounded() {
        assert!(JavaRegex::new(&"(".repeat(100_000)).is_err());
        assert!(JavaRegex::new(&format!("{}a{}", "(".repeat(100), ")".repeat(100))).is_ok_and(|re| re.matches("a")));
    }
}
