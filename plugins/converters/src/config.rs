//! What the configurations of all converters share.

use std::sync::LazyLock;

use connect_api::ConnectError;
use connect_config::validators::ValidString;
use connect_config::{ConfigDef, ConfigKey, ConfigType, Importance, ParsedConfig, Props};

pub(crate) const CONVERTER_TYPE: &str = "converter.type";

/// The key that the runtime sets: what the converter is used for.
pub(crate) fn converter_type() -> ConfigKey {
    ConfigKey::new(CONVERTER_TYPE, ConfigType::String)
        .validator(ValidString::one_of(["key", "value", "header"]))
        .importance(Importance::Low)
        .doc("What this converter is used for: key, value or header. Set by the worker.")
}

/// `ConverterConfig`: a converter with nothing to configure.
pub fn converter_config_def() -> &'static ConfigDef {
    static DEF: LazyLock<ConfigDef> = LazyLock::new(|| ConfigDef::new().define(converter_type()));
    &DEF
}

/// `configs` with the use filled in, as `Converter.configure(configs, isKey)` does.
pub(crate) fn for_records(configs: &Props, is_key: bool) -> Props {
    let mut configs = configs.clone();
    configs.insert(CONVERTER_TYPE, if is_key { "key" } else { "value" });
    configs
}

/// `configs` with the use filled in where it is missing, as the worker does for header converters.
pub(crate) fn for_headers(configs: &Props) -> Props {
    let mut configs = configs.clone();
    if !configs.contains_key(CONVERTER_TYPE) {
        configs.insert(CONVERTER_TYPE, "header");
    }
    configs
}

/// # Errors
/// What Java would have raised first.
pub(crate) fn parse(def: &ConfigDef, configs: &Props) -> Result<ParsedConfig, ConnectError> {
    def.parse(configs).map_err(|e| ConnectError::new(e.java_class(), e.message()))
}
