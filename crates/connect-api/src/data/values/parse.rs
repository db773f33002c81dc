//! Text as a value: a number, boolean, date, array or map if it looks like one, else the text itself.
//! ```text
//! parse_string ─▶ null, true, false ─▶ [ or { ─▶ Collections ─▶ number or date ─▶ STRING
//!                                          (a stack instead of recursion: text from outside decides how deep it goes)
//! ```

use std::sync::Arc;

use bytestring::ByteString;

use super::super::{Map, Schema, SchemaParts, Type, Value};
use super::convert::convert_to;
use super::merge::Common;
use super::number::parse_number;
use super::temporal::parse_temporal;
use super::token::{Token, Tokens};
use crate::SchemaAndValue;
use crate::java::{digit, trim};

/// Deeper nested arrays and maps are taken as text. Java's limit is its stack, some thousands.
const MAX_DEPTH: usize = 1000;

/// The schema and value that `text` stands for; none for the text `null`. Anything is at least a string.
/// Source: Apache Kafka, `Values.parseString`.
pub fn parse_string(text: &ByteString) -> Option<SchemaAndValue> {
    let mut tokens = Tokens::new(text);
    let Some(token) = tokens.peek() else { return Some(string(text.clone())) };
    let trimmed = trim(tokens.str(token));
    if token.end == text.len()
        && let Some(literal) = literal(trimmed)
    {
        return literal;
    }
    Some(match trimmed {
        "" => string(slice(text, token)),
        "[" | "{" => Collections::default().parse(&mut tokens).unwrap_or_else(|NotAValue| first_token(text)),
        _ => {
            tokens.next();
            single(&mut tokens, trimmed).unwrap_or_else(|NotAValue| string(text.clone()))
        }
    })
}

/// What is left of an array or map that went wrong: Java goes on with the first token, and only if that is not blank
/// it returns to the whole text.
fn first_token(text: &ByteString) -> SchemaAndValue {
    let mut tokens = Tokens::new(text);
    let first = tokens.next();
    string(if tokens.is_blank(first) { slice(text, first) } else { text.clone() })
}

/// The text is no value of any other type: all of it is a string.
struct NotAValue;

fn string(text: ByteString) -> SchemaAndValue {
    (Some(Schema::required(Type::String)), Value::String(text))
}

fn slice(text: &ByteString, token: Token) -> ByteString {
    text.slice_ref(&text[token.start..token.end])
}

/// The inner option is none for `null`.
fn literal(trimmed: &str) -> Option<Option<SchemaAndValue>> {
    let boolean = |value| Some((Some(Schema::required(Type::Boolean)), Value::Boolean(value)));
    match trimmed {
        "null" => Some(None),
        "true" => Some(boolean(true)),
        "false" => Some(boolean(false)),
        _ => None,
    }
}

/// A date or a number, which the token alone is, or together with the four that follow it: `14` `:` `34` `:` `54.346Z`.
fn single(tokens: &mut Tokens<'_>, trimmed: &str) -> Result<SchemaAndValue, NotAValue> {
    let first = trimmed.chars().next().ok_or(NotAValue)?;
    if digit(first).is_some() {
        if let Some(temporal) = long_temporal(tokens, trimmed).or_else(|| parse_temporal(trimmed)) {
            return Ok(temporal);
        }
    } else if first != '+' && first != '-' {
        return Err(NotAValue);
    }
    parse_number(trimmed).ok_or(NotAValue)
}

fn long_temporal(tokens: &mut Tokens<'_>, trimmed: &str) -> Option<SchemaAndValue> {
    let start = tokens.mark();
    let mut end = start;
    for _ in 0..4 {
        if !tokens.has_next() {
            tokens.rewind_to(start);
            return None;
        }
        end = tokens.next().end;
    }
    // Longer than any timestamp: do not even look.
    let short = (end - start) + trimmed.len() <= 128;
    let temporal = short.then(|| parse_temporal(&format!("{trimmed}{}", &tokens.text()[start..end]))).flatten();
    if temporal.is_none() {
        tokens.rewind_to(start);
    }
    temporal
}

/// A string in quotes, whose first quote is taken; a missing last one is forgiven. Blank tokens get lost.
fn quoted(tokens: &mut Tokens<'_>) -> SchemaAndValue {
    let text = tokens.text();
    let mut content = Content::Slice(Token { start: tokens.mark(), end: tokens.mark() });
    while tokens.has_next() && !tokens.take("\"") {
        content.push(text, tokens.next());
    }
    let content = match content {
        Content::Slice(token) => slice(text, token),
        Content::Owned(owned) => owned.into(),
    };
    parse_temporal(&content).unwrap_or_else(|| string(content))
}

/// Tokens strung together; a slice of the text as long as nothing between them is missing.
enum Content {
    Slice(Token),
    Owned(String),
}

impl Content {
    fn push(&mut self, text: &str, token: Token) {
        match self {
            Self::Slice(slice) if slice.start == slice.end => *slice = token,
            Self::Slice(slice) if slice.end == token.start => slice.end = token.end,
            Self::Slice(slice) => {
                *self = Self::Owned([&text[slice.start..slice.end], &text[token.start..token.end]].concat())
            }
            Self::Owned(owned) => owned.push_str(&text[token.start..token.end]),
        }
    }
}

/// An array or map that has begun.
enum Open {
    Array { items: Vec<Value>, common: Common },
    Map { entries: Map, keys: Common, values: Common, key: Option<SchemaAndValue> },
}

/// What has begun and not ended, outermost first.
#[derive(Default)]
struct Collections(Vec<Open>);

/// What stands at the place of a value.
enum Start {
    Value(Option<SchemaAndValue>),
    Open(Open),
}

impl Collections {
    /// Reads the array or map that begins at the next token.
    fn parse(mut self, tokens: &mut Tokens<'_>) -> Result<SchemaAndValue, NotAValue> {
        loop {
            let mut value = match start(tokens)? {
                Start::Value(value) => value,
                Start::Open(open) => {
                    if self.0.len() == MAX_DEPTH {
                        return Err(NotAValue);
                    }
                    self.0.push(open);
                    match self.close(tokens)? {
                        Some(closed) => Some(closed),
                        None => continue,
                    }
                }
            };
            // Each value may be the last of its collection, which is then a value of the one around it.
            loop {
                let Some(open) = self.0.last_mut() else { return value.ok_or(NotAValue) };
                open.accept(value, tokens)?;
                match self.close(tokens)? {
                    Some(closed) => value = Some(closed),
                    None => break,
                }
            }
        }
    }

    /// The innermost collection if it ends here; none if a value must follow.
    fn close(&mut self, tokens: &mut Tokens<'_>) -> Result<Option<SchemaAndValue>, NotAValue> {
        let Some(open) = self.0.last() else { return Ok(None) };
        if open.awaits_value() {
            return Ok(None);
        }
        if !tokens.has_next() {
            return Err(NotAValue);
        }
        if tokens.take(open.end()) {
            return self.0.pop().map(Open::finish).transpose();
        }
        if tokens.take(",") { Err(NotAValue) } else { Ok(None) }
    }
}

fn start(tokens: &mut Tokens<'_>) -> Result<Start, NotAValue> {
    let token = tokens.peek().ok_or(NotAValue)?;
    let trimmed = trim(tokens.str(token));
    // Blank only where the text ends; there is no end of the collection then.
    if tokens.is_blank(token) {
        return Err(NotAValue);
    }
    tokens.next();
    if let Some(literal) = literal(trimmed) {
        return Ok(Start::Value(literal));
    }
    Ok(match trimmed {
        "\"" => Start::Value(Some(quoted(tokens))),
        "[" => Start::Open(Open::Array { items: Vec::new(), common: Common::default() }),
        "{" => Start::Open(Open::Map {
            entries: Map::new(),
            keys: Common::default(),
            values: Common::default(),
            key: None,
        }),
        _ => Start::Value(Some(single(tokens, trimmed)?)),
    })
}

impl Open {
    fn end(&self) -> &'static str {
        if matches!(self, Self::Array { .. }) { "]" } else { "}" }
    }

    /// The key of an entry was read, and its colon.
    fn awaits_value(&self) -> bool {
        matches!(self, Self::Map { key: Some(_), .. })
    }

    fn accept(&mut self, value: Option<SchemaAndValue>, tokens: &mut Tokens<'_>) -> Result<(), NotAValue> {
        match self {
            Self::Array { items, common } => {
                common.merge(value.as_ref().and_then(|(schema, _)| schema.as_ref()));
                items.push(value.map_or(Value::Null, |(_, value)| value));
                let mark = tokens.mark();
                if tokens.take("]") {
                    tokens.rewind_to(mark);
                } else if !tokens.take(",") {
                    return Err(NotAValue);
                }
            }
            Self::Map { entries, keys, values, key } => match key.take() {
                None => {
                    *key = Some(value.ok_or(NotAValue)?);
                    if !tokens.take(":") {
                        return Err(NotAValue);
                    }
                }
                Some((key_schema, key)) => {
                    keys.merge(key_schema.as_ref());
                    values.merge(value.as_ref().and_then(|(schema, _)| schema.as_ref()));
                    entries.insert(key, value.map_or(Value::Null, |(_, value)| value));
                    // The comma between entries may be missing.
                    tokens.take(",");
                }
            },
        }
        Ok(())
    }

    /// The elements converted to what they have in common; none may be null then.
    fn finish(self) -> Result<SchemaAndValue, NotAValue> {
        match self {
            Self::Array { items, common } => finish_array(items, &common),
            Self::Map { entries, keys, values, .. } => finish_map(entries, &keys, &values),
        }
    }
}

fn finish_array(mut items: Vec<Value>, common: &Common) -> Result<SchemaAndValue, NotAValue> {
    if let Some(schema) = common.schema() {
        items = items.iter().map(|item| align(schema, item)).collect::<Result<_, _>>()?;
    }
    let schema = SchemaParts { value_schema: common.schema().cloned(), ..SchemaParts::of(Type::Array) };
    Ok((Some(Schema::new(schema)), Value::array(items)))
}

fn finish_map(entries: Map, keys: &Common, values: &Common) -> Result<SchemaAndValue, NotAValue> {
    let Some(key_schema) = keys.schema() else {
        return Ok((Some(Schema::required(Type::Map)), Value::map(entries)));
    };
    let entry = |(key, value): (&Value, &Value)| {
        let value = values.schema().map_or_else(|| Ok(value.clone()), |schema| align(schema, value))?;
        Ok((align(key_schema, key)?, value))
    };
    let entries = entries.iter().map(entry).collect::<Result<Map, NotAValue>>()?;
    let schema = SchemaParts {
        key_schema: Some(Arc::clone(key_schema)),
        value_schema: values.schema().cloned(),
        ..SchemaParts::of(Type::Map)
    };
    Ok((Some(Schema::new(schema)), Value::map(entries)))
}

fn align(schema: &Arc<Schema>, value: &Value) -> Result<Value, NotAValue> {
    convert_to(schema, None, value).map_err(|_| NotAValue)
}
