//! `DropHeaders`: removes every header that has one of some names.

use std::sync::LazyLock;

use connect_api::{ConnectError, ConnectRecord};
use connect_config::validators::ValidList;
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::config::{list, parse};
use crate::side::WholeTransformation;

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new().define(
        list("headers", Importance::High, "The names of the headers to remove.")
            .validator(ValidList::any_non_duplicate_values(false, false)),
    )
});

pub(crate) struct DropHeaders {
    headers: Vec<String>,
}

impl Configured for DropHeaders {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        Ok(Self { headers: parse(&DEF, configs)?.list("headers").unwrap_or_default().to_vec() })
    }
}

impl WholeTransformation for DropHeaders {
    fn apply(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
        record.headers.retain_keys(|key| !self.headers.iter().any(|dropped| dropped == key));
        Ok(true)
    }
}
