//! The plugin table, SchemaSource and the mocks; and what all tests here need.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use connect_api::{
    ConnectError, Connector, ConnectorContext, ConnectorEvents, Map, OffsetReader, PluginKind, PluginTable, SinkBatch,
    SinkTask, SinkTaskContext, SourcePartition, SourceTask, SourceTaskContext, StopToken, TaskError, Value,
};
use connect_config::Props;

use crate::{MockConnector, MockSinkTask, MockSourceTask, NumberedTasks, SchemaSourceTask};

/// Has one offset for every partition.
struct Stored(Option<Map>);

#[async_trait]
impl OffsetReader for Stored {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        Ok(vec![self.0.clone(); partitions.len()])
    }
}

fn props(configs: &[(&str, &str)]) -> Props {
    let mut props = Props::new();
    configs.iter().for_each(|(key, value)| props.insert(*key, *value));
    props
}

pub(crate) fn offsets(field: &str, value: Value) -> Option<Map> {
    Some(Map::from_iter([(Value::string(field), value)]))
}

pub(crate) fn source_context(configs: &[(&str, &str)], stored: Option<Map>) -> SourceTaskContext {
    let offsets = Arc::new(Stored(stored));
    SourceTaskContext { stop: StopToken::new(), configs: props(configs), offsets, transaction: None }
}

pub(crate) fn sink_context(configs: &[(&str, &str)]) -> SinkTaskContext {
    SinkTaskContext::new(StopToken::new(), props(configs), None)
}

#[test]
fn all_are_found_by_their_names() {
    let mut table = PluginTable::new();
    crate::register(&mut table);
    for (kind, alias) in [
        (PluginKind::Source, "VerifiableSource"),
        (PluginKind::Sink, "VerifiableSink"),
        (PluginKind::Source, "SchemaSource"),
        (PluginKind::Source, "MockSource"),
        (PluginKind::Sink, "MockSink"),
    ] {
        let class = format!("org.apache.kafka.connect.tools.{alias}Connector");
        for name in [alias.to_owned(), format!("{alias}Connector"), class.clone()] {
            assert_eq!(table.find(&[kind], &name).map(|plugin| plugin.class), Some(&*class), "{name}");
        }
    }
}

#[tokio::test]
async fn tasks_are_numbered() {
    struct NoEvents;
    impl ConnectorEvents for NoEvents {
        fn request_task_reconfiguration(&self) {}
        fn raise_error(&self, _: ConnectError) {}
    }
    let context = ConnectorContext { stop: StopToken::new(), events: Arc::new(NoEvents), offsets: None };
    let mut connector = NumberedTasks::default();
    connector.start(context, &props(&[("name", "n"), ("id", "mine")])).await.unwrap();
    let configs = connector.task_configs(2).unwrap();
    let want = ["0", "1"].map(|id| props(&[("name", "n"), ("id", id)]));
    assert_eq!(configs, want);
    assert!(connector.config_def().keys().next().is_none());
}

#[tokio::test(start_paused = true)]
async fn schema_source_makes_two_versions_by_turns() {
    let base = [("id", "3"), ("topic", "t"), ("throughput", "-1")];
    let (one, two) = ("Schema{record:STRUCT}1", "Schema{record:STRUCT}2");
    for (more, stored, want) in [
        (
            &[("num.messages", "2")][..],
            None,
            vec![(one, "partitioning=0,id=3,seqno=0"), (one, "partitioning=0,id=3,seqno=1")],
        ),
        (
            &[("num.messages", "2"), ("multiple.schema", "TRUE"), ("partition.count", "2")],
            None,
            vec![(one, "partitioning=0,id=3,seqno=0"), (two, "partitioning=1,string=def,id=3,seqno=1")],
        ),
        // By turns since the start, whatever the number.
        (&[("num.messages", "1"), ("multiple.schema", "true")], Some(6), vec![(one, "partitioning=0,id=3,seqno=7")]),
        (&[("num.messages", "1"), ("partition.count", "-3")], Some(-12), vec![(one, "partitioning=-2,id=3,seqno=-11")]),
        (&[("num.messages", "0"), ("partition.count", "0")], None, vec![]),
        (&[("num.messages", "-1")], None, vec![]),
    ] {
        let mut task = SchemaSourceTask::default();
        let configs: Vec<_> = base.iter().chain(more).copied().collect();
        let stored = stored.and_then(|seqno| offsets("seqno", Value::Int64(seqno)));
        task.start(source_context(&configs, stored)).await.unwrap();
        let mut batch = task.poll().await.unwrap();
        batch.extend(task.poll().await.unwrap());
        assert_eq!(batch.len(), want.len(), "{more:?}");
        for (source, (schema, end)) in batch.iter().zip(want) {
            let record = &source.record;
            let Value::Struct(value) = &record.value else { panic!("{record:?}") };
            value.validate().unwrap();
            let text = format!("Struct{{boolean=true,int=12,long=12,float=12.2,double=12.2,{end}}}");
            assert_eq!(value.to_string(), text, "{more:?}");
            assert_eq!(format!("{}{}", value.schema(), value.schema().version().unwrap()), schema, "{more:?}");
            assert_eq!((record.partition, &record.key), (Some(3), &Value::string("key")));
        }
    }
}

#[tokio::test]
async fn schema_source_refuses_what_it_cannot_divide_by_or_read() {
    let good = [("id", "0"), ("topic", "t"), ("throughput", "-1"), ("num.messages", "3")];
    let with = |key, value| good.iter().copied().chain([(key, value)]).collect::<Vec<_>>();
    for (key, value) in [("partition.count", " 1"), ("num.messages", "99999999999999999999"), ("throughput", "1.5")] {
        let context = source_context(&with(key, value), None);
        let error = SchemaSourceTask::default().start(context).await.unwrap_err();
        let invalid = "org.apache.kafka.connect.errors.ConnectException: Invalid SchemaSourceTask configuration";
        let cause = format!("java.lang.NumberFormatException: For input string: \"{value}\"");
        assert_eq!(error.trace(), format!("{invalid}\nCaused by: {cause}"), "{key}");
    }
    let mut task = SchemaSourceTask::default();
    task.start(source_context(&with("partition.count", "0"), None)).await.unwrap();
    let Err(TaskError::Fatal(error)) = task.poll().await else { panic!("divided by zero") };
    assert_eq!(error.to_string(), "java.lang.ArithmeticException: / by zero");
}

#[tokio::test(start_paused = true)]
async fn mock_tasks_fail_after_their_delay() {
    for (configs, fails_ms) in [
        (&[("mock_mode", "task-failure"), ("delay_ms", "700")][..], Some(700)),
        (&[("mock_mode", "task-failure"), ("delay_ms", "-5")], Some(0)),
        (&[("mock_mode", "task-failure")], Some(15_000)),
        (&[("mock_mode", "connector-failure"), ("delay_ms", "700")], None),
        (&[("delay_ms", "x")], None), // not looked at
    ] {
        let before = tokio::time::Instant::now();
        let (mut source, mut sink) = (MockSourceTask::default(), MockSinkTask::default());
        source.start(source_context(configs, None)).await.unwrap();
        let context = sink_context(configs);
        sink.start(context.clone()).await.unwrap();
        let asked = context.take_requests().timeout;
        assert_eq!(asked, fails_ms.map(|delay| Duration::from_millis(delay.min(250))), "{configs:?}");
        let mut failed = None;
        while failed.is_none() && before.elapsed() < Duration::from_secs(20) {
            failed = source.poll().await.err();
        }
        assert_eq!(failed.is_some(), fails_ms.is_some(), "{configs:?}");
        if let Some(delay) = fails_ms {
            // The timer counts whole milliseconds.
            assert!((delay..delay + 2).contains(&(before.elapsed().as_millis() as u64)), "{configs:?}");
        }
        assert_eq!(sink.put(&SinkBatch::default()).await.err(), failed, "{configs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mock_connector_fails_unless_it_is_stopped_before() {
    #[derive(Default)]
    struct Errors(Mutex<Vec<String>>);
    impl ConnectorEvents for Errors {
        fn request_task_reconfiguration(&self) {}
        fn raise_error(&self, error: ConnectError) {
            self.0.lock().unwrap().push(error.trace());
        }
    }
    for (mode, delay, stop_ms, want) in [
        ("connector-failure", "300", 1_000, Ok(&["java.lang.RuntimeException"][..])),
        ("connector-failure", "-5", 1, Ok(&["java.lang.RuntimeException"])),
        ("connector-failure", "300", 100, Ok(&[])),
        ("task-failure", "300", 1_000, Ok(&[])),
        ("connector-failure", "x", 0, Err("java.lang.NumberFormatException: For input string: \"x\"")),
    ] {
        let (events, configs) = (Arc::new(Errors::default()), props(&[("mock_mode", mode), ("delay_ms", delay)]));
        let context = ConnectorContext { stop: StopToken::new(), events: events.clone(), offsets: None };
        let mut connector = MockConnector::default();
        let started = connector.start(context, &configs).await;
        assert_eq!(started.map_err(|e| e.trace()).err().as_deref(), want.err());
        assert_eq!(connector.task_configs(5).unwrap(), [configs]);
        tokio::time::sleep(Duration::from_millis(stop_ms)).await;
        connector.stop().await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(*events.0.lock().unwrap(), want.unwrap_or_default(), "{mode} {delay}");
    }
}
