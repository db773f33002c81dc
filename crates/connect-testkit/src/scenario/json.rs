//! Looking into JSON, blanking parts of it, and reducing it to its shape.

use serde_json::{Map, Value as Json, json};

/// What stands where it is not compared.
const IGNORED: &str = "<ignored>";

/// What `pointer` leads to; null where it leads nowhere.
pub(super) fn at<'a>(doc: &'a Json, pointer: &str) -> &'a Json {
    let step = |doc: &'a Json, part: &str| match doc {
        Json::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
        Json::Object(fields) => fields.get(part),
        _ => None,
    };
    parts(pointer).try_fold(doc, step).unwrap_or(&Json::Null)
}

/// Blanks what `pointer` leads to; `*` stands for every element or field.
pub(super) fn ignore(doc: &mut Json, pointer: &str) {
    ignore_parts(doc, &parts(pointer).collect::<Vec<_>>());
}

fn ignore_parts(doc: &mut Json, parts: &[&str]) {
    let Some((part, rest)) = parts.split_first() else { return };
    let children: Vec<&mut Json> = match doc {
        Json::Array(items) if *part == "*" => items.iter_mut().collect(),
        Json::Object(fields) if *part == "*" => fields.values_mut().collect(),
        Json::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get_mut(at)).into_iter().collect(),
        Json::Object(fields) => fields.get_mut(*part).into_iter().collect(),
        _ => return,
    };
    for child in children {
        match rest {
            [] if *part != "*" => *child = json!(IGNORED),
            rest => ignore_parts(child, rest),
        }
    }
}

fn parts(pointer: &str) -> impl Iterator<Item = &str> {
    pointer.split('/').filter(|part| !part.is_empty())
}

/// Types instead of values; of a list, each kind of element once.
pub(super) fn shape(doc: &Json) -> Json {
    match doc {
        Json::Null => json!("null"),
        Json::Bool(_) => json!("bool"),
        Json::Number(_) => json!("number"),
        Json::String(_) => json!("string"),
        Json::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), shape(value))).collect::<Map<_, _>>().into()
        }
        Json::Array(items) => {
            let mut kinds: Vec<Json> = Vec::new();
            for kind in items.iter().map(shape) {
                if !kinds.iter().any(|known| same(known, &kind)) {
                    kinds.push(kind);
                }
            }
            kinds.sort_by_cached_key(dump);
            kinds.insert(0, json!("list of"));
            Json::Array(kinds)
        }
    }
}

/// Whether both say the same: the order of fields does not matter, and 4 is 4.0.
pub(super) fn same(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left == right || left.as_f64() == right.as_f64() && !(left.is_i64() && right.is_i64())
        }
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            let found = |(key, left): (&String, &Json)| right.get(key).is_some_and(|right| same(left, right));
            left.len() == right.len() && left.iter().all(found)
        }
        _ => left == right,
    }
}

/// The text by which recorded shapes are ordered: Python's `json.dumps(…, sort_keys=True)`.
fn dump(doc: &Json) -> String {
    match doc {
        Json::Array(items) => format!("[{}]", items.iter().map(dump).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            let fields: Vec<_> =
                fields.into_iter().map(|(key, value)| format!("{}: {}", ascii(key), dump(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Json::String(text) => ascii(text),
        other => other.to_string(),
    }
}

fn ascii(text: &str) -> String {
    let mut out = String::new();
    for c in json!(text).to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}
