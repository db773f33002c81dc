//! Prints how long each transformation takes a record of ten fields, one line each: name, tab, nanoseconds:
//! `cargo run --release -p plugin-transforms --example transforms_bench`. `benches/transforms.sh` puts Apache's beside it.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bytes::BytesMut;
use connect_api::data::SchemaBuilder;
use connect_api::{
    ConnectError, ConnectRecord, Factory, Header, Map, PluginKind, PluginTable, Schema, Struct, Transformation, Type,
    Value, Verdict,
};
use connect_config::Props;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Records of a batch, as a poll might bring them.
const BATCH: usize = 100;
const ROUNDS: usize = 2_000;

/// Name, class, configuration. `benches/java/TransformsBench.java` has the same.
const CASES: [(&str, &str, &[(&str, &str)]); 17] = [
    ("Cast", "Cast$Value", &[("spec", "quantity:int64,price:float32,id:string")]),
    ("DropHeaders", "DropHeaders", &[("headers", "h1")]),
    ("ExtractField", "ExtractField$Value", &[("field", "customer")]),
    ("Flatten", "Flatten$Value", &[]),
    ("HeaderFrom copy", "HeaderFrom$Value", &[("fields", "id,state"), ("headers", "id,state"), ("operation", "copy")]),
    ("HeaderFrom move", "HeaderFrom$Value", &[("fields", "id,state"), ("headers", "id,state"), ("operation", "move")]),
    ("HoistField", "HoistField$Value", &[("field", "order")]),
    (
        "InsertField",
        "InsertField$Value",
        &[("topic.field", "topic"), ("timestamp.field", "ts"), ("static.field", "site"), ("static.value", "Kiel")],
    ),
    ("InsertHeader", "InsertHeader", &[("header", "site"), ("value.literal", "Kiel")]),
    ("MaskField", "MaskField$Value", &[("fields", "email,quantity")]),
    ("RegexRouter", "RegexRouter", &[("regex", "(.*)-orders"), ("replacement", "all-$1")]),
    ("ReplaceField", "ReplaceField$Value", &[("exclude", "note,email"), ("renames", "id:order_id")]),
    ("SetSchemaMetadata", "SetSchemaMetadata$Value", &[("schema.name", "shop.Other")]),
    (
        "TimestampConverter string",
        "TimestampConverter$Value",
        &[("field", "created"), ("target.type", "string"), ("format", "yyyy-MM-dd'T'HH:mm:ss.SSS")],
    ),
    ("TimestampConverter Timestamp", "TimestampConverter$Value", &[("field", "created"), ("target.type", "Timestamp")]),
    ("TimestampRouter", "TimestampRouter", &[]),
    ("ValueToKey", "ValueToKey", &[("fields", "id,customer")]),
];

/// The chain of five.
const CHAIN: [&str; 5] = ["InsertField", "ReplaceField", "Cast", "MaskField", "HoistField"];
/// Not for records without schema.
const WITH_SCHEMA_ONLY: &str = "SetSchemaMetadata";

fn main() -> Result<(), ConnectError> {
    let mut table = PluginTable::new();
    plugin_transforms::register(&mut table);
    let flat = schema()?;
    let nested = nested_schema()?;
    for with_schema in [true, false] {
        let kind = if with_schema { "schema" } else { "map" };
        for (name, class, configs) in CASES {
            if !with_schema && name == WITH_SCHEMA_ONLY {
                continue;
            }
            let Ok(first) = instance(&table, class, configs) else { continue };
            let mut links = vec![first];
            let schema = if name == "Flatten" { &nested } else { &flat };
            println!("{name}, {kind}\t{:.1}", timed(&mut links, schema, with_schema));
        }
        let mut links = Vec::new();
        for link in CHAIN {
            let (_, class, configs) =
                CASES.iter().find(|(name, ..)| *name == link).expect("the chain is made of cases");
            // Earlier links have taken these fields away.
            let configs: Vec<_> = configs.iter().map(|(key, value)| (*key, adapted(link, key, value))).collect();
            links.push(instance(&table, class, &configs)?);
        }
        println!("chain of five, {kind}\t{:.1}", timed(&mut links, &flat, with_schema));
    }
    Ok(())
}

fn adapted<'a>(link: &str, key: &str, value: &'a str) -> &'a str {
    match (link, key) {
        ("Cast", "spec") => "quantity:int64,price:float32,order_id:string",
        ("MaskField", "fields") => "customer,quantity",
        _ => value,
    }
}

fn instance(
    table: &PluginTable,
    class: &str,
    configs: &[(&str, &str)],
) -> Result<Box<dyn Transformation>, ConnectError> {
    let class = format!("org.apache.kafka.connect.transforms.{class}");
    let plugin = table.find(&[PluginKind::Transformation], &class);
    let Some(Factory::Transformation(make)) = plugin.map(|plugin| &plugin.factory) else {
        return Err(ConnectError::connect(format!("no {class}")));
    };
    let mut transformation = make();
    transformation.configure(&configs.iter().copied().collect::<Props>())?;
    Ok(transformation)
}

/// Nanoseconds a record: the first decile of all rounds, since other things disturb the rest. The records are made before
/// the clock starts.
fn timed(links: &mut [Box<dyn Transformation>], schema: &Arc<Schema>, with_schema: bool) -> f64 {
    let topic: Arc<str> = "shop-orders".into();
    let mut rounds: Vec<f64> = Vec::with_capacity(ROUNDS);
    let mut verdicts = Vec::with_capacity(BATCH);
    for _ in 0..ROUNDS {
        let mut batch: Vec<_> = (0..BATCH).map(|n| record(n as i64, &topic, schema, with_schema)).collect();
        let start = Instant::now();
        for link in &mut *links {
            let mut alive: Vec<&mut ConnectRecord> = batch.iter_mut().collect();
            verdicts.clear();
            link.apply(&mut alive, &mut verdicts);
        }
        rounds.push(start.elapsed().as_secs_f64() * 1e9 / BATCH as f64);
        assert!(verdicts.iter().all(|verdict| *verdict == Verdict::Keep), "{:?}", verdicts.first());
        black_box(&batch);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[ROUNDS / 10]
}

fn record(n: i64, topic: &Arc<str>, schema: &Arc<Schema>, with_schema: bool) -> ConnectRecord {
    let value = value(n, schema, with_schema, &mut BytesMut::with_capacity(500));
    let schema = with_schema.then(|| Arc::clone(schema));
    let mut record = ConnectRecord::new(Arc::clone(topic), schema, value);
    record.timestamp = Some(1_700_000_000_000 + n);
    record.partition = Some(3);
    let header =
        |key: &str| Header { key: key.into(), schema: Some(Schema::required(Type::String)), value: "v".into() };
    record.headers = vec![header("h1"), header("h2")].into();
    record
}

/// Text is a slice of one message, as converters make it.
fn text(n: i64, name: &str, message: &mut BytesMut) -> Value {
    message.extend_from_slice(format!("{name} {n}").as_bytes());
    Value::String(message.split().freeze().try_into().expect("text is UTF-8"))
}

fn value(n: i64, schema: &Arc<Schema>, with_schema: bool, message: &mut BytesMut) -> Value {
    let values = schema.fields().iter().map(|field| match field.schema.schema_type() {
        Type::Struct => value(n, &field.schema, with_schema, message),
        Type::Int64 if &*field.name == "created" => Value::Int64(1_700_000_000_000 + n),
        Type::Int64 => Value::Int64(n),
        Type::Int32 => Value::Int32(n as i32),
        Type::Float64 => Value::Float64(n as f64 + 0.25),
        Type::Boolean => Value::Boolean(n % 2 == 0),
        _ if &*field.name == "note" => Value::Null,
        _ => text(n, &field.name, message),
    });
    if with_schema {
        return Struct::from_values(Arc::clone(schema), values.collect()).into();
    }
    let names = schema.fields().iter().map(|field| Value::String(field.name.clone()));
    names.zip(values).collect::<Map>().into()
}

fn schema() -> Result<Arc<Schema>, ConnectError> {
    let (required, optional) = (Schema::required, Schema::optional);
    let builder = SchemaBuilder::new(Type::Struct).name("shop.Order")?;
    let builder = builder.field("id", required(Type::Int64))?.field("customer", required(Type::String))?;
    let builder = builder.field("email", required(Type::String))?.field("city", optional(Type::String))?;
    let builder = builder.field("quantity", required(Type::Int32))?.field("price", required(Type::Float64))?;
    let builder = builder.field("paid", required(Type::Boolean))?.field("created", required(Type::Int64))?;
    Ok(builder.field("note", optional(Type::String))?.field("state", required(Type::String))?.build())
}

/// Ten fields in the end: four, and twice three.
fn nested_schema() -> Result<Arc<Schema>, ConnectError> {
    let (required, optional) = (Schema::required, Schema::optional);
    let new = || SchemaBuilder::new(Type::Struct);
    let address = new().field("street", required(Type::String))?.field("city", optional(Type::String))?;
    let address = address.field("zip", required(Type::Int32))?.build();
    let item = new().field("sku", required(Type::String))?.field("quantity", required(Type::Int32))?;
    let item = item.field("price", required(Type::Float64))?.build();
    let builder = new().name("shop.Nested")?.field("id", required(Type::Int64))?.field("address", address)?;
    let builder = builder.field("item", item)?.field("paid", required(Type::Boolean))?;
    Ok(builder.field("created", required(Type::Int64))?.field("state", required(Type::String))?.build())
}
