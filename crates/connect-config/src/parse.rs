//! From text to one of the nine types, and back.

use crate::number::{parse_double, parse_long};
use crate::{AnyClass, ClassResolver, ConfigException, ConfigType, Input, Parsed, Password};

/// As [`parse_type_with`], accepting every class name.
/// # Errors
/// The value is not one of this type.
pub fn parse_type<'a>(name: &str, value: impl Into<Input<'a>>, ty: ConfigType) -> Result<Parsed, ConfigException> {
    parse_type_with(name, value, ty, &AnyClass)
}

/// Reads `value`, given for the key `name`, as a value of type `ty`. Text is trimmed first; null stays null.
/// Source: Apache Kafka, `ConfigDef.parseType`.
/// # Errors
/// The value is not one of this type. The text shows the value before trimming.
pub fn parse_type_with<'a>(
    name: &str,
    value: impl Into<Input<'a>>,
    ty: ConfigType,
    classes: &dyn ClassResolver,
) -> Result<Parsed, ConfigException> {
    match value.into() {
        Input::Null | Input::Object(Parsed::Null) => Ok(Parsed::Null),
        Input::Text(text) => parse_text(name, text, ty, classes),
        Input::Object(Parsed::String(text)) => parse_text(name, &text, ty, classes),
        Input::Object(value) => accept_object(name, value, ty),
        Input::Other { number: Some(number), .. } if ty == ConfigType::Double => Ok(Parsed::Double(number)),
        Input::Other { java_class, text, .. } => Err(wrong_object(name, &text, java_class, ty)),
    }
}

fn parse_text(name: &str, text: &str, ty: ConfigType, classes: &dyn ClassResolver) -> Result<Parsed, ConfigException> {
    let trimmed = java_trim(text);
    let number = |parsed: Option<Parsed>| {
        parsed.ok_or_else(|| ConfigException::invalid(name, text, format_args!("Not a number of type {ty}")))
    };
    match ty {
        ConfigType::Boolean => parse_boolean(trimmed).ok_or_else(|| not_boolean(name, text)),
        ConfigType::String => Ok(trimmed.into()),
        ConfigType::Int => number(parse_long(trimmed).and_then(|n| i32::try_from(n).ok()).map(Parsed::Int)),
        ConfigType::Short => number(parse_long(trimmed).and_then(|n| i16::try_from(n).ok()).map(Parsed::Short)),
        ConfigType::Long => number(parse_long(trimmed).map(Parsed::Long)),
        ConfigType::Double => number(parse_double(trimmed).map(Parsed::Double)),
        ConfigType::List => Ok(Parsed::List(split_list(trimmed))),
        ConfigType::Class => classes
            .resolve(trimmed)
            .map(Parsed::Class)
            .ok_or_else(|| ConfigException::invalid(name, text, format_args!("Class {text} could not be found."))),
        ConfigType::Password => Ok(Parsed::Password(Password::new(trimmed))),
    }
}

fn parse_boolean(text: &str) -> Option<Parsed> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") || is("false") { Some(Parsed::Boolean(is("true"))) } else { None }
}

fn not_boolean(name: &str, value: &str) -> ConfigException {
    ConfigException::invalid(name, value, "Expected value to be either true or false")
}

/// `String.trim`: it takes every character up to U+0020, and no other white space.
pub(crate) fn java_trim(text: &str) -> &str {
    text.trim_matches(|c| c <= ' ')
}

/// Splits at commas and the white space around them; empty items stay.
pub(crate) fn split_list(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let white = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];
    text.split(',').map(|item| item.trim_matches(white).to_owned()).collect()
}

/// A value that is not text: it must have the type already, or be a number that widens.
fn accept_object(name: &str, value: Parsed, ty: ConfigType) -> Result<Parsed, ConfigException> {
    match (ty, value) {
        (ConfigType::Long, Parsed::Int(value)) => Ok(Parsed::Long(value.into())),
        (ConfigType::Double, value) if value.as_number().is_some() => {
            Ok(value.as_number().map_or(Parsed::Null, Parsed::Double))
        }
        (ty, value) if ConfigType::of(&value) == Some(ty) => Ok(value),
        (ty, value) => Err(wrong_object(name, &value.to_string(), java_class(&value), ty)),
    }
}

fn wrong_object(name: &str, value: &str, java_class: &str, ty: ConfigType) -> ConfigException {
    let expected = match ty {
        ConfigType::Boolean => return not_boolean(name, value),
        ConfigType::List => return ConfigException::invalid(name, value, "Expected a comma separated list."),
        ConfigType::Class => return ConfigException::invalid(name, value, "Expected a Class instance or class name."),
        ConfigType::String | ConfigType::Password => "string",
        ConfigType::Int => "32-bit integer",
        ConfigType::Short => "16-bit integer (short)",
        ConfigType::Long => "64-bit integer (long)",
        ConfigType::Double => "double",
    };
    ConfigException::invalid(name, value, format_args!("Expected value to be a {expected}, but it was a {java_class}"))
}

fn java_class(value: &Parsed) -> &'static str {
    match value {
        Parsed::Null => "null",
        Parsed::Boolean(_) => "java.lang.Boolean",
        Parsed::String(_) => "java.lang.String",
        Parsed::Int(_) => "java.lang.Integer",
        Parsed::Short(_) => "java.lang.Short",
        Parsed::Long(_) => "java.lang.Long",
        Parsed::Double(_) => "java.lang.Double",
        Parsed::List(_) => "java.util.ArrayList",
        Parsed::Class(_) => "java.lang.Class",
        Parsed::Password(_) => "org.apache.kafka.common.config.types.Password",
    }
}

/// Writes a value as it could stand in a file: list items are joined by commas, classes are full names, passwords stay
/// hidden. Null has no text.
/// Source: Apache Kafka, `ConfigDef.convertToString`.
pub fn convert_to_string(value: &Parsed) -> Option<String> {
    match value {
        Parsed::Null => None,
        Parsed::List(items) => Some(items.join(",")),
        Parsed::Class(class) => Some(class.name().to_owned()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;

    #[test]
    fn text() {
        for (ty, text, want) in [
            (ConfigType::Boolean, " TRUE ", Ok(true.into())),
            (
                ConfigType::Boolean,
                "yes",
                Err("Invalid value yes for configuration k: Expected value to be either true or false"),
            ),
            (ConfigType::Short, "32768", Err("Invalid value 32768 for configuration k: Not a number of type SHORT")),
            (ConfigType::Int, " x ", Err("Invalid value  x  for configuration k: Not a number of type INT")),
            (ConfigType::String, "\u{1} a b \u{a0}", Ok("a b \u{a0}".into())), // trim stops at a no-break space
            (ConfigType::List, " a ,, b\t,", Ok(["a", "", "b", ""].into())),
            (ConfigType::List, "  ", Ok(Parsed::List(Vec::new()))),
            (ConfigType::Password, " s ", Ok(Password::new("s").into())),
            (ConfigType::Class, " a.B$C ", Ok(Class::named("a.B$C").into())),
            (ConfigType::Class, " 5 ", Err("Invalid value  5  for configuration k: Class  5  could not be found.")),
        ] {
            let ours = parse_type("k", text, ty).map_err(|e| e.to_string());
            assert_eq!(ours, want.map_err(str::to_owned), "{ty} of {text:?}");
        }
    }

    #[test]
    fn objects() {
        for (ty, value, want) in [
            (ConfigType::Long, Parsed::Int(5), Ok(Parsed::Long(5))),
            (ConfigType::Double, Parsed::Short(5), Ok(Parsed::Double(5.0))),
            (ConfigType::Int, Parsed::Long(5), Err("but it was a java.lang.Long")),
            (ConfigType::String, ["a", "b"].into(), Err("value [a, b] for")),
        ] {
            match (parse_type("k", value.clone(), ty), want) {
                (Ok(ours), Ok(want)) => assert_eq!(ours, want),
                (Err(error), Err(part)) => assert!(error.message().contains(part), "{error}"),
                (ours, want) => panic!("{ty} of {value:?}: {ours:?}, expected {want:?}"),
            }
        }
    }
}
