//! What every log4j format says: named nodes with attributes and children.

/// An element of a log4j configuration. Names are compared without regard to case, as log4j does.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

/// How deep nodes may lie in each other. Log4j's own need six.
pub(super) const DEPTH_MAX: usize = 32;

/// Why a file is no log4j configuration; never quotes it, because appenders hold passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ParseError {
    #[error("line {line}, column {column}: {what}")]
    At { line: usize, column: usize, what: String },
    #[error("elements lie in each other more than {DEPTH_MAX} deep")]
    Depth,
    #[error("it is not UTF-8")]
    Encoding,
    #[error("{0}")]
    Properties(#[from] connect_config::properties::PropertiesError),
    #[error("it has no element that log4j would take for a configuration")]
    Empty,
}

impl Node {
    pub(super) fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn with(mut self, attribute: &str, value: impl Into<String>) -> Self {
        self.attributes.push((attribute.to_owned(), value.into()));
        self
    }

    /// What kind of element it is: its `type` where it has one, else its name.
    pub(super) fn kind(&self) -> &str {
        self.attribute("type").unwrap_or(&self.name)
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind().eq_ignore_ascii_case(kind)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Its children of one kind.
    pub(super) fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.is(kind))
    }
}
