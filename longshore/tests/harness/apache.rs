//! Apache Kafka's own worker, tools and brokers, through `scripts/apache.sh`.

use std::path::Path;
use std::process::{Command, Stdio};

/// The script, to be given its arguments.
pub fn script() -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(root.join("scripts/apache.sh"));
    command.stdin(Stdio::null());
    command
}

/// Runs one of Apache's main classes; answers what it prints.
pub fn tool(class: &str, arguments: &[&str]) -> Vec<u8> {
    let output = script().env("LOG_LEVEL", "ERROR").args(["tool", class]).args(arguments).output().unwrap();
    assert!(output.status.success(), "{class} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The first `count` records of a topic as Apache's console consumer prints them, `key` tab `value`, in order.
pub fn console_consumer(kafka: &str, topic: &str, count: usize) -> Vec<u8> {
    let count = count.to_string();
    tool(
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
        &[
            "--bootstrap-server",
            kafka,
            "--topic",
            topic,
            "--from-beginning",
            "--max-messages",
            &count,
            "--timeout-ms",
            "30000",
            "--formatter-property",
            "print.key=true",
        ],
    )
}

/// Committed offset and end offset of a group's partitions, by topic, as Apache's tool says it.
pub fn group_offsets(kafka: &str, group: &str) -> Vec<(String, i64, i64)> {
    let text = tool(
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        &["--bootstrap-server", kafka, "--describe", "--group", group, "--offsets"],
    );
    let text = String::from_utf8(text).unwrap();
    let columns = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let topic = columns.next()?.to_owned();
        let mut numbers = columns.skip(1).map(str::parse);
        Some((topic, numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    text.lines().filter(|line| line.starts_with(group)).filter_map(columns).collect()
}
