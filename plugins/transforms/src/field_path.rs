//! `field.syntax.version`: V1 names a field of the struct or map itself, V2 also one further down, `a.b` or `` `a.b`.c ``.
//! Source: Apache Kafka, `SingleFieldPath`.

use connect_api::{ConnectError, Field, Map, Schema, Type, Value};

use crate::requirements::map;

const PURPOSE: &str = "nested field access";

/// The names on the way to a field. Empty for an empty V2 path, which leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldPath(Vec<String>);

impl FieldPath {
    /// The whole text is one name.
    pub(crate) fn v1(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }

    /// Names are split at dots. A name in backticks may hold dots; a backtick in it is escaped with a backslash where it
    /// would end the name.
    /// # Errors
    /// A `ConfigException`: a backtick has no partner.
    pub(crate) fn v2(path: &str) -> Result<Self, ConnectError> {
        let mut steps = Vec::new();
        let mut rest = Some(path).filter(|path| !path.is_empty());
        while let Some(text) = rest {
            let (step, after) = match text.strip_prefix('`') {
                Some(quoted) => quoted_step(quoted).ok_or_else(|| incomplete(path, path.len() - text.len()))?,
                None => match text.split_once('.') {
                    Some((step, after)) => (step.to_owned(), Some(after)),
                    None => (text.to_owned(), None),
                },
            };
            steps.push(step);
            rest = after;
        }
        Ok(Self(steps))
    }

    /// The last name and those before it.
    /// # Errors
    /// There is none.
    fn split(&self) -> Result<(&str, &[String]), ConnectError> {
        let split = self.0.split_last().map(|(last, before)| (last.as_str(), before));
        split.ok_or_else(|| ConnectError::new("java.lang.IllegalArgumentException", "fromIndex(0) > toIndex(-1)"))
    }

    /// The fields on the way, each of the schema of the one before; none if one of them is missing.
    /// # Errors
    /// A `DataException`: a schema on the way is no struct.
    pub(crate) fn fields_in<'a>(&self, schema: &'a Schema) -> Result<Option<Vec<&'a Field>>, ConnectError> {
        let (mut schema, mut fields) = (schema, Vec::new());
        self.split()?;
        for step in &self.0 {
            if schema.schema_type() != Type::Struct {
                return Err(ConnectError::data("Cannot look up fields on non-struct type"));
            }
            let Some(field) = schema.field(step) else { return Ok(None) };
            fields.push(field);
            schema = &field.schema;
        }
        Ok(Some(fields))
    }

    /// The value in maps inside of maps; none if it is not there.
    /// # Errors
    /// A `DataException`: a value on the way is no map.
    pub(crate) fn value_in<'a>(&self, top: &'a Map) -> Result<Option<&'a Value>, ConnectError> {
        let (last, before) = self.split()?;
        let mut current = top;
        for step in before {
            match current.get_str(step) {
                None | Some(Value::Null) => return Ok(None),
                Some(value) => current = map(value, PURPOSE)?,
            }
        }
        Ok(current.get_str(last))
    }
}

/// A step and what follows the dot behind it; nothing follows at the end of the path.
type Step<'a> = (String, Option<&'a str>);

/// The step up to the backtick that ends the path, or stands before a dot and is not escaped. None if there is none.
fn quoted_step(quoted: &str) -> Option<Step<'_>> {
    let (mut step, mut start, mut search) = (String::new(), 0, 0);
    loop {
        let at = search + quoted[search..].find('`')?;
        let after = &quoted[at + 1..];
        // Java looks at the character before, be it the opening backtick.
        let escaped = quoted[..at].ends_with('\\');
        match (after.strip_prefix('.'), escaped) {
            (None, true) if after.is_empty() => return None,
            (None, false) if after.is_empty() => {
                step.push_str(&quoted[start..at]);
                return Some((step, None));
            }
            (None, _) => {}
            (Some(rest), false) => {
                step.push_str(&quoted[start..at]);
                return Some((step, Some(rest)));
            }
            (Some(_), true) => {
                step.push_str(&quoted[start..at - 1]);
                step.push('`');
                start = at + 1;
            }
        }
        search = at + 1;
    }
}

fn incomplete(path: &str, position: usize) -> ConnectError {
    let position = path[..position].encode_utf16().count();
    ConnectError::config(format!(
        "Incomplete backtick pair in path: [{path}], consider adding a backslash before backtick at position {position} \
         to escape it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_version_2() {
        for (path, want) in [
            ("a", &["a"][..]),
            ("a.b.c", &["a", "b", "c"]),
            ("a.", &["a", ""]), // an empty name at the end is a name
            (".", &["", ""]),
            ("`a.b`.c", &["a.b", "c"]),
            ("`a`b`.c", &["a`b", "c"]), // only before a dot and at the end does a backtick close
            ("`a\\`.b`.c", &["a`.b", "c"]), // unless it is escaped
            ("a`.b", &["a`", "b"]),
            ("``", &[""]),
            ("`a`.", &["a", ""]),
            ("", &[]),
        ] {
            assert_eq!(
                FieldPath::v2(path).map(|path| path.0),
                Ok(want.iter().map(|&name| name.into()).collect()),
                "{path}"
            );
        }
    }

    #[test]
    fn incomplete_pairs_are_found_where_they_begin() {
        for (path, position) in [("`a", 0), ("a.`b", 2), ("é😀.`b", 4), ("`a\\`", 0), ("`", 0)] {
            let error = FieldPath::v2(path).expect_err(path);
            assert!(error.message().is_some_and(|text| text.contains(&format!("at position {position} "))), "{error}");
        }
    }
}
