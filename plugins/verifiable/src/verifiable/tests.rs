//! The lines to the letter, and the tasks as a worker calls them.

use std::sync::Arc;

use connect_api::{ConnectRecord, SinkRecord, SourceTask, TimestampType, TopicPartition, Value};

use super::ledger::Ledger;
use super::line::{SinkLine, SourceLine};
use super::{VerifiableSinkTask, VerifiableSourceTask};
use crate::tests::{offsets, sink_context, source_context};

#[test]
fn lines_have_their_keys_in_the_order_of_java() {
    let source = SourceLine::new(Some("n\"1"), 3, "t");
    let mut out = String::new();
    source.push_sent(&mut out, 0, 5);
    source.push_committed(&mut out, -1, 6);
    SourceLine::new(None, 0, "t").push_sent(&mut out, 1, 7);
    let want = [
        r#"{"task":3,"seqno":0,"time_ms":5,"name":"n\"1","topic":"t"}"#,
        r#"{"committed":true,"task":3,"seqno":-1,"time_ms":6,"name":"n\"1","topic":"t"}"#,
        r#"{"task":0,"seqno":1,"time_ms":7,"name":null,"topic":"t"}"#,
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), want);

    let (sink, mut out) = (SinkLine::new(Some("s"), 1), String::new());
    for (key, value, flushed) in
        [(Value::Int32(7), Value::Int64(5), false), (Value::string("k"), Value::string("a\nb"), true)]
    {
        SinkLine::push_start(&mut out, &sunk(0, key, value));
        sink.push_end(&mut out, 8, "t", flushed);
    }
    let want = [
        r#"{"task":7,"seqno":5,"offset":9,"time_ms":8,"name":"s","topic":"t","sinkTask":1}"#,
        r#"{"task":"k","seqno":"a\nb","offset":9,"time_ms":8,"name":"s","topic":"t","sinkTask":1,"flushed":true}"#,
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), want);
}

fn sunk(partition: i32, key: Value, value: Value) -> SinkRecord {
    let original = TopicPartition { topic: "t".into(), partition };
    let mut record = ConnectRecord::new("t".into(), None, value);
    record.key = key;
    SinkRecord { record, offset: 9, timestamp_type: TimestampType::CreateTime, original, consumed: None }
}

#[test]
fn a_ledger_gives_each_partition_once() {
    let (mut ledger, at) = (Ledger::default(), |partition| sunk(partition, Value::Null, Value::Null).original);
    let (topic, renamed): (Arc<str>, Arc<str>) = ("t".into(), "r".into());
    for (partition, topic, start) in [(0, &topic, "a"), (1, &topic, "b"), (0, &topic, "c"), (0, &renamed, "d")] {
        ledger.note(&at(partition), topic, start);
    }
    assert_eq!(ledger.bytes(), 8);
    let runs = ledger.take(&at(0));
    let found: Vec<_> = runs.iter().map(|run| (&*run.topic, run.starts().collect::<Vec<_>>())).collect();
    assert_eq!(found, [("t", vec!["a", "c"]), ("r", vec!["d"])]);
    assert!(ledger.take(&at(0)).is_empty());
    assert_eq!(ledger.bytes(), 2);
}

#[tokio::test]
async fn goes_on_behind_the_stored_offset() {
    let invalid = "The offset stored for partition {\"id\":3} has no whole number 'seqno'";
    for (stored, want) in [
        (None, Ok(0)),
        (offsets("seqno", Value::Int64(5)), Ok(6)),
        (offsets("seqno", Value::Int64(i64::MAX)), Ok(i64::MIN)), // wraps, as in Java
        (offsets("seqno", Value::string("5")), Err(invalid)),
        (offsets("seqno", Value::Null), Err(invalid)),
        (offsets("other", Value::Int64(5)), Err(invalid)),
    ] {
        let mut task = VerifiableSourceTask::default();
        let context = source_context(&[("id", "3"), ("topic", "t"), ("throughput", "0")], stored.clone());
        let started = task.start(context).await;
        match want {
            Ok(seqno) => {
                let batch = task.poll().await.unwrap();
                let [source] = &batch[..] else { panic!("{stored:?}: {batch:?}") };
                let record = &source.record;
                assert_eq!((&record.key, &record.value), (&Value::Int32(3), &Value::Int64(seqno)), "{stored:?}");
                assert_eq!((&*record.topic, record.partition, record.timestamp), ("t", None, None));
                assert_eq!(source.source_offset.to_map().unwrap().get_str("seqno"), Some(&Value::Int64(seqno)));
                assert_eq!(source.source_partition.get_str("id"), Some(&Value::Int32(3)));
            }
            Err(why) => assert!(started.unwrap_err().to_string().contains(why), "{stored:?}"),
        }
    }
}

#[tokio::test]
async fn complete_records_say_everything() {
    let mut task = VerifiableSourceTask::default();
    let configs = [("name", "n"), ("id", "0"), ("topic", "t"), ("throughput", "0"), ("complete.record.data", "True")];
    task.start(source_context(&configs, None)).await.unwrap();
    let batch = task.poll().await.unwrap();
    let Value::Struct(value) = &batch[0].record.value else { panic!("{batch:?}") };
    value.validate().unwrap();
    let time = value.get_int64("time_ms").unwrap().unwrap();
    assert_eq!(value.to_string(), format!("Struct{{name=n,task=0,topic=t,time_ms={time},seqno=0}}"));
    assert_eq!(batch[0].record.value_schema.as_ref(), Some(value.schema()));
}

#[tokio::test]
async fn refuses_what_is_no_number() {
    use connect_api::SinkTask;
    let number = |text: &str| format!("java.lang.NumberFormatException: For input string: \"{text}\"");
    let missing = "java.lang.NumberFormatException: Cannot parse null string".to_owned();
    let no_topic = "Missing required configuration \"topic\" which has no default value.";
    let no_topic = format!("org.apache.kafka.common.config.ConfigException: {no_topic}");
    let invalid = "org.apache.kafka.connect.errors.ConnectException: Invalid VerifiableSourceTask configuration";
    for (configs, cause) in [
        (&[("id", "0"), ("topic", "t"), ("throughput", "x1")][..], number("x1")),
        (&[("id", "0"), ("topic", "t")], missing.clone()),
        (&[("id", ""), ("topic", "t"), ("throughput", "1")], number("")),
        (&[("id", "0"), ("throughput", "1")], no_topic),
    ] {
        let error = VerifiableSourceTask::default().start(source_context(configs, None)).await.unwrap_err();
        assert_eq!(error.trace(), format!("{invalid}\nCaused by: {cause}"), "{configs:?}");
    }
    for (configs, cause) in [(&[("id", "x")][..], number("x")), (&[], missing)] {
        let error = VerifiableSinkTask::default().start(sink_context(configs)).await.unwrap_err();
        assert_eq!(error.trace(), format!("{invalid}\nCaused by: {cause}"), "{configs:?}");
    }
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_the_next_number() {
    let mut task = VerifiableSourceTask::default();
    let context = source_context(&[("id", "0"), ("topic", "t"), ("throughput", "0")], None);
    let stop = context.stop.clone();
    task.start(context).await.unwrap();
    assert_eq!(task.poll().await.unwrap().len(), 1);
    assert!(task.poll().await.unwrap().is_empty(), "none is due for ever");
    stop.cancel();
    let before = std::time::Instant::now();
    assert!(task.poll().await.unwrap().is_empty());
    assert!(before.elapsed() < crate::throttle::WAIT_MAX);
}
