//! What a scenario file holds.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value as Json;

/// How the worker runs; its answers differ in places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Standalone,
    Distributed,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standalone => "standalone",
            Self::Distributed => "distributed",
        })
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "standalone" => Ok(Self::Standalone),
            "distributed" => Ok(Self::Distributed),
            _ => Err(format!("no mode {text}; there are: standalone, distributed")),
        }
    }
}

/// One story told to a worker.
#[derive(Debug, Clone, Deserialize)]
pub struct Scenario {
    /// Absent: all.
    modes: Option<Vec<Mode>>,
    pub(super) steps: Vec<Step>,
}

impl Scenario {
    pub fn applies_to(&self, mode: Mode) -> bool {
        applies(&self.modes, mode)
    }
}

/// One step, and in which modes it is taken.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Step {
    modes: Option<Vec<Mode>>,
    #[serde(flatten)]
    pub(super) action: Action,
}

impl Step {
    pub(super) fn applies_to(&self, mode: Mode) -> bool {
        applies(&self.modes, mode)
    }
}

fn applies(modes: &Option<Vec<Mode>>, mode: Mode) -> bool {
    modes.as_ref().is_none_or(|modes| modes.contains(&mode))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Action {
    /// Appends to a file.
    Write { write: String, text_to_write: String },
    /// Waits some seconds.
    Sleep { sleep: f64 },
    /// Waits until a file has so many lines, and keeps them.
    Lines { lines: (String, usize) },
    /// Asks the worker, and keeps its answer.
    Ask(Box<Ask>),
}

/// A request, and how its answer is kept.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Ask {
    /// `GET /path`
    #[serde(rename = "do")]
    pub(super) request: String,
    /// Sent as JSON.
    #[serde(default)]
    pub(super) body: Json,
    /// Sent as it is, instead of `body`.
    pub(super) raw: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    /// Asked again until these pointers have these values.
    #[serde(default)]
    pub(super) until: Until,
    /// The answer's headers to keep.
    #[serde(default)]
    pub(super) keys: Vec<String>,
    /// Keeps the body as text.
    #[serde(default)]
    pub(super) text: bool,
    /// Pointers to what is not compared.
    #[serde(default)]
    pub(super) ignore: Vec<String>,
    /// Keeps only types and keys.
    #[serde(default)]
    pub(super) shape: bool,
    /// Keeps only the connectors of this run.
    #[serde(default)]
    pub(super) mine: bool,
}

/// One condition, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Until {
    One((String, Json)),
    All(Vec<(String, Json)>),
}

impl Default for Until {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Until {
    pub(super) fn conditions(&self) -> &[(String, Json)] {
        match self {
            Self::One(condition) => std::slice::from_ref(condition),
            Self::All(conditions) => conditions,
        }
    }
}
