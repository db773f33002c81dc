//! `SetSchemaMetadata`: gives the schema another name, another version, or both.

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::data::SchemaParts;
use connect_api::{ConnectError, ConnectRecord, Schema, Value};
use connect_config::{ConfigDef, ConfigKey, ConfigType, Importance, Props};

use crate::Configured;
use crate::carry::Carries;
use crate::config::{parse, replace_null_with_default, replaces_null, string};
use crate::recent::Recent;
use crate::requirements::fields_of;
use crate::side::{HalfTransformation, Side};

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(string("schema.name", Importance::High, "The new name; without it the old one stays.").optional())
        .define(
            ConfigKey::new("schema.version", ConfigType::Int)
                .optional()
                .importance(Importance::High)
                .doc("The new version; without it the old one stays."),
        )
        .define(replace_null_with_default())
});

pub(crate) struct SetSchemaMetadata {
    name: Option<ByteString>,
    version: Option<i32>,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

struct Plan {
    schema: Arc<Schema>,
    carries: Carries,
}

impl Configured for SetSchemaMetadata {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let name = parsed.string("schema.name").map(ByteString::from);
        let version = parsed.int("schema.version");
        let replace_null = replaces_null(&parsed)?;
        if name.is_none() && version.is_none() {
            return Err(ConnectError::config("Neither schema name nor version configured"));
        }
        Ok(Self { name, version, replace_null, plans: Recent::default() })
    }
}

impl HalfTransformation for SetSchemaMetadata {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (slot, value) = side.of(record);
        let Some(schema) = slot else {
            return match value {
                Value::Null => Ok(()),
                _ => Err(ConnectError::data("Schema required for [updating schema metadata]")),
            };
        };
        let plan = self.plans.get(schema, |schema| {
            fields_of(schema)?;
            let old = schema.parts();
            let name = self.name.clone().or_else(|| old.name.clone());
            let parts = SchemaParts { name, version: self.version.or(old.version), ..old.clone() };
            Ok(Plan { schema: Schema::new(parts), carries: Carries::all_of(schema, self.replace_null) })
        })?;
        if let Value::Struct(value) = value {
            Arc::make_mut(value).recast(&plan.schema, |values| plan.carries.settle(values))?;
        }
        *slot = Some(Arc::clone(&plan.schema));
        Ok(())
    }
}
