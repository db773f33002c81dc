//! Properties of characters by name: what `\p{…}` accepts.

use std::sync::Arc;

use super::PatternError;
use super::cursor::Cursor;
use super::set::{Property, Set};

/// Reads from the `\` on: `\p{L}`, `\PL`.
pub(super) fn property(cursor: &mut Cursor<'_>) -> Result<Set, PatternError> {
    cursor.at += 1;
    let negative = cursor.raw(cursor.at) == 'P';
    let name = name(cursor)?;
    match set(&name, cursor.flags.unicode_class, cursor.flags.fold_case) {
        Some(set) if negative => Ok(set.not()),
        Some(set) => Ok(set),
        None => cursor.error(unknown(&name)),
    }
}

fn name(cursor: &mut Cursor<'_>) -> Result<String, PatternError> {
    if cursor.next() != '{' {
        return Ok(cursor.read().to_string());
    }
    cursor.next();
    let start = cursor.at;
    while !cursor.at_end() && cursor.peek() != '}' {
        cursor.at += 1;
    }
    cursor.at += 1;
    if cursor.at > cursor.length() {
        return cursor.error("Unclosed character family");
    }
    if start + 1 >= cursor.at {
        return cursor.error("Empty character family");
    }
    Ok(cursor.text(start, cursor.at - 1))
}

fn set(name: &str, unicode: bool, fold: bool) -> Option<Set> {
    let flags = match (unicode, fold) {
        (false, false) => "",
        (true, false) => "(?U)",
        (false, true) => "(?i)",
        (true, true) => "(?Ui)",
    };
    if is_miswritten(name) {
        return None;
    }
    let pattern = match (name, name.split_once('=')) {
        ("all", _) => return Some(Set::Any),
        ("Lower" | "Upper", _) if fold && !unicode => "\\p{Alpha}".to_owned(),
        ("javaJavaIdentifierStart", _) => IDENTIFIER_START.to_owned(),
        ("javaJavaIdentifierPart", _) => IDENTIFIER_PART.to_owned(),
        (_, Some((key, value))) => key_value(&key.to_ascii_lowercase(), value)?,
        _ => name.strip_prefix("Is").and_then(binary).map_or_else(|| format!("\\p{{{name}}}"), str::to_owned),
    };
    Property::new(&format!("{flags}{pattern}")).map(|property| Set::Property(Arc::new(property)))
}

const IDENTIFIER_START: &str = "[\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}]";
const IDENTIFIER_PART: &str =
    "[\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}\\p{Nd}\\p{Mn}\\p{Mc}\\p{Cf}\\x00-\\x08\\x0E-\\x1B\\x7F-\\x9F]";

fn key_value(key: &str, value: &str) -> Option<String> {
    let prefix = match key {
        "sc" | "script" => "Is",
        "blk" | "block" => "In",
        "gc" | "general_category" => "",
        _ => return None,
    };
    Some(format!("\\p{{{prefix}{value}}}"))
}

/// The properties of Unicode that are no general category and no script, in terms of what the tables have.
fn binary(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ALPHABETIC" => "\\p{javaAlphabetic}",
        "LETTER" => "\\p{L}",
        "LOWERCASE" => "\\p{javaLowerCase}",
        "UPPERCASE" => "\\p{javaUpperCase}",
        "TITLECASE" => "\\p{Lt}",
        "WHITE_SPACE" | "WHITESPACE" => "(?U)\\s",
        "CONTROL" => "\\p{Cc}",
        "PUNCTUATION" => "\\p{P}",
        "HEX_DIGIT" | "HEXDIGIT" => "[\\p{Nd}A-Fa-f\\x{FF21}-\\x{FF26}\\x{FF41}-\\x{FF46}]",
        "ASSIGNED" => "\\P{Cn}",
        "NONCHARACTER_CODE_POINT" | "NONCHARACTERCODEPOINT" => "[\\x{FDD0}-\\x{FDEF}\\x{FFFE}\\x{FFFF}]",
        "DIGIT" => "\\p{Nd}",
        "ALNUM" => "[\\p{javaAlphabetic}\\p{Nd}]",
        "BLANK" => "[\\t\\p{Zs}]",
        "GRAPH" => "(?U)\\p{Graph}",
        "PRINT" => "(?U)\\p{Print}",
        "WORD" => "(?U)\\w",
        "JOIN_CONTROL" | "JOINCONTROL" => "[\\x{200C}\\x{200D}]",
        _ => return None,
    })
}

fn unknown(name: &str) -> String {
    match name.split_once('=') {
        Some((key, value)) => {
            format!("Unknown Unicode property {{name=<{}>, value=<{value}>}}", key.to_ascii_lowercase())
        }
        None => format!("Unknown character property name {{{name}}}"),
    }
}

/// General categories are written as `L` and `Lu`; other names of one or two letters do not exist.
fn is_miswritten(name: &str) -> bool {
    let category = name.strip_prefix("Is").unwrap_or(name);
    let mut chars = category.chars();
    let starts = chars.next().is_some_and(|c| c.is_ascii_uppercase());
    let ends = chars.next().is_none_or(|c| c.is_ascii_lowercase());
    category.len() <= 2 && !(starts && ends) && !matches!(category, "LC" | "LD" | "L1")
}
