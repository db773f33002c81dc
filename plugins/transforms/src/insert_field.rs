//! `InsertField`: adds fields with the topic, partition, offset, timestamp of the record, or a fixed text.

use std::sync::{Arc, LazyLock};

use bytestring::ByteString;
use connect_api::data::{SchemaParts, logical};
use connect_api::{ConnectError, ConnectRecord, Schema, Type, Value};
use connect_config::{ConfigDef, ConfigException, ConfigKey, Importance, ParsedConfig, Props};

use crate::Configured;
use crate::carry::{Carries, struct_like};
use crate::config::{parse, raised, replace_null_with_default, replaces_null, string};
use crate::recent::Recent;
use crate::requirements::{map_mut, structure};
use crate::side::{HalfTransformation, Side};

const PURPOSE: &str = "field insertion";

static DEF: LazyLock<ConfigDef> = LazyLock::new(|| {
    let field = |name: &str, what: &str| {
        let doc =
            format!("The name of a new field with {what}. An ! at its end makes the field required, a ? optional.");
        string(name, Importance::Medium, &doc).optional()
    };
    let value: ConfigKey = string("static.value", Importance::Medium, "The text for static.field.").optional();
    ConfigDef::new()
        .define(field("topic.field", "the topic"))
        .define(field("partition.field", "the partition"))
        .define(field("offset.field", "the offset, which only records of sink connectors have"))
        .define(field("timestamp.field", "the timestamp of the record"))
        .define(field("static.field", "a fixed text"))
        .define(value)
        .define(replace_null_with_default())
});

static OPTIONAL_TIMESTAMP: LazyLock<Arc<Schema>> =
    LazyLock::new(|| Schema::new(SchemaParts { optional: true, ..logical::timestamp_schema().parts().clone() }));

/// What a new field holds.
#[derive(Debug)]
enum Content {
    Topic,
    Partition,
    Offset,
    Timestamp,
    Static(ByteString),
}

#[derive(Debug)]
struct Insertion {
    content: Content,
    name: ByteString,
    optional: bool,
}

pub(crate) struct InsertField {
    insertions: Vec<Insertion>,
    replace_null: bool,
    plans: Recent<Schema, Plan>,
    topics: Recent<str, Value>,
}

impl Configured for InsertField {
    fn config_def() -> &'static ConfigDef {
        &DEF
    }

    fn configured(configs: &Props) -> Result<Self, ConnectError> {
        let parsed = parse(&DEF, configs)?;
        let replace_null = replaces_null(&parsed)?;
        let insertions = insertions(&parsed)?;
        Ok(Self { insertions, replace_null, plans: Recent::default(), topics: Recent::default() })
    }
}

fn insertions(parsed: &ParsedConfig) -> Result<Vec<Insertion>, ConnectError> {
    let text = parsed.string("static.value").map(ByteString::from);
    let contents = [
        ("topic.field", Some(Content::Topic)),
        ("partition.field", Some(Content::Partition)),
        ("offset.field", Some(Content::Offset)),
        ("timestamp.field", Some(Content::Timestamp)),
        ("static.field", text.map(Content::Static)),
    ];
    let mut insertions = Vec::new();
    for (key, content) in contents {
        let Some(written) = parsed.string(key) else { continue };
        let content = content.ok_or_else(no_static_value)?;
        insertions.push(Insertion::new(written, content));
    }
    if insertions.is_empty() {
        return Err(ConnectError::config("No field insertion configured"));
    }
    Ok(insertions)
}

/// Java's text ends in the identity of an object, which says nothing.
fn no_static_value() -> ConnectError {
    let why = "No value specified for static field: org.apache.kafka.connect.transforms.InsertField$InsertionSpec@0";
    raised(ConfigException::invalid("static.value", "null", why))
}

impl Insertion {
    fn new(written: &str, content: Content) -> Self {
        let required = written.strip_suffix('!');
        let name = required.or_else(|| written.strip_suffix('?')).unwrap_or(written);
        Self { content, name: name.into(), optional: required.is_none() }
    }

    fn schema(&self) -> Arc<Schema> {
        let schema_type = match self.content {
            Content::Topic | Content::Static(_) => Type::String,
            Content::Partition => Type::Int32,
            Content::Offset => Type::Int64,
            Content::Timestamp if self.optional => return Arc::clone(&OPTIONAL_TIMESTAMP),
            Content::Timestamp => return logical::timestamp_schema(),
        };
        if self.optional { Schema::optional(schema_type) } else { Schema::required(schema_type) }
    }

    /// What goes into the field; none where it is left alone.
    fn value(&self, about: &About) -> Result<Option<Value>, ConnectError> {
        Ok(match &self.content {
            Content::Topic => Some(about.topic.clone()),
            Content::Partition => about.partition.map(Value::Int32),
            Content::Offset => Some(Value::Int64(about.offset.ok_or_else(no_sink_record)?)),
            Content::Timestamp if about.has_schema => about.timestamp.map(Value::Instant),
            Content::Timestamp => about.timestamp.map(Value::Int64),
            Content::Static(text) => Some(Value::String(text.clone())),
        })
    }
}

fn no_sink_record() -> ConnectError {
    let found = "org.apache.kafka.connect.source.SourceRecord";
    ConnectError::data(format!("Only SinkRecord supported for [{PURPOSE}], found: {found}"))
}

/// What the new fields tell about the record.
struct About {
    topic: Value,
    partition: Option<i32>,
    offset: Option<i64>,
    timestamp: Option<i64>,
    has_schema: bool,
}

/// The schema with the new fields at its end.
struct Plan {
    schema: Arc<Schema>,
    carries: Carries,
}

impl HalfTransformation for InsertField {
    fn apply(&mut self, side: Side, record: &mut ConnectRecord) -> Result<(), ConnectError> {
        let about = About {
            topic: self.topics.get(&record.topic, |topic| Ok(Value::string(&**topic)))?.clone(),
            partition: record.partition,
            offset: record.consumed_offset,
            timestamp: record.timestamp,
            has_schema: side.of(record).0.is_some(),
        };
        let (schema, value) = side.of(record);
        if value.is_null() {
            return Ok(());
        }
        if schema.is_none() {
            let map = map_mut(value, PURPOSE)?;
            for insertion in &self.insertions {
                if let Some(value) = insertion.value(&about)? {
                    map.insert(Value::String(insertion.name.clone()), value);
                }
            }
            return Ok(());
        }
        let value = structure(value, PURPOSE)?;
        let plan = self.plans.get(value.schema(), |schema| Plan::new(schema, &self.insertions, self.replace_null))?;
        Arc::make_mut(value).recast(&plan.schema, |values| {
            plan.carries.settle(values)?;
            values.reserve_exact(self.insertions.len());
            for insertion in &self.insertions {
                values.push(insertion.value(&about)?.unwrap_or_default());
            }
            Ok(())
        })?;
        *schema = Some(Arc::clone(&plan.schema));
        Ok(())
    }
}

impl Plan {
    fn new(schema: &Schema, insertions: &[Insertion], replace_null: bool) -> Result<Self, ConnectError> {
        let mut builder = struct_like(schema);
        for field in schema.fields() {
            builder = builder.field(field.name.clone(), Arc::clone(&field.schema))?;
        }
        for insertion in insertions {
            builder = builder.field(insertion.name.clone(), insertion.schema())?;
        }
        Ok(Self { schema: builder.build(), carries: Carries::all_of(schema, replace_null) })
    }
}
