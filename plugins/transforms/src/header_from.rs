//! `HeaderFrom`: copies or moves fields of the key or value to headers.

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::{ConnectError, ConnectRecord, Header, Headers, Schema, Struct, Value};
use connect_config::validators::ValidString;
use connect_config::{ConfigDef, Importance, Props};

use crate::Configured;
use crate::carry::{Carry, default_of, struct_like};
use crate::config::{NonEmptyList, list, parse, replace_null_with_default, replaces_null, string};
use crate::recent::Recent;
use crate::requirements::{fields_of, map_mut, structure};
use crate::side::{HalfTransformation, Side};

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    ConfigDef::new()
        .define(list("fields", Importance::High, "The fields whose values go to headers.").validator(NonEmptyList))
        .define(
            list("headers", Importance::High, "The names of the new headers, in the order of the fields.")
                .validator(NonEmptyList),
        )
        .define(
            string("operation", Importance::High, "Whether the fields stay where they are, copy, or not, move.")
                .validator(ValidString::one_of(["move", "copy"])),
        )
        .define(replace_null_with_default())
});

pub(crate) struct HeaderFrom {
    /// Field and header.
    pairs: Vec<(String, ByteString)>,
    moves: bool,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
}

impl Configured for HeaderFrom {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let list = |key| parsed.list(key).unwrap_or_default();
        let (fields, headers) = (list("fields"), list("headers"));
        if fields.len() != headers.len() {
            let message = "'fields' config must have the same number of elements as 'headers' config.";
            return Err(ConnectError::config(message));
        }
        let pairs = fields.iter().zip(headers).map(|(field, header)| (field.clone(), header.as_str().into()));
        let moves = parsed.string("operation") == Some("move");
        Ok(Self { pairs: pairs.collect(), moves, replace_null: replaces_null(&parsed)?, plans: Recent::default() })
    }
}

impl HalfTransformation for HeaderFrom {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let purpose = if self.moves { "header move" } else { "header copy" };
        let mut headers = std::mem::take(&mut record.headers);
        let (schema, value) = side.of(record);
        match schema {
            None => self.schemaless(map_mut(value, purpose)?, headers.as_mut()?),
            Some(_) => {
                let value = structure(value, purpose)?;
                let new_schema = self.with_schema(value, &mut headers)?;
                *schema = Some(new_schema);
            }
        }
        record.headers = headers;
        Ok(())
    }
}

impl HeaderFrom {
    fn schemaless(&self, map: &mut connect_api::Map, headers: &mut Vec<Header>) {
        for (field, header) in &self.pairs {
            let value = map.get_str(field).cloned().unwrap_or_default();
            headers.push(Header { key: header.clone(), schema: None, value });
        }
        if self.moves {
            let is_moved =
                |key: &Value| key.as_str().is_some_and(|key| self.pairs.iter().any(|(field, _)| field == key));
            map.retain(|key, _| !is_moved(key));
        }
    }

    fn with_schema(&mut self, value: &mut Arc<Struct>, headers: &mut Headers) -> Result<Arc<Schema>, ConnectError> {
        let plan =
            self.plans.get(value.schema(), |schema| Plan::new(schema, &self.pairs, self.moves, self.replace_null))?;
        for (at, carry) in &plan.kept {
            carry.check_or_default(value.values().get(*at))?;
        }
        let headers = headers.as_mut()?;
        for source in &plan.headers {
            headers.push(source.header(value)?);
        }
        if self.moves {
            Arc::make_mut(value).recast(&plan.schema, |values| {
                *values = plan.kept.iter().map(|(at, carry)| carry.taken(&mut values[*at])).collect();
                Ok(())
            })?;
        }
        Ok(Arc::clone(&plan.schema))
    }
}

/// Which fields stay under which schema, and which go to headers.
struct Plan {
    schema: Arc<Schema>,
    /// Of a move: the fields that stay, in order.
    kept: Vec<(usize, Carry)>,
    headers: Vec<Source>,
}

/// The field of a header; none if the schema has no such field.
struct Source {
    header: ByteString,
    field: Option<(usize, Value, Arc<Schema>)>,
}

impl Plan {
    fn new(
        schema: &Arc<Schema>,
        pairs: &[(String, ByteString)],
        moves: bool,
        replace_null: bool,
    ) -> Result<Self, ConnectError> {
        fields_of(schema)?;
        let headers = pairs.iter().map(|(name, header)| {
            let field = schema.field(name);
            let field = field.map(|field| (field.index, default_of(field, replace_null), Arc::clone(&field.schema)));
            Source { header: header.clone(), field }
        });
        let headers = headers.collect();
        if !moves {
            return Ok(Self { schema: Arc::clone(schema), kept: Vec::new(), headers });
        }
        let (mut builder, mut kept) = (struct_like(schema), Vec::new());
        for field in schema.fields().iter().filter(|field| pairs.iter().all(|(moved, _)| *moved != *field.name)) {
            builder = builder.field(field.name.clone(), Arc::clone(&field.schema))?;
            kept.push((field.index, Carry::same(field, replace_null)));
        }
        Ok(Self { schema: builder.build(), kept, headers })
    }
}

impl Source {
    fn header(&self, from: &Struct) -> Result<Header, ConnectError> {
        let Some((at, default, schema)) = &self.field else {
            return Err(ConnectError::new(
                "java.lang.NullPointerException",
                "Cannot invoke \"org.apache.kafka.connect.data.Field.schema()\" because the return value of \
                 \"org.apache.kafka.connect.data.Schema.field(String)\" is null",
            ));
        };
        let value = from.values().get(*at).filter(|value| !value.is_null()).unwrap_or(default).clone();
        if value.is_null() && !schema.is_optional() {
            return Err(ConnectError::data(format!("A null value requires an optional schema but was {schema}")));
        }
        Ok(Header { key: self.header.clone(), schema: Some(Arc::clone(schema)), value })
    }
}
