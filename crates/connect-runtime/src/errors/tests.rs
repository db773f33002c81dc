//! What is said of failed records, and what follows.

use std::time::Duration;

use connect_api::data::HeaderBytes;
use connect_api::{ConsumedRecord, Header, Schema, SourceOffset, TimestampType, Type, Value};

use super::*;
use crate::fakes::{at, errors_with, retrying_errors, source_record, task_id};

fn failure(stage: Stage, error: ConnectError, origin: Origin) -> Failure {
    Failure { stage, class: "org.acme.It".to_owned(), error, origin }
}

fn consumed(timestamp_type: TimestampType) -> Origin {
    let headers = vec![HeaderBytes { key: "h".into(), value: None }];
    let raw = ConsumedRecord { key: None, value: Some("x".into()), headers, timestamp: Some(7) };
    Origin::Consumed(Consumed { at: at("t", 0), offset: 1, timestamp_type, raw: Arc::new(raw) })
}

#[test]
fn a_log_line_is_javas() {
    let mut source = source_record("text", 3);
    source.source_partition = Arc::new([(Value::string("filename"), Value::string("/a"))].into_iter().collect());
    source.record.value_schema = Some(Schema::required(Type::String));
    let mut with_headers = source.clone();
    let header = Header { key: "k".into(), schema: None, value: Value::Int32(5) };
    with_headers.record.headers = vec![header].into();
    with_headers.source_offset = SourceOffset::Null;
    let begin = "Error encountered in task c-0. Executing stage 'VALUE_CONVERTER' with class 'org.acme.It'";
    for (origin, with_record, want) in [
        (consumed(TimestampType::CreateTime), false, "."),
        (
            consumed(TimestampType::CreateTime),
            true,
            ", where consumed record is {topic='t', partition=0, offset=1, timestamp=7, timestampType=CreateTime}.",
        ),
        (
            consumed(TimestampType::NoTimestampType),
            true,
            ", where consumed record is {topic='t', partition=0, offset=1}.",
        ),
        (
            Origin::of_source(Some(&source)),
            true,
            ", where source record is = SourceRecord{sourcePartition={filename=/a}, sourceOffset={n=3}} \
             ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, value=text, \
             valueSchema=Schema{STRING}, timestamp=null, headers=ConnectHeaders(headers=)}.",
        ),
        (
            Origin::of_source(Some(&with_headers)),
            true,
            ", where source record is = SourceRecord{sourcePartition={filename=/a}, sourceOffset=null} \
             ConnectRecord{topic='t', kafkaPartition=null, key=null, keySchema=null, value=text, \
             valueSchema=Schema{STRING}, timestamp=null, \
             headers=ConnectHeaders(headers=[ConnectHeader(key=k, value=5, schema=null)])}.",
        ),
        (Origin::Unknown, true, "."),
    ] {
        let failure = failure(Stage::ValueConverter, ConnectError::data("no"), origin);
        assert_eq!(log::line(&task_id(), &failure, with_record), format!("{begin}{want}"));
    }
}

#[tokio::test]
async fn tolerance_decides_and_everything_is_counted() {
    let retriable = || ConnectError::retriable("later");
    let data = || ConnectError::data("no");
    // (stage, error, tolerate, what the task fails with); counts: failures, errors, skipped, retries, logged
    for (stage, error, tolerate, fails) in [
        (Stage::KeyConverter, data(), true, None),
        (Stage::Transformation, retriable(), true, None),
        (Stage::HeaderConverter, data(), false, Some("Tolerance exceeded in error handler")),
        (Stage::TaskPut, data(), true, Some("Unhandled exception in error handler")),
        (Stage::TaskPut, retriable(), true, None),
    ] {
        let policy = ErrorPolicy { tolerate, log: ErrorLog::On, retry: RetryPolicy::new(0, 60_000) };
        let handler = errors_with(policy, None);
        let judged = handler.judge(failure(stage, error.clone(), Origin::Unknown).into()).await;
        let ended = match judged {
            Ok(()) => None,
            Err(halt) => handler.end(halt).await,
        };
        assert_eq!(ended.as_ref().and_then(ConnectError::message), fails, "{stage} {error}");
        assert_eq!(ended.as_ref().and_then(ConnectError::cause), fails.map(|_| &error));
        assert_eq!(handler.counts.all(), [0, 1, u64::from(fails.is_none()), 0, 1, 0, 0], "told once");
    }
    // What a task reports itself is tolerated whatever it is.
    let handler =
        errors_with(ErrorPolicy { tolerate: true, log: ErrorLog::Off, retry: RetryPolicy::new(0, 60_000) }, None);
    assert!(handler.failed(failure(Stage::TaskPut, data(), Origin::Unknown)).await.is_ok());
    assert_eq!(handler.counts.all(), [1, 1, 1, 0, 0, 0, 0]);
    assert!(matches!(handler.judge(Halt::Stopped).await, Err(Halt::Stopped)));
    assert_eq!(handler.end(Halt::Stopped).await, None);
}

#[tokio::test(start_paused = true)]
async fn only_a_retriable_error_is_tried_again_until_its_time_is_up_or_the_task_stops() {
    let begun = tokio::time::Instant::now();
    let handler = retrying_errors(1000);
    let mut retries = Retries::default();
    let failed = |error| failure(Stage::KeyConverter, error, Origin::Unknown);
    let mut tries = 0;
    while handler.try_again(&mut retries, failed, ConnectError::retriable("later")).await.is_ok() {
        tries += 1;
    }
    assert_eq!((tries, begun.elapsed()), (3, Duration::from_secs(1)), "300, 600 and what is left");
    assert_eq!(handler.counts.all()[..4], [4, 0, 0, 3]);
    let not_again = handler.try_again(&mut Retries::default(), failed, ConnectError::data("no")).await;
    assert!(matches!(not_again, Err(Halt::Failed(_))));
    let forever = retrying_errors(-1);
    forever.stop.cancel();
    let stopped = forever.try_again(&mut Retries::default(), failed, ConnectError::retriable("later")).await;
    assert!(matches!(stopped, Err(Halt::Stopped)));
}
