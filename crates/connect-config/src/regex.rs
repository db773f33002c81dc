//! Patterns in Java's syntax, with Java's texts for what is wrong with them.

use java_text::Regex;

pub use java_text::PatternError;

/// A compiled pattern that texts are only matched with.
#[derive(Debug, Clone)]
pub struct JavaRegex(Regex);

impl JavaRegex {
    /// # Errors
    /// The pattern is malformed, or nests too deep.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        Regex::new(pattern).map(Self)
    }

    /// True if the whole text matches; a text that the pattern is too complex for does not.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text).unwrap_or(false)
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
