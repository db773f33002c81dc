//! Metrics as Prometheus reads them.
//! ```text
//! # TYPE kafka_connect_source_task_metrics_source_record_poll_total counter
//! kafka_connect_source_task_metrics_source_record_poll_total{connector="orders",task="0"} 4711
//! kafka_connect_connector_metrics_status_info{connector="orders",status="running"} 1
//! ```

use std::collections::BTreeMap;
use std::fmt::Write;

use super::registry::{Reading, Tags, Told};

/// The lines of one metric, which have to stand together.
struct Family {
    kind: &'static str,
    lines: String,
}

/// The text of all groups, each with what it tells.
pub(super) fn render(groups: impl Iterator<Item = (&'static str, (Tags, Told))>) -> String {
    let mut families = BTreeMap::<String, Family>::new();
    for (group, (tags, told)) in groups {
        for (name, reading) in told {
            add(&mut families, group, &tags, name, &reading);
        }
    }
    let mut text = String::new();
    for (name, family) in families {
        // Writing to a string cannot fail.
        let _ = write!(text, "# TYPE {name} {}\n{}", family.kind, family.lines);
    }
    text
}

fn add(families: &mut BTreeMap<String, Family>, group: &str, tags: &Tags, name: &'static str, reading: &Reading) {
    let mut full = format!("kafka_connect_{group}_{name}").replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let (kind, value, extra) = match reading {
        Reading::Gauge(value) => ("gauge", *value, None),
        Reading::Count(value) => ("counter", *value, None),
        Reading::Text(text) => {
            full.push_str("_info");
            ("gauge", 1.0, Some((name, text)))
        }
    };
    let family = families.entry(full.clone()).or_insert_with(|| Family { kind, lines: String::new() });
    family.lines.push_str(&full);
    let labels = tags.iter().map(|(key, value)| (*key, value)).chain(extra);
    family.lines.extend(labels.enumerate().map(|(at, (key, value))| {
        let open = if at == 0 { '{' } else { ',' };
        format!("{open}{}=\"{}\"", key.replace('-', "_"), escaped(value))
    }));
    let close = if tags.is_empty() && !matches!(reading, Reading::Text(_)) { "" } else { "}" };
    // Writing to a string cannot fail.
    let _ = writeln!(family.lines, "{close} {}", number(value));
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_stand_together_and_labels_are_escaped() {
        let tags = |connector: &str| vec![("connector", connector.to_owned())];
        let told = || {
            vec![
                ("record-total", Reading::Count(3.0)),
                ("lag-max", Reading::Gauge(f64::NAN)),
                ("status", Reading::Text("running".to_owned())),
            ]
        };
        let groups = [("a-metrics", (tags("x"), told())), ("a-metrics", (tags("q\"\\\n"), told()))];
        let none = [("b-metrics", (Vec::new(), vec![("time", Reading::Gauge(f64::INFINITY))]))];
        let text = render(groups.into_iter().chain(none));
        let want = r#"# TYPE kafka_connect_a_metrics_lag_max gauge
kafka_connect_a_metrics_lag_max{connector="x"} NaN
kafka_connect_a_metrics_lag_max{connector="q\"\\\n"} NaN
# TYPE kafka_connect_a_metrics_record_total counter
kafka_connect_a_metrics_record_total{connector="x"} 3
kafka_connect_a_metrics_record_total{connector="q\"\\\n"} 3
# TYPE kafka_connect_a_metrics_status_info gauge
kafka_connect_a_metrics_status_info{connector="x",status="running"} 1
kafka_connect_a_metrics_status_info{connector="q\"\\\n",status="running"} 1
# TYPE kafka_connect_b_metrics_time gauge
kafka_connect_b_metrics_time +Inf
"#;
        assert_eq!(text, want);
    }
}
