//! Beside Java's clients: a group is shared with them.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kafka_client::consumer::TopicPartition;

use crate::support::*;

fn tool(libs: &str, class: &str, args: &[&str]) -> Command {
    let mut command = Command::new("java");
    command.args(["-Xmx256m", "-cp", &format!("{libs}/*"), class]).args(args).stderr(Stdio::null());
    command
}

/// A Java console consumer, ended with the test.
struct JavaMember(Child);

impl Drop for JavaMember {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn a_group_is_shared_with_java() {
    let (Some(bootstrap), Some(libs)) = (bootstrap(), wanted("LONGSHORE_TEST_KAFKA_LIBS")) else { return };
    for java_first in [false, true] {
        let (cluster, topic, group) = (cluster(&bootstrap), unique("mixed"), unique("mixed-group"));
        let (topic, group) = (format!("{topic}-{java_first}"), format!("{group}-{java_first}"));
        create_topic(&cluster, &topic, 4).await;
        let start = || {
            let args =
                ["--bootstrap-server", &bootstrap, "--topic", &topic, "--group", &group, "--timeout-ms", "120000"];
            let java = tool(&libs, "org.apache.kafka.tools.consumer.ConsoleConsumer", &args);
            JavaMember({ java }.stdout(Stdio::null()).spawn().unwrap())
        };
        let mut early = java_first.then(&start);
        if java_first {
            tokio::time::sleep(Duration::from_secs(6)).await; // so that it leads
        }
        let mut ours = member(&bootstrap, &group, &topic);
        let mut seen = Seen::default();
        if !java_first {
            drive(&mut ours, &mut seen, |seen| seen.assigned.len() == 4).await;
            early = Some(start());
        }
        drive(&mut ours, &mut seen, |seen| seen.assigned.len() == 2).await;
        for index in 0..4 {
            produce(&cluster, &TopicPartition::new(topic.as_str(), index), &values(0..10)).await;
        }
        drive(&mut ours, &mut seen, |seen| seen.values.len() >= 20).await;
        let until = Instant::now() + Duration::from_secs(1);
        drive(&mut ours, &mut seen, |_| Instant::now() > until).await;
        assert_eq!(seen.values.len(), 20, "Java has the other half");
        ours.close(PATIENCE).await;
        drop(early);
    }
}
