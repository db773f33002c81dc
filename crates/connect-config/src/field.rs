//! How the fields of a struct that derives `ConfigDef` are read.

use std::path::PathBuf;

use crate::{Class, ConfigErrors, ConfigException, ConfigKey, ConfigType, Parsed, ParsedConfig, Password};

/// A type that a field of a configuration may have. `Option<T>` makes a key that may be left out.
pub trait ConfigField: Sized {
    const TYPE: ConfigType;
    /// True if a key that is left out is null, not missing.
    const NULLABLE: bool = false;

    /// Takes a value that was read as [`TYPE`](Self::TYPE).
    /// # Errors
    /// It is null, or a text that does not stand for this type.
    fn from_parsed(name: &str, value: &Parsed) -> Result<Self, ConfigException>;

    /// The value again, for a default.
    fn into_parsed(self) -> Parsed;
}

/// A struct that declares a configuration: what `#[derive(ConfigDef)]` implements. Most callers use the inherent `def`
/// and `parse` that it also writes.
pub trait FromConfig: Sized {
    /// The declaration, key by key.
    fn keys() -> Vec<ConfigKey>;

    /// Fills the fields from a configuration that was parsed with at least these keys.
    /// # Errors
    /// Every value that a field cannot take.
    fn from_config(config: &ParsedConfig) -> Result<Self, ConfigErrors>;
}

/// Reads one field; an error goes to `errors`. For the derive macro.
#[doc(hidden)]
pub fn read<T: ConfigField>(name: &str, config: &ParsedConfig, errors: &mut Vec<ConfigException>) -> Option<T> {
    T::from_parsed(name, &config.value(name)).map_err(|error| errors.push(error)).ok()
}

/// Reads the fields of a nested struct; errors go to `errors`. For the derive macro.
#[doc(hidden)]
pub fn read_nested<T: FromConfig>(config: &ParsedConfig, errors: &mut Vec<ConfigException>) -> Option<T> {
    T::from_config(config).map_err(|nested| errors.extend(nested.iter().cloned())).ok()
}

/// A field's key before its attributes are applied. For the derive macro.
#[doc(hidden)]
pub fn key<T: ConfigField>(name: &str) -> ConfigKey {
    let key = ConfigKey::new(name, T::TYPE);
    if T::NULLABLE { key.optional() } else { key }
}

fn unexpected(name: &str, value: &Parsed) -> ConfigException {
    ConfigException::invalid(name, value, if value.is_null() { "Value must be non-null" } else { "Unexpected type" })
}

macro_rules! config_field {
    ($($field:ty, $ty:ident, $value:pat => $read:expr;)*) => {$(
        impl ConfigField for $field {
            const TYPE: ConfigType = ConfigType::$ty;

            fn from_parsed(name: &str, value: &Parsed) -> Result<Self, ConfigException> {
                match value {
                    $value => Ok($read),
                    other => Err(unexpected(name, other)),
                }
            }

            fn into_parsed(self) -> Parsed {
                self.into()
            }
        }
    )*};
}

config_field! {
    bool, Boolean, Parsed::Boolean(value) => *value;
    String, String, Parsed::String(value) => value.clone();
    i32, Int, Parsed::Int(value) => *value;
    i16, Short, Parsed::Short(value) => *value;
    i64, Long, Parsed::Long(value) => *value;
    f64, Double, Parsed::Double(value) => *value;
    Vec<String>, List, Parsed::List(value) => value.clone();
    Class, Class, Parsed::Class(value) => value.clone();
    Password, Password, Parsed::Password(value) => value.clone();
}

impl ConfigField for PathBuf {
    const TYPE: ConfigType = ConfigType::String;

    fn from_parsed(name: &str, value: &Parsed) -> Result<Self, ConfigException> {
        String::from_parsed(name, value).map(Self::from)
    }

    fn into_parsed(self) -> Parsed {
        self.display().to_string().into()
    }
}

impl<T: ConfigField> ConfigField for Option<T> {
    const TYPE: ConfigType = T::TYPE;
    const NULLABLE: bool = true;

    fn from_parsed(name: &str, value: &Parsed) -> Result<Self, ConfigException> {
        if value.is_null() { Ok(None) } else { T::from_parsed(name, value).map(Some) }
    }

    fn into_parsed(self) -> Parsed {
        self.map_or(Parsed::Null, T::into_parsed)
    }
}

/// Makes a type with `FromStr` and `Display` usable as a field: a STRING key whose errors show the type's own.
#[macro_export]
macro_rules! config_field_from_str {
    ($($field:ty),* $(,)?) => {$(
        impl $crate::ConfigField for $field {
            const TYPE: $crate::ConfigType = $crate::ConfigType::String;

            fn from_parsed(name: &str, value: &$crate::Parsed) -> Result<Self, $crate::ConfigException> {
                let text = <String as $crate::ConfigField>::from_parsed(name, value)?;
                text.parse().map_err(|error| $crate::ConfigException::invalid(name, &text, error))
            }

            fn into_parsed(self) -> $crate::Parsed {
                self.to_string().into()
            }
        }
    )*};
}
