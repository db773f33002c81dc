//! Makes alike what differs from run to run and worker to worker.

use serde_json::{Map, Value as Json, json};

/// The texts of this run, each with what is written instead, in this order.
pub(super) type Substitutions = [(String, String)];

/// Worker ids, versions, stack traces beyond their first line and texts of this run are replaced; lists whose order
/// means nothing are sorted.
pub(super) fn uniform(doc: &Json, texts: &Substitutions) -> Json {
    match doc {
        Json::Object(fields) => {
            let field = |(key, value): (&String, &Json)| (uniform_text(key, texts), uniform(&field(key, value), texts));
            Json::Object(fields.iter().map(field).collect::<Map<_, _>>())
        }
        Json::Array(items) => Json::Array(ordered(items.iter().map(|item| uniform(item, texts)).collect())),
        Json::String(text) => Json::String(uniform_text(text, texts)),
        other => other.clone(),
    }
}

fn field(key: &str, value: &Json) -> Json {
    match (key, value) {
        ("worker_id", _) => json!("<worker>"),
        ("documentation", _) => json!("<text>"),
        ("version" | "commit" | "kafka_cluster_id", Json::String(_)) => json!(format!("<{key}>")),
        ("trace", Json::String(trace)) => json!(lines(trace).first().copied().unwrap_or_default()),
        ("last_modified", Json::Number(at)) if !at.is_f64() => json!("<ms>"),
        _ => value.clone(),
    }
}

/// Texts, and plugins by type and class, come in an order that means nothing.
fn ordered(mut items: Vec<Json>) -> Vec<Json> {
    if items.iter().all(Json::is_string) {
        items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
    } else if items.iter().all(|item| item.get("class").is_some() && item.get("type").is_some()) {
        items.sort_by_cached_key(|item| (item["type"].to_string(), item["class"].to_string()));
    }
    items
}

pub(super) fn uniform_text(text: &str, texts: &Substitutions) -> String {
    let text = texts.iter().fold(text.to_owned(), |text, (this, instead)| text.replace(this, instead));
    without_ports(&text)
}

/// `127.0.0.1:8083` and `localhost:8083` become `<host>`, where a word begins with them.
fn without_ports(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        let is_word_start = out.chars().last().is_none_or(|c| !c.is_alphanumeric() && c != '_');
        match host_len(rest).filter(|_| is_word_start) {
            Some(len) => {
                out.push_str("<host>");
                rest = &rest[len..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    out
}

/// How long the host and port are that `text` begins with.
fn host_len(text: &str) -> Option<usize> {
    let port = text.strip_prefix("127.0.0.1:").or_else(|| text.strip_prefix("localhost:"))?;
    let digits = port.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then_some(text.len() - port.len() + digits)
}

/// The lines of a text as Python's `splitlines` sees them.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let ends =
        |c: char| matches!(c, '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let end = rest.find(ends).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        lines.push(line);
        rest = after
            .strip_prefix("\r\n")
            .unwrap_or_else(|| after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default());
    }
    lines
}
