//! Prints how long `JsonConverter` takes a record, both ways:
//! `cargo run --release -p plugin-converters --example json_bench`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use connect_api::data::{Headers, SchemaBuilder};
use connect_api::{ConnectError, Conversion, Converter, Schema, SchemaAndValue, Struct, Type, Value};
use connect_config::Props;
use plugin_converters::JsonConverter;

/// Short rounds, so that some are not disturbed by what else the machine does.
const RECORDS: u32 = 10_000;
const ROUNDS: u32 = 200;

fn main() -> Result<(), ConnectError> {
    let text = Value::string(
        "The quick brown fox jumps over the lazy dog, again and again, until the line is full: 100 bytes, yes.",
    );
    measure("string of 100 bytes, with schema", "true", &Schema::required(Type::String), &text)?;
    measure("string of 100 bytes, schemaless", "false", &Schema::required(Type::String), &text)?;
    let (schema, order) = order()?;
    measure("struct of 12 fields, with schema", "true", &schema, &order)?;
    measure("struct of 12 fields, schemaless", "false", &schema, &order)
}

fn order() -> Result<(Arc<Schema>, Value), ConnectError> {
    let fields = [
        ("order_id", Value::Int64(1_234_567_890)),
        ("customer", Value::string("Ada Lovelace")),
        ("email", Value::string("ada@example.org")),
        ("street", Value::string("12 St. James's Square")),
        ("city", Value::string("London")),
        ("quantity", Value::Int32(42)),
        ("price", Value::Float64(19.99)),
        ("discount", Value::Float64(0.5)),
        ("paid", Value::Boolean(true)),
        ("created", Value::Int64(1_700_000_000_123)),
        ("note", Value::Null),
        ("state", Value::string("SHIPPED")),
    ];
    let mut builder = SchemaBuilder::new(Type::Struct).name("shop.Order")?;
    for (name, value) in &fields {
        builder = builder.field(*name, Schema::optional(value.natural_type().unwrap_or(Type::String)))?;
    }
    let schema = builder.build();
    let values = fields.into_iter().map(|(_, value)| value).collect();
    Ok((Arc::clone(&schema), Value::Struct(Arc::new(Struct::from_values(schema, values)))))
}

fn measure(what: &str, schemas_enable: &str, schema: &Arc<Schema>, value: &Value) -> Result<(), ConnectError> {
    let mut converter = JsonConverter::default();
    converter.configure(&Props::from([("schemas.enable", schemas_enable)]), false)?;
    let mut out = Vec::new();
    let headers = Headers::new();
    let write = timed(|| {
        out.clear();
        converter.from_connect_data("topic", &headers, Some(schema), black_box(value), &mut out).map(drop)
    })?;
    let message = Bytes::from(out);
    let read = timed(|| {
        let read = converter.to_connect_data("topic", &headers, Some(black_box(&message)))?;
        black_box(ready(read));
        Ok(())
    })?;
    println!("{what}, {} bytes: write {write:.0} ns, read {read:.0} ns a record", message.len());
    Ok(())
}

fn ready(conversion: Conversion<SchemaAndValue>) -> Option<SchemaAndValue> {
    if let Conversion::Ready(result) = conversion { Some(result) } else { None }
}

/// Nanoseconds a call, the best of all rounds.
fn timed(mut call: impl FnMut() -> Result<(), ConnectError>) -> Result<f64, ConnectError> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..RECORDS {
            call()?;
        }
        best = best.min(start.elapsed().as_nanos() as f64 / f64::from(RECORDS));
    }
    Ok(best)
}
