//! Kafka's `ConfigDef`: what keys there are, what their values mean, and which text says what is wrong.
//! ```text
//! .properties bytes ─▶ properties::parse ─▶ Props ─┬─▶ ConfigDef::parse     ─▶ ParsedConfig (first error, as Java)
//! REST JSON ─────────────────────────────▶         ├─▶ ConfigDef::parse_all ─▶ ParsedConfig (every error)
//!                                                  └─▶ ConfigDef::validate  ─▶ [ConfigValue] (per key: value, errors)
//! #[derive(ConfigDef)] struct ─▶ def(), parse(&Props) ─▶ the struct itself
//! ```
//! Start at [`ConfigDef`]. A declaration by hand is a chain of [`ConfigKey`]s; the derive macro of the same name makes
//! one of a struct. Values of type CLASS are names: the caller's [`ClassResolver`] says which exist.

mod class;
mod def;
mod embed;
mod error;
#[doc(hidden)]
pub mod field;
mod key;
mod number;
mod parse;
mod parsed;
mod password;
pub mod properties;
mod props;
mod regex;
mod validate;
pub mod validators;
mod value;

pub use class::{AnyClass, Class, ClassResolver, ClassShape};
pub use connect_config_derive::ConfigDef;
pub use def::ConfigDef;
pub use error::{ConfigErrors, ConfigException};
pub use field::{ConfigField, FromConfig};
pub use key::{ConfigKey, ConfigType, Importance, Recommender, Width};
pub use number::{parse_double, parse_float, parse_long};
pub use parse::{convert_to_string, parse_type, parse_type_with};
pub use parsed::ParsedConfig;
pub use password::Password;
pub use props::Props;
pub use regex::{JavaRegex, PatternError};
pub use validate::ConfigValue;
pub use validators::Validator;
pub use value::{Input, Parsed};
