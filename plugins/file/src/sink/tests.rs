//! The sink task against real files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use connect_api::{
    BlockingSinkTask, ConnectRecord, SinkBatch, SinkRecord, SinkTask, SinkTaskContext, StopToken, TaskError,
    TimestampType, TopicPartition, Value,
};
use connect_config::Props;
use tempfile::TempDir;

use super::FileStreamSinkTask;
use super::task::LineWriter;

fn batch(values: impl IntoIterator<Item = Value>) -> SinkBatch {
    let original = TopicPartition { topic: "t".into(), partition: 0 };
    let sunk = |value| SinkRecord {
        record: ConnectRecord::new("t".into(), None, value),
        offset: 0,
        timestamp_type: TimestampType::NoTimestampType,
        original: original.clone(),
        consumed: None,
    };
    Arc::new(values.into_iter().map(sunk).collect())
}

fn context(path: &Path) -> SinkTaskContext {
    let configs = Props::from([("file", path.to_str().unwrap()), ("topics", "t")]);
    SinkTaskContext::new(StopToken::new(), configs, None)
}

#[tokio::test]
async fn appends_a_batch() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("out.txt");
    fs::write(&path, "pre").unwrap();
    let mut task = FileStreamSinkTask::default();
    task.start(context(&path)).await.unwrap();
    task.put(&batch([Value::string("é"), Value::Null, Value::Int32(-1), Value::string("a\nb")])).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "preé\nnull\n-1\na\nb\n");
    task.put(&batch([])).await.unwrap();
    task.put(&batch([Value::string("")])).await.unwrap();
    task.stop().await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "preé\nnull\n-1\na\nb\n\n");
}

#[test]
fn tasks_of_one_file_take_turns() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("out.txt");
    std::thread::scope(|scope| {
        for task in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let mut writer = LineWriter::default();
                writer.start(context(path)).unwrap();
                for _ in 0..50 {
                    let line = task.to_string().repeat(300);
                    writer.put(&batch(std::iter::repeat_n(Value::string(line), 20))).unwrap();
                }
            });
        }
    });
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 4 * 50 * 20);
    assert!(text.lines().all(|line| line.len() == 300 && line.bytes().all(|byte| byte == line.as_bytes()[0])));
}

#[test]
fn says_where_it_cannot_write() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("no/such/out.txt");
    let error = LineWriter::default().start(context(&path)).unwrap_err();
    let want = format!("Couldn't find or create file '{}' for FileStreamSinkTask: ", path.display());
    assert!(error.message().unwrap().starts_with(&want), "{error}");
    assert_eq!(error.cause().unwrap().class(), "java.io.IOException");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_fatal() {
    let mut writer = LineWriter::default();
    writer.start(context(Path::new("/dev/full"))).unwrap();
    let TaskError::Fatal(error) = writer.put(&batch([Value::string("x")])).unwrap_err() else { panic!("retriable") };
    assert!(error.message().unwrap().starts_with("Couldn't write to file '/dev/full': No space left"), "{error}");
}

/// Runs itself again where no file may grow beyond a few blocks: the second batch is cut off in the middle.
#[test]
#[cfg(target_os = "linux")]
fn a_batch_that_fails_half_way_leaves_nothing() {
    const CHILD: &str = "LONGSHORE_TEST_SMALL_FILES";
    if let Some(path) = std::env::var_os(CHILD) {
        return outgrow(Path::new(&path));
    }
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("out.txt");
    let status = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg("sink::tests::a_batch_that_fails_half_way_leaves_nothing")
        .env(CHILD, &path)
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert_eq!(fs::read_to_string(&path).unwrap(), "first\n");
}

fn outgrow(path: &Path) {
    let mut writer = LineWriter::default();
    writer.start(context(path)).unwrap();
    writer.put(&batch([Value::string("first")])).unwrap();
    let TaskError::Fatal(error) = writer.put(&batch([Value::string("x".repeat(10_000))])).unwrap_err() else {
        panic!("retriable")
    };
    assert!(error.message().unwrap().contains("File too large"), "{error}");
}
