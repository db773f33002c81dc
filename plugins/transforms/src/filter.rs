//! `Filter`: drops the record. A predicate chooses which.

use std::sync::LazyLock;

use connect_api::{ConnectError, ConnectRecord};
use connect_config::{ConfigDef, Props};

use crate::Configured;
use crate::side::WholeTransformation;

static DEF: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

pub(crate) struct Filter;

impl Configured for Filter {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(_configs: &Props) -> Result<Self, ConnectError> {
        Ok(Self)
    }
}

impl WholeTransformation for Filter {
    fn apply(&mut self, _record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        Ok(false)
    }
}
