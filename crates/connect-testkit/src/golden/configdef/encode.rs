//! Between our values and the encoding of the golden files.

use connect_config::{ConfigDef, ConfigException, ConfigKey, ConfigType, ConfigValue, Input, Parsed, ParsedConfig};
use serde_json::{Map, Value as Json, json};

/// A value with its tag.
pub(super) fn value(value: &Parsed) -> Json {
    match value {
        Parsed::Null => Json::Null,
        Parsed::Boolean(value) => json!({ "boolean": value }),
        Parsed::String(value) => json!({ "string": value }),
        Parsed::Int(value) => json!({ "int32": value }),
        Parsed::Short(value) => json!({ "int16": value }),
        Parsed::Long(value) => json!({ "int64": value.to_string() }),
        Parsed::Double(_) => json!({ "float64": value.to_string() }),
        Parsed::List(items) => {
            json!({ "array": items.iter().map(|item| json!({ "string": item })).collect::<Vec<_>>() })
        }
        Parsed::Class(class) => json!({ "class": class.name() }),
        Parsed::Password(password) => json!({ "password": password.value() }),
    }
}

pub(super) fn values(config: &ParsedConfig, wanted: impl Fn(&str) -> bool) -> Json {
    let shown = config.values().filter(|(key, _)| wanted(key));
    Json::Object(shown.map(|(key, parsed)| (key.to_owned(), value(parsed))).collect())
}

pub(super) fn error(error: &ConfigException) -> Json {
    json!({ "error": { "class": error.java_class(), "message": error.message() } })
}

pub(super) fn config_value(config: &ConfigValue) -> Json {
    json!({
        "name": config.name,
        "value": value(&config.value),
        "recommended": config.recommended_values.iter().map(value).collect::<Vec<_>>(),
        "visible": config.visible,
        "errors": config.errors,
    })
}

pub(super) fn declaration(def: &ConfigDef) -> Json {
    let keys: Map<String, Json> = def.keys().map(|declared| (declared.name.clone(), key(declared))).collect();
    json!({ "keys": keys })
}

fn key(key: &ConfigKey) -> Json {
    json!({
        "type": key.ty.name(),
        "importance": key.importance.name(),
        "required": key.is_required(),
        "default": key.default.as_ref().map_or(Json::Null, value),
        "validator": key.validator.as_ref().map(|validator| validator.describe()),
        "group": key.group,
        "orderInGroup": key.order_in_group,
        "width": key.width.name(),
        "displayName": key.display_name,
        "dependents": key.dependents,
        "internal": key.internal,
    })
}

pub(super) fn type_of(name: &Json) -> Option<ConfigType> {
    Some(match name.as_str()? {
        "BOOLEAN" => ConfigType::Boolean,
        "STRING" => ConfigType::String,
        "INT" => ConfigType::Int,
        "SHORT" => ConfigType::Short,
        "LONG" => ConfigType::Long,
        "DOUBLE" => ConfigType::Double,
        "LIST" => ConfigType::List,
        "CLASS" => ConfigType::Class,
        "PASSWORD" => ConfigType::Password,
        _ => return None,
    })
}

/// What was given to the reference: a plain string, null, or an object with a tag.
pub(super) fn input(given: &Json) -> Option<Input<'_>> {
    let Some(tagged) = given.as_object() else {
        return Some(given.as_str().map_or(Input::Null, Input::Text));
    };
    let (tag, inner) = tagged.iter().next()?;
    let number = || inner.as_str().map_or_else(|| inner.to_string(), str::to_owned);
    Some(match tag.as_str() {
        "boolean" => Input::Object(inner.as_bool()?.into()),
        "string" => Input::Text(inner.as_str()?),
        "int8" => other("java.lang.Byte", inner.to_string(), inner.as_f64()),
        "int16" => Input::Object(i16::try_from(inner.as_i64()?).ok()?.into()),
        "int32" => Input::Object(i32::try_from(inner.as_i64()?).ok()?.into()),
        "int64" => Input::Object(number().parse::<i64>().ok()?.into()),
        "float32" => other("java.lang.Float", number(), number().parse::<f32>().ok().map(f64::from)),
        "float64" => Input::Object(number().parse::<f64>().ok()?.into()),
        "array" => array(inner.as_array()?)?,
        "map" => other("java.util.LinkedHashMap", java_text(given), None),
        _ => return None,
    })
}

fn other(java_class: &str, text: String, number: Option<f64>) -> Input<'_> {
    Input::Other { java_class, text, number }
}

/// A list of strings is a value of type LIST; any other list is an object that only its text is known of.
fn array(items: &[Json]) -> Option<Input<'static>> {
    let strings: Option<Vec<String>> = items.iter().map(|item| Some(item["string"].as_str()?.to_owned())).collect();
    Some(match strings {
        Some(strings) => Input::Object(strings.into()),
        None => other("java.util.ArrayList", format!("[{}]", join(items)), None),
    })
}

fn join(items: &[Json]) -> String {
    items.iter().map(java_text).collect::<Vec<_>>().join(", ")
}

/// Java's `toString` of a tagged value.
fn java_text(tagged: &Json) -> String {
    let Some((tag, inner)) = tagged.as_object().and_then(|object| object.iter().next()) else {
        return "null".to_owned();
    };
    match (tag.as_str(), inner) {
        ("array", Json::Array(items)) => format!("[{}]", join(items)),
        ("map", Json::Array(entries)) => {
            let entries = entries.iter().map(|entry| format!("{}={}", java_text(&entry[0]), java_text(&entry[1])));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        (_, Json::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}
