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
    /// `\R`: a pair of `\r` and `\n`, or one character. Repeated, it does not take a pair apart.
    LineBreak,
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

/// The lengths of the texts that a node matches, in characters. The JDK counts in 32 bits and lets them overflow; so
/// does this, as what is refused and found behind a place follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    pub(super) min: u64,
    /// `None`: not to be told.
    pub(super) max: Option<i32>,
}

impl Width {
    const ZERO: Self = Self { min: 0, max: Some(0) };

    fn then(self, next: Self) -> Self {
        let max = self.max.zip(next.max).map(|(a, b)| a.wrapping_add(b));
        Self { min: self.min.saturating_add(next.min), max }
    }

    fn or(self, other: Self) -> Self {
        Self { min: self.min.min(other.min), max: self.max.zip(other.max).map(|(a, b)| a.max(b)) }
    }

    /// A sum that gets smaller by more of it cannot be told.
    fn times(self, min: u32, max: u32, before: Self) -> Self {
        let max = self.max.zip(before.max).and_then(|(each, before)| {
            let sum = each.wrapping_mul(max as i32).wrapping_add(before);
            (sum >= before).then_some(sum)
        });
        Self { min: before.min.saturating_add(self.min.saturating_mul(min.into())), max }
    }
}

impl Node {
    pub(super) fn width(&self) -> Width {
        self.width_after(Width::ZERO)
    }

    /// With what stands before it: whether the JDK can tell depends on the sum.
    fn width_after(&self, before: Width) -> Width {
        match self {
            Self::Empty | Self::Look { .. } | Self::Assert(_) => before,
            Self::One(_) => before.then(Width { min: 1, max: Some(1) }),
            Self::LineBreak => before.then(Width { min: 1, max: Some(2) }),
            Self::Sequence(nodes) => nodes.iter().fold(before, |width, node| node.width_after(width)),
            Self::Choice(nodes) => before.then(nodes.iter().map(Self::width).reduce(Width::or).unwrap_or(Width::ZERO)),
            Self::Atomic(node) => match &**node {
                Self::Repeat { node, min, max, .. } if (*min, *max) != (0, 1) => node.width().times(*min, *max, before),
                node => node.width_after(before),
            },
            Self::Capture(_, node) => node.width_after(before),
            Self::Repeat { node, min, max: UNLIMITED, greed: Greed::Greedy } if matches!(**node, Self::One(_)) => {
                before.then(Width { min: (*min).into(), max: Some(i32::MAX) })
            }
            Self::Repeat { node, min, max, .. } => node.repeated_width(*min, *max, before),
            Self::BackReference { .. } => Width { min: before.min, max: None },
        }
    }

    fn repeated_width(&self, min: u32, max: u32, before: Width) -> Width {
        match (min, max) {
            (0, 1) => before.then(self.width().or(Width::ZERO)),
            _ if self.has_one_way() => self.width().times(min, max, before),
            _ => Width { max: None, ..self.width().times(min, max, before) },
        }
    }

    pub(super) fn has_back_reference(&self) -> bool {
        match self {
            Self::BackReference { .. } => true,
            Self::Sequence(nodes) | Self::Choice(nodes) => nodes.iter().any(Self::has_back_reference),
            Self::Capture(_, node) | Self::Atomic(node) => node.has_back_reference(),
            Self::Repeat { node, .. } | Self::Look { node, .. } => node.has_back_reference(),
            Self::Empty | Self::One(_) | Self::LineBreak | Self::Assert(_) => false,
        }
    }

    /// Whether it matches a text in one way at most, as far as the JDK can tell.
    fn has_one_way(&self) -> bool {
        match self {
            Self::Sequence(nodes) => nodes.iter().all(Self::has_one_way),
            Self::Choice(_) | Self::Atomic(_) => false,
            Self::Capture(_, node) => node.has_one_way(),
            Self::Repeat { node, min, max, .. } => min == max && node.has_one_way(),
            _ => true,
        }
    }
}
