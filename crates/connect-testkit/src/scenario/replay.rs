//! Takes a scenario's steps, one after the other, and keeps what is seen.

use std::collections::hash_map::RandomState;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use crate::http::{Answer, WorkerUrl};

use super::format::{Action, Ask, Mode, Scenario};
use super::json::{at, ignore, same, shape};
use super::uniform::{lines, uniform, uniform_text};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(60);
const GLANCE: Duration = Duration::from_millis(100);

/// One run: its scratch folder `{tmp}` and its token `{id}`.
pub(super) struct Replay<'a> {
    url: &'a WorkerUrl,
    mode: Mode,
    tmp: TempDir,
    token: String,
    texts: Vec<(String, String)>,
    patience: Duration,
}

impl<'a> Replay<'a> {
    /// # Errors
    /// No scratch folder can be made.
    pub(super) fn new(url: &'a WorkerUrl, mode: Mode) -> io::Result<Self> {
        let tmp = tempfile::Builder::new().prefix("rest-").tempdir()?;
        let token = format!("c{:08x}", RandomState::new().build_hasher().finish() as u32);
        let texts = vec![(tmp.path().display().to_string(), "{tmp}".to_owned()), (token.clone(), "{id}".to_owned())];
        Ok(Self { url, mode, tmp, token, texts, patience: PATIENCE })
    }

    #[cfg(test)]
    pub(super) fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    #[cfg(test)]
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// What is seen, step by step.
    /// # Errors
    /// The worker does not answer at all, or a file cannot be written or read: the step is named.
    pub(super) fn run(&self, scenario: &Scenario) -> io::Result<Vec<Json>> {
        let steps = scenario.steps.iter().filter(|step| step.applies_to(self.mode));
        let mut seen = Vec::new();
        for step in steps {
            match &step.action {
                Action::Write { write, text_to_write } => self.append(write, text_to_write)?,
                Action::Sleep { sleep: seconds } => sleep(Duration::try_from_secs_f64(*seconds).unwrap_or_default()),
                Action::Lines { lines: (path, count) } => seen.push(self.read(path, *count)?),
                Action::Ask(ask) => seen.push(self.ask(ask)?),
            }
        }
        Ok(seen)
    }

    fn append(&self, path: &str, text: &str) -> io::Result<()> {
        let written = OpenOptions::new().append(true).create(true).open(self.fill(path));
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| named(error, &format!("write {path}")))
    }

    fn read(&self, path: &str, count: usize) -> io::Result<Json> {
        let file = self.fill(path);
        let mut text = String::new();
        self.until(|| {
            text = read_text(Path::new(&file)).map_err(|error| named(error, &format!("read {path}")))?;
            Ok(lines(&text).len() >= count)
        })?;
        Ok(json!({ "do": format!("read {path}"), "body": uniform(&json!(lines(&text)), &self.texts) }))
    }

    fn ask(&self, ask: &Ask) -> io::Result<Json> {
        let (mut answer, mut doc) = (None, Json::Null);
        self.until(|| {
            let got = self.send(ask).map_err(|error| named(error, &ask.request))?;
            doc = serde_json::from_str(&got.body).unwrap_or_default();
            answer = Some(got);
            Ok(ask.until.conditions().iter().all(|(pointer, value)| same(at(&doc, pointer), value)))
        })?;
        let answer = answer.ok_or_else(|| named(io::ErrorKind::TimedOut.into(), &ask.request))?;
        Ok(self.keep(ask, &answer, doc))
    }

    fn send(&self, ask: &Ask) -> io::Result<Answer> {
        let (method, path) = ask.request.split_once(' ').unwrap_or((&ask.request, "/"));
        let raw = ask.raw.as_ref().map(|raw| self.fill(raw));
        let body = raw.or_else(|| (!ask.body.is_null()).then(|| self.fill_json(&ask.body).to_string()));
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        headers.push(("User-Agent".to_owned(), "rest-conformance".to_owned()));
        if body.is_some() {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        headers.retain(|(key, _)| !ask.headers.keys().any(|other| other.eq_ignore_ascii_case(key)));
        headers.extend(ask.headers.iter().map(|(key, value)| (self.fill(key), self.fill(value))));
        self.url.send(method, &self.fill(path), &headers, body.as_deref())
    }

    fn keep(&self, ask: &Ask, answer: &Answer, doc: Json) -> Json {
        let mut kept = Map::new();
        kept.insert("do".to_owned(), json!(ask.request));
        kept.insert("status".to_owned(), json!(answer.status));
        if !ask.keys.is_empty() {
            kept.insert("headers".to_owned(), self.headers(ask, answer));
        }
        let is_text = ask.text || doc.is_null() && !answer.body.is_empty();
        kept.insert("body".to_owned(), if is_text { self.text(&answer.body) } else { self.doc(ask, doc) });
        Json::Object(kept)
    }

    fn headers(&self, ask: &Ask, answer: &Answer) -> Json {
        let mut texts = self.texts.clone();
        texts.push((self.url.to_string(), "<url>".to_owned()));
        let value = |key: &String| answer.header(key).map(|value| uniform_text(value, &texts));
        Json::Object(ask.keys.iter().map(|key| (key.clone(), json!(value(key)))).collect())
    }

    fn text(&self, body: &str) -> Json {
        match body.to_lowercase().contains("<html") {
            true => json!("<html or text>"),
            false => json!(uniform_text(body, &self.texts)),
        }
    }

    fn doc(&self, ask: &Ask, mut doc: Json) -> Json {
        if ask.mine
            && let Json::Object(fields) = &mut doc
        {
            fields.retain(|key, _| key.contains(&self.token));
        }
        let mut doc = uniform(&doc, &self.texts);
        ask.ignore.iter().for_each(|pointer| ignore(&mut doc, pointer));
        if ask.shape { shape(&doc) } else { doc }
    }

    /// Tries until it `happened` or patience ends; the last try counts.
    fn until(&self, mut happened: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
        let deadline = Instant::now() + self.patience;
        while !happened()? && Instant::now() <= deadline {
            sleep(GLANCE);
        }
        Ok(())
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{tmp}", &self.tmp.path().display().to_string()).replace("{id}", &self.token)
    }

    fn fill_json(&self, doc: &Json) -> Json {
        match doc {
            Json::String(text) => Json::String(self.fill(text)),
            Json::Array(items) => Json::Array(items.iter().map(|item| self.fill_json(item)).collect()),
            Json::Object(fields) => {
                let field = |(key, value): (&String, &Json)| (self.fill(key), self.fill_json(value));
                Json::Object(fields.iter().map(field).collect())
            }
            other => other.clone(),
        }
    }
}

/// Empty while there is no such file.
fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

fn named(error: io::Error, step: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{step}: {error}"))
}
