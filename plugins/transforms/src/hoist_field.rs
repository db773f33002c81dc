//! `HoistField`: wraps the whole key or value into a struct or map of one field.

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::{ConnectError, ConnectRecord, Map, Schema, SchemaBuilder, Struct, Type, Value};
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::config::{parse, string};
use crate::recent::Recent;
use crate::side::{HalfTransformation, Side};

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new().define(string("field", Importance::Medium, "The name of the one field of the new struct or map."))
});

pub(crate) struct HoistField {
    /// None where the configuration says null, which only a map can have as key.
    field: Option<ByteString>,
    schemas: Recent<Schema, Arc<Schema>>,
}

impl Configured for HoistField {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let field = parse(&DEF, configs)?.string("field").map(ByteString::from);
        Ok(Self { field, schemas: Recent::default() })
    }
}

impl HalfTransformation for HoistField {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let (schema, value) = side.of(record);
        let inner = std::mem::take(value);
        let name = self.field.as_ref();
        let Some(schema) = schema else {
            let key = name.map_or(Value::Null, |name| Value::String(name.clone()));
            *value = Value::map(Map::from_iter([(key, inner)]));
            return Ok(());
        };
        let name = name.cloned().unwrap_or_default();
        let hoisted = self.schemas.get(schema, |schema| {
            Ok(SchemaBuilder::new(Type::Struct).field(name.clone(), Arc::clone(schema))?.build())
        })?;
        schema.validate_field(&name, &inner)?;
        *value = Struct::from_values(Arc::clone(hoisted), vec![inner]).into();
        *schema = Arc::clone(hoisted);
        Ok(())
    }
}
