//! `smt.jsonl` and `predicate.jsonl`: one transformation or predicate over one record.
//! ```text
//! {class, record} ─▶ configure ─▶ apply, test ─▶ record, dropped or not, or the phase that failed and its error
//! ```

use connect_api::data::Headers;
use connect_api::{
    ConnectError, ConnectRecord, Factory, Header, PluginKind, PluginTable, Predicate, Transformation, Verdict,
};
use connect_config::ConfigDef;
use serde_json::Value as Json;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The runner of `smt.jsonl`.
pub struct Transformations;

/// The runner of `predicate.jsonl`.
pub struct Predicates;

impl Subject for Transformations {
    fn name(&self) -> &'static str {
        "smt"
    }

    fn run(&self, case: &Case) -> Outcome {
        let run = match case.op.as_str() {
            "apply" => apply,
            "configure" => configure,
            op => return Outcome::Failed(format!("unknown op {op}")),
        };
        if let Some(locale) = case.jvm_locale.as_deref().filter(|locale| *locale != "en") {
            return Outcome::Skipped(format!("names of months and days in the locale {locale}: ours are English"));
        }
        run(case).unwrap_or_else(|outcome| outcome)
    }
}

impl Subject for Predicates {
    fn name(&self) -> &'static str {
        "predicate"
    }

    fn run(&self, case: &Case) -> Outcome {
        test(case).unwrap_or_else(|outcome| outcome)
    }
}

/// The declaration of a transformation or predicate by its class without `org.apache.kafka.connect.transforms.`.
pub(super) fn config_def(name: &str) -> Option<ConfigDef> {
    let table = plugins();
    let plugin = table.find(&[PluginKind::Transformation, PluginKind::Predicate], &class_of(name))?;
    Some(plugin.config_def.clone())
}

fn class_of(name: &str) -> String {
    format!("org.apache.kafka.connect.transforms.{name}")
}

fn plugins() -> PluginTable {
    let mut table = PluginTable::new();
    plugin_transforms::register(&mut table);
    table
}

fn configured(case: &Case) -> Result<Box<dyn Transformation>, ConnectError> {
    let (table, class) = (plugins(), data::text(&case.input, "class").unwrap_or_default());
    let plugin = table.find(&[PluginKind::Transformation], class);
    let Some(Factory::Transformation(make)) = plugin.map(|plugin| &plugin.factory) else { return Err(missing(class)) };
    let mut transformation = make();
    transformation.configure(&data::props(&case.config))?;
    Ok(transformation)
}

fn configured_predicate(case: &Case) -> Result<Box<dyn Predicate>, ConnectError> {
    let (table, class) = (plugins(), data::text(&case.input, "class").unwrap_or_default());
    let plugin = table.find(&[PluginKind::Predicate], class);
    let Some(Factory::Predicate(make)) = plugin.map(|plugin| &plugin.factory) else { return Err(missing(class)) };
    let mut predicate = make();
    predicate.configure(&data::props(&case.config))?;
    Ok(predicate)
}

fn missing(class: &str) -> ConnectError {
    ConnectError::connect(format!("no {class}"))
}

fn configure(case: &Case) -> Decoded<Outcome> {
    let ours = configured(case).map(drop);
    Ok(data::expect_result(ours, &case.expect, |(), _| Outcome::Passed))
}

fn apply(case: &Case) -> Decoded<Outcome> {
    let mut record = record(&case.input["record"])?;
    let mut transformation = match configured(case) {
        Ok(transformation) => transformation,
        Err(error) => return Ok(expect_failure("configure", error, case)),
    };
    let mut verdicts = Vec::new();
    transformation.apply(&mut [&mut record], &mut verdicts);
    Ok(match verdicts.pop() {
        Some(Verdict::Keep) => expect_record(Some(record), case),
        Some(Verdict::Drop) => expect_record(None, case),
        Some(Verdict::Fail(error)) => expect_failure("apply", error, case),
        None => Outcome::Failed("no verdict".to_owned()),
    })
}

fn test(case: &Case) -> Decoded<Outcome> {
    let record = record(&case.input["record"])?;
    let mut predicate = match configured_predicate(case) {
        Ok(predicate) => predicate,
        Err(error) => return Ok(expect_failure("configure", error, case)),
    };
    Ok(match predicate.test(&record) {
        Ok(ours) => Outcome::expect_eq(Some(ours), case.expect["result"].as_bool()),
        Err(error) => expect_failure("apply", error, case),
    })
}

/// Compares the phase too. Without one in the case, it is the configuration that failed there.
fn expect_failure(phase: &str, ours: ConnectError, case: &Case) -> Outcome {
    let expected = data::text(&case.expect, "phase").unwrap_or("configure");
    match case.expect.get("error") {
        Some(_) if phase != expected => {
            Outcome::Failed(format!("ours failed in {phase}: {ours:?}, expected {}", case.expect))
        }
        Some(error) => data::expect_error(&ours, &without_source(error)),
        None => Outcome::Failed(format!("ours {ours:?}, expected {}", case.expect)),
    }
}

/// A transformation of ours does not know the source partition and offset, which Java prints before the record itself.
fn without_source(error: &Json) -> Json {
    let mut error = error.clone();
    if let Some((before, after)) = data::text(&error, "message").and_then(|text| text.split_once("ConnectRecord{"))
        && let Some((before, _)) = before.split_once("SourceRecord{").or_else(|| before.split_once("SinkRecord{"))
    {
        error["message"] = format!("{before}ConnectRecord{{{after}").into();
    }
    error
}

fn expect_record(ours: Option<ConnectRecord>, case: &Case) -> Outcome {
    let Some(expected) = case.expect.get("record") else {
        return Outcome::Failed(format!("ours {ours:?}, expected {}", case.expect));
    };
    match (ours, expected) {
        (None, Json::Null) => Outcome::Passed,
        (None, _) => Outcome::Failed(format!("ours is dropped, expected {expected}")),
        (Some(ours), Json::Null) => Outcome::Failed(format!("ours {ours:?}, expected it to be dropped")),
        (Some(ours), expected) => match record(expected) {
            Ok(expected) => compare(ours, expected),
            Err(outcome) => outcome,
        },
    }
}

fn compare(ours: ConnectRecord, expected: ConnectRecord) -> Outcome {
    let headers = |record: &ConnectRecord| record.headers.to_vec();
    data::all([
        Outcome::expect_eq(&ours.topic, &expected.topic),
        Outcome::expect_eq(ours.partition, expected.partition),
        Outcome::expect_eq(&ours.key_schema, &expected.key_schema),
        Outcome::expect_eq(&ours.key, &expected.key),
        Outcome::expect_eq(&ours.value_schema, &expected.value_schema),
        Outcome::expect_eq(&ours.value, &expected.value),
        Outcome::expect_eq(ours.timestamp, expected.timestamp),
        Outcome::expect_eq(headers(&ours), headers(&expected)),
        Outcome::expect_eq(ours.consumed_offset, expected.consumed_offset),
    ])
}

fn record(json: &Json) -> Decoded<ConnectRecord> {
    let key_schema = data::schema(&json["keySchema"])?;
    let value_schema = data::schema(&json["valueSchema"])?;
    let header = |header: &Json| {
        let schema = data::schema(&header["schema"])?;
        let value = data::value(&header["value"], schema.as_ref())?;
        Ok(Header { key: data::text(header, "key").unwrap_or_default().into(), schema, value })
    };
    let headers: Vec<Header> = json["headers"].as_array().into_iter().flatten().map(header).collect::<Decoded<_>>()?;
    Ok(ConnectRecord {
        topic: data::text(json, "topic").unwrap_or_default().into(),
        partition: json["partition"].as_i64().map(|partition| partition as i32),
        key: data::value(&json["key"], key_schema.as_ref())?,
        key_schema,
        value: data::value(&json["value"], value_schema.as_ref())?,
        value_schema,
        timestamp: json["timestamp"].as_i64(),
        headers: Headers::from(headers),
        consumed_offset: json["offset"].as_i64(),
    })
}
