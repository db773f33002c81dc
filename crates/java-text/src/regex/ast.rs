//! A pattern as a tree, and how long a text it may match.

use super::set::Set;

#[derive(Debug, Clone)]
pub(super) enum Node {
    Empty,
    One(Set),
    Sequence(Vec<Node>),
    /// The first that fits; the order decides.
    Choice(Vec<Node>),
    Capture(usize, Box<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: u32,
        greed: Greed,
    },
    Look {
        ahead: bool,
        negative: bool,
        node: Box<Node>,
    },
    /// Once it has matched, it stays as it is.
    Atomic(Box<Node>),
    BackReference {
        group: usize,
        fold: Fold,
    },
    Assert(Assert),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
}

/// Which letters are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Exact,
    Ascii,
    Unicode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Assert {
    Start,
    End,
    /// The start of a line.
    LineStart {
        unix: bool,
    },
    /// The end of the text, or before its last line terminator; or before any with `every`.
    LineEnd {
        unix: bool,
        every: bool,
    },
    /// Between a word and what is none; or not there.
    Word {
        boundary: bool,
        unicode: bool,
    },
}

/// As many as there are: `*`, `+` and `{1,}`.
pub(super) const UNLIMITED: u32 = i32::MAX as u32;

/// The lengths of the texts that a node matches, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    pub(super) min: u64,
    /// `None`: not to be told.
    pub(super) max: Option<u64>,
}

impl Width {
    const ZERO: Self = Self { min: 0, max: Some(0) };

    fn then(self, next: Self) -> Self {
        let max = self.max.zip(next.max).map(|(a, b)| a.saturating_add(b));
        Self { min: self.min.saturating_add(next.min), max }
    }

    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.zip(other.max).map(|(a, b)| a.max(b)) }
    }

    fn times(self, min: u32, max: u32) -> Self {
        let max = self.max.and_then(|each| match each {
            0 => Some(0),
            // Java multiplies in 32 bits and takes an overflow for "unknown".
            1 if max == UNLIMITED => Some(max.into()),
            _ if max == UNLIMITED => None,
            _ => Some(each.saturating_mul(max.into())),
        });
        Self { min: self.min.saturating_mul(min.into()), max }
    }
}

impl Node {
    pub(super) fn width(&self) -> Width {
        match self {
            Self::Empty | Self::Look { .. } | Self::Assert(_) => Width::ZERO,
            Self::One(_) => Width { min: 1, max: Some(1) },
            Self::Sequence(nodes) => nodes.iter().fold(Width::ZERO, |width, node| width.then(node.width())),
            Self::Choice(nodes) => nodes.iter().map(Self::width).reduce(Width::or).unwrap_or(Width::ZERO),
            Self::Capture(_, node) | Self::Atomic(node) => node.width(),
            Self::Repeat { node, min, max, .. } => node.width().times(*min, *max),
            Self::BackReference { .. } => Width { min: 0, max: None },
        }
    }
}
