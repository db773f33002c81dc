//! FileStreamSource and FileStreamSink: the connectors and the sink here, the source task in `source`.

mod source;

use std::sync::Arc;

use connect_api::{
    ConnectError, ConnectRecord, ConnectorContext, ConnectorEvents, ExactlyOnceSupport, Factory, Map, PluginKind,
    PluginTable, SinkBatch, SinkConnector, SinkRecord, SinkTaskContext, SourceConnector, StopToken, TimestampType,
    TopicPartition, Value,
};
use connect_config::Props;
use serde_json::Value as Json;
use tempfile::TempDir;

use super::data::{self, Decoded};
use super::{Case, Outcome, Subject};

/// The cases of `filesource.jsonl`.
pub struct FileSource;

impl Subject for FileSource {
    fn name(&self) -> &'static str {
        "filesource"
    }

    fn run(&self, case: &Case) -> Outcome {
        let ran = match case.op.as_str() {
            "source" => source::source(case),
            "sink" => sink(case),
            "taskConfigs" => task_configs(case),
            "alterOffsets" => alter_offsets(case),
            "exactlyOnceSupport" => exactly_once(case),
            other => Ok(Outcome::Skipped(format!("unknown operation {other}"))),
        };
        ran.unwrap_or_else(|outcome| outcome)
    }
}

fn sink(case: &Case) -> Decoded<Outcome> {
    let dir = TempDir::new().map_err(failed)?;
    let path = dir.path().join("out.txt");
    if !case.input["existing"].is_null() {
        std::fs::write(&path, data::bytes(&case.input["existing"])?).map_err(failed)?;
    }
    let records = case.input["records"].as_array().into_iter().flatten().map(sink_record);
    let batch: SinkBatch = Arc::new(records.collect::<Decoded<_>>()?);
    let mut configs = data::props(&case.config);
    configs.insert("file", path.to_string_lossy());
    let Some(Factory::Sink { task, .. }) = factory(plugin_file::SINK_CLASS) else {
        return Err(failed("no such plugin"));
    };
    block_on(async {
        let mut task = task();
        task.start(SinkTaskContext::new(StopToken::new(), configs, None)).await?;
        let put = task.put(&batch).await;
        task.stop().await;
        put
    })?
    .map_err(failed)?;
    let (ours, expected) = (std::fs::read(&path).map_err(failed)?, data::bytes(&case.expect["fileBytes"])?);
    Ok(Outcome::expect_eq(without_hashes(&ours), without_hashes(&expected)))
}

/// The text without the identity hashes that Java prints for byte arrays.
fn without_hashes(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("[B@");
    let first = parts.next().unwrap_or_default().to_owned();
    let is_hash = |c: char| c.is_ascii_hexdigit();
    parts.fold(first, |text, part| text + "[B@" + part.trim_start_matches("<hash>").trim_start_matches(is_hash))
}

fn sink_record(json: &Json) -> Decoded<SinkRecord> {
    let schema = data::schema(&json["schema"])?;
    let value = data::value(&json["value"], schema.as_ref())?;
    Ok(SinkRecord {
        record: ConnectRecord::new("t".into(), schema, value),
        offset: 0,
        timestamp_type: TimestampType::NoTimestampType,
        original: TopicPartition { topic: "t".into(), partition: 0 },
        consumed: None,
    })
}

fn task_configs(case: &Case) -> Decoded<Outcome> {
    let max_tasks = case.input["maxTasks"].as_u64().unwrap_or(1) as usize;
    let configs = data::props(&case.config);
    let class = data::text(&case.input, "class").unwrap_or_default();
    let divided = block_on(async {
        match factory(class) {
            Some(Factory::Source { connector, .. }) => divide(connector().as_mut(), &configs, max_tasks).await,
            Some(Factory::Sink { connector, .. }) => divide(connector().as_mut(), &configs, max_tasks).await,
            _ => Err(ConnectError::connect(format!("no such plugin: {class}"))),
        }
    })?;
    Ok(data::expect_result(divided, &case.expect, |ours, expect| {
        let expected = expect["taskConfigs"].as_array().into_iter().flatten().map(data::props).collect();
        Outcome::expect_eq(ours, expected)
    }))
}

async fn divide<C: connect_api::Connector + ?Sized>(
    connector: &mut C,
    configs: &Props,
    max_tasks: usize,
) -> Result<Vec<Props>, ConnectError> {
    let context = ConnectorContext { stop: StopToken::new(), events: Arc::new(NoEvents), offsets: None };
    connector.start(context, configs).await?;
    connector.task_configs(max_tasks)
}

fn alter_offsets(case: &Case) -> Decoded<Outcome> {
    let map = |json: &Json| {
        Ok(match data::value(json, None)? {
            Value::Map(map) => Some(Map::clone(&map)),
            _ => None,
        })
    };
    let pairs = case.input["offsets"].as_array().into_iter().flatten();
    let offsets = pairs.map(|pair| Ok((map(&pair[0])?, map(&pair[1])?))).collect::<Decoded<Vec<_>>>()?;
    let configs = data::props(&case.config);
    let altered = match data::text(&case.input, "class") {
        Some(plugin_file::SINK_CLASS) => block_on(sink_connector().alter_offsets(&configs, &[]))?,
        _ => block_on(source_connector().alter_offsets(&configs, &offsets))?,
    };
    Ok(data::expect_result(altered, &case.expect, |ours, expect| {
        Outcome::expect_eq(Some(ours), expect["result"].as_bool())
    }))
}

fn exactly_once(case: &Case) -> Decoded<Outcome> {
    let ours = match source_connector().exactly_once_support(&data::props(&case.config)) {
        Some(ExactlyOnceSupport::Supported) => Some("SUPPORTED"),
        Some(ExactlyOnceSupport::Unsupported) => Some("UNSUPPORTED"),
        None => None,
    };
    Ok(Outcome::expect_eq(ours, data::text(&case.expect, "result")))
}

fn source_connector() -> Box<dyn SourceConnector> {
    Box::new(plugin_file::FileStreamSourceConnector::default())
}

fn sink_connector() -> Box<dyn SinkConnector> {
    Box::new(plugin_file::FileStreamSinkConnector::default())
}

fn factory(class: &str) -> Option<Factory> {
    let mut table = PluginTable::new();
    plugin_file::register(&mut table);
    table.find(&[PluginKind::Source, PluginKind::Sink], class).map(|plugin| plugin.factory.clone())
}

fn failed(why: impl std::fmt::Display) -> Outcome {
    Outcome::Failed(why.to_string())
}

fn block_on<T>(future: impl Future<Output = T>) -> Decoded<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(failed)?;
    Ok(runtime.block_on(future))
}

struct NoEvents;

impl ConnectorEvents for NoEvents {
    fn request_task_reconfiguration(&self) {}
    fn raise_error(&self, _: ConnectError) {}
}
