//! The source task against real files, FIFOs and truncations.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect_api::{
    BlockingSourceTask, ConnectError, Map, OffsetReader, SourceOffset, SourcePartition, SourceTask, SourceTaskContext,
    StopToken, TaskError, Value,
};
use connect_config::Props;
use tempfile::TempDir;

use super::reader::LineReader;
use super::{FileSourceConfig, FileStreamSourceTask};

/// A stopped task does not wait: each poll shows what is there at once.
fn reader(path: &Path, batch_size: i32, position: Option<i64>) -> LineReader {
    let stop = StopToken::new();
    stop.cancel();
    let config = FileSourceConfig { file: Some(path.to_str().unwrap().into()), topic: "t".into(), batch_size };
    LineReader::new(&config, position, stop)
}

fn poll(reader: &mut LineReader) -> Vec<(String, i64)> {
    let batch = reader.poll().unwrap();
    assert!(batch.windows(2).all(|pair| pair[0].record.timestamp == pair[1].record.timestamp));
    batch.iter().map(|record| (record.record.value.to_string(), position(&record.source_offset))).collect()
}

fn position(offset: &SourceOffset) -> i64 {
    match offset {
        SourceOffset::Single { field: "position", value } => *value,
        other => panic!("{other:?}"),
    }
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(bytes).unwrap();
}

fn lines(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(line, at)| ((*line).to_owned(), *at)).collect()
}

#[test]
fn follows_a_file_from_before_it_exists() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    let mut reader = reader(&path, 2000, None);
    assert_eq!(poll(&mut reader), []);
    append(&path, b"one\ntwo\r\nthr");
    assert_eq!(poll(&mut reader), lines(&[("one", 4), ("two", 9)]));
    append(&path, "ee é".as_bytes()[..4].as_ref());
    assert_eq!(poll(&mut reader), []);
    append(&path, b"\xA9\n");
    assert_eq!(poll(&mut reader), lines(&[("three é", 18)]));
}

#[test]
fn returns_full_batches_until_nothing_is_left() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    append(&path, b"1\n2\n3\n4\n5\n");
    for (batch_size, sizes) in [(2, &[2, 2, 1, 0][..]), (0, &[1, 1, 1, 1, 1, 0]), (-1, &[1, 1]), (5, &[5, 0])] {
        let mut reader = reader(&path, batch_size, None);
        let got: Vec<_> = sizes.iter().map(|_| poll(&mut reader).len()).collect();
        assert_eq!(got, sizes, "batch.size={batch_size}");
    }
}

#[test]
fn a_batch_spans_chunks() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    let text: String = (0..20_000).map(|n| format!("{n:099}\n")).collect();
    fs::write(&path, &text).unwrap();
    let mut reader = reader(&path, 6000, None);
    let sizes: Vec<_> = (0..5).map(|_| poll(&mut reader).len()).collect();
    assert_eq!(sizes, [6000, 6000, 6000, 2000, 0]);
}

#[test]
fn an_unbounded_batch_is_bounded_by_memory() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    fs::write(&path, vec![b'\n'; 3_000_000]).unwrap();
    let mut reader = reader(&path, i32::MAX, None);
    let mut total = 0;
    loop {
        let got = poll(&mut reader).len();
        assert!(got < 500_000, "{got}");
        if got == 0 {
            break;
        }
        total += got;
    }
    assert_eq!(total, 3_000_000);
}

#[test]
fn begins_where_the_offset_says() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    fs::write(&path, "ab\r\néf\nz\n").unwrap();
    for (stored, want) in [
        (4, &[("éf", 8), ("z", 10)][..]),
        (8, &[("z", 10)]),
        (10, &[]),
        (5, &[("\u{FFFD}f", 8), ("z", 10)]),
        (-3, &[("ab", 4), ("éf", 8), ("z", 10)]),
        (11, &[("ab", 4), ("éf", 8), ("z", 10)]), // past the end: another file
        (i64::MAX, &[("ab", 4), ("éf", 8), ("z", 10)]),
    ] {
        assert_eq!(poll(&mut reader(&path, 2000, Some(stored))), lines(want), "from {stored}");
    }
}

#[test]
fn a_truncated_file_is_read_anew() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    append(&path, b"one\ntwo\nbegun");
    let mut reader = reader(&path, 2000, None);
    assert_eq!(poll(&mut reader).len(), 2);
    fs::write(&path, b"new\n").unwrap();
    assert_eq!(poll(&mut reader), lines(&[("new", 4)]));
    File::create(&path).unwrap();
    assert_eq!(poll(&mut reader), []);
    append(&path, b"newer\n");
    assert_eq!(poll(&mut reader), lines(&[("newer", 6)]));
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_without_a_length_is_read_once() {
    let path = Path::new("/proc/self/status");
    let mut reader = reader(path, 100_000, None);
    assert!(!poll(&mut reader).is_empty());
    assert_eq!(poll(&mut reader), []);
    assert_eq!(poll(&mut reader), []);
}

#[test]
fn says_what_cannot_be_read() {
    let dir = TempDir::new().unwrap();
    let TaskError::Fatal(error) = reader(dir.path(), 1, None).poll().unwrap_err() else { panic!("retriable") };
    let want = format!("Couldn't open file '{}' for FileStreamSourceTask: it is a directory.", dir.path().display());
    assert!(error.message().unwrap().starts_with(&want), "{error}");

    let long = dir.path().join("long.txt");
    append(&long, b"ok\n");
    File::options().append(true).open(&long).unwrap().set_len(70 * 1024 * 1024).unwrap();
    let mut reader = reader(&long, 1, None);
    assert_eq!(poll(&mut reader), lines(&[("ok", 3)]));
    let TaskError::Fatal(error) = reader.poll().unwrap_err() else { panic!("retriable") };
    assert!(error.message().unwrap().contains("long.txt' that begins at byte 3 has no end"), "{error}");
}

struct Stored(Option<Value>);

#[async_trait::async_trait]
impl OffsetReader for Stored {
    async fn offsets(&self, partitions: &[SourcePartition]) -> Result<Vec<Option<Map>>, ConnectError> {
        assert_eq!(partitions[0].len(), 1);
        Ok(vec![self.0.clone().map(|value| Map::from_iter([(Value::string("position"), value)]))])
    }
}

fn context(path: &Path, stop: StopToken, stored: Option<Value>) -> SourceTaskContext {
    let configs = Props::from([("name", "fs"), ("file", path.to_str().unwrap()), ("topic", "t")]);
    SourceTaskContext { stop, configs, offsets: Arc::new(Stored(stored)), transaction: None }
}

#[tokio::test]
async fn the_task_asks_for_its_offset() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("in.txt");
    append(&path, b"one\ntwo\n");
    for (stored, want) in [
        (None, Ok(2)),
        (Some(Value::Null), Ok(2)),
        (Some(Value::Int64(4)), Ok(1)),
        (Some(Value::Int32(4)), Err(())),
        (Some(Value::string("4")), Err(())),
    ] {
        let mut task = FileStreamSourceTask::default();
        match task.start(context(&path, StopToken::new(), stored.clone())).await {
            Ok(()) => assert_eq!(Ok(task.poll().await.unwrap().len()), want, "{stored:?}"),
            Err(e) => {
                assert_eq!(e.message(), Some("Offset position is the incorrect type"));
                assert_eq!(want, Err(()));
            }
        }
        task.stop().await;
    }
}

/// A FIFO without a writer, a file that does not grow, one that does not exist: nothing holds up a stop.
#[tokio::test]
#[cfg(unix)]
async fn stops_at_once() {
    let dir = TempDir::new().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let quiet = dir.path().join("quiet.txt");
    append(&quiet, b"begun");
    for path in [fifo, quiet, dir.path().join("missing.txt")] {
        let stop = StopToken::new();
        let mut task = FileStreamSourceTask::default();
        task.start(context(&path, stop.clone(), None)).await.unwrap();
        let begin = Instant::now();
        let (batch, ()) = tokio::join!(task.poll(), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            stop.cancel();
        });
        assert_eq!(batch.unwrap().len(), 0);
        task.stop().await;
        assert!(begin.elapsed() < Duration::from_millis(900), "{} took {:?}", path.display(), begin.elapsed());
    }
}

#[test]
#[cfg(unix)]
fn reads_a_fifo_as_it_is_written() {
    let dir = TempDir::new().unwrap();
    let fifo = dir.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let mut reader = reader(&fifo, 2000, Some(100));
    assert_eq!(poll(&mut reader), []);
    let mut writer = OpenOptions::new().write(true).open(&fifo).unwrap();
    writer.write_all(b"one\ntw").unwrap();
    assert_eq!(poll(&mut reader), lines(&[("one", 104)]));
    writer.write_all(b"o\n").unwrap();
    drop(writer);
    assert_eq!(poll(&mut reader), lines(&[("two", 108)]));
    assert_eq!(poll(&mut reader), []);
}

/// Runs itself again with a standard input of its own, which stays open: the reader must end all the same.
#[test]
fn reads_standard_input() {
    const CHILD: &str = "LONGSHORE_TEST_READS_STDIN";
    if std::env::var_os(CHILD).is_some() {
        return read_own_input();
    }
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "source::tests::reads_standard_input", "--nocapture"])
        .env(CHILD, "1")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"one\r\ntwo\nbegun").unwrap();
    assert!(child.wait().unwrap().success());
}

fn read_own_input() {
    let config = FileSourceConfig { file: Some(String::new()), topic: "t".into(), batch_size: 2000 };
    let mut reader = LineReader::new(&config, None, StopToken::new());
    let mut lines = Vec::new();
    while lines.len() < 2 {
        for record in reader.poll().unwrap() {
            let nowhere = Map::from_iter([(Value::string("position"), Value::Null)]);
            assert_eq!(record.source_offset, SourceOffset::Map(Arc::new(nowhere)));
            assert_eq!(record.source_partition.get_str("filename"), Some(&Value::Null));
            lines.push(record.record.value.to_string());
        }
    }
    assert_eq!(lines, ["one", "two"]);
    BlockingSourceTask::stop(&mut reader);
}
