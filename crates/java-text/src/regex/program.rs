//! From the tree of a pattern to the steps that the matcher takes.

use super::ast::{Assert, Fold, Greed, Node, UNLIMITED};
use super::set::Set;

#[derive(Debug, Clone)]
pub(super) enum Step {
    One(Set),
    /// A character again and again.
    Many {
        set: Set,
        min: u32,
        max: u32,
        greed: Greed,
    },
    /// Goes on at `first`, and at `second` if that leads to nothing.
    Split {
        first: usize,
        second: usize,
    },
    Jump(usize),
    /// Keeps the position in a slot.
    Mark(usize),
    /// The group ends; its start is in the slot after its two.
    Close(usize),
    Assert(Assert),
    BackReference {
        group: usize,
        fold: Fold,
    },
    /// Sets a loop's counter, the slot, to 0.
    Enter(usize),
    Loop(Loop),
    /// What follows, up to `exit`, is matched for itself.
    Within {
        kind: Within,
        exit: usize,
    },
    Accept,
}

/// Once more from the next step, or on at `exit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loop {
    /// A slot; the one after it has the place at which the last round began.
    pub(super) counter: usize,
    pub(super) min: u32,
    pub(super) max: u32,
    pub(super) greed: Greed,
    pub(super) exit: usize,
    /// Whether a round from a place leads to nothing does not depend on the way to it.
    pub(super) memory: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Atomic,
    Ahead {
        negative: bool,
    },
    /// The lengths that it may have.
    Behind {
        negative: bool,
        min: u64,
        max: i32,
    },
}

#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) slots: usize,
    pub(super) groups: usize,
    /// Only while it is made: whether loops may have a memory where it has come to.
    memory: bool,
}

/// Slots of a group: start, end, and the start while it is open.
pub(super) fn group_slot(group: usize) -> usize {
    (group - 1) * 3
}

impl Program {
    pub(super) fn new(node: &Node, groups: usize) -> Self {
        let memory = !node.has_back_reference();
        let mut program = Self { steps: Vec::new(), slots: groups * 3, groups, memory };
        program.node(node);
        program.steps.push(Step::Accept);
        program
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::One(set) => self.steps.push(Step::One(set.clone())),
            Node::Sequence(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Choice(nodes) => self.choice(nodes),
            Node::LineBreak => self.line_break(),
            Node::Capture(group, node) => {
                self.push(Step::Mark(group_slot(*group) + 2));
                self.node(node);
                self.push(Step::Close(group_slot(*group)));
            }
            Node::Repeat { node, min, max, greed } => self.repeat(node, *min, *max, *greed),
            Node::Look { ahead: true, negative, node } => self.within(Within::Ahead { negative: *negative }, node),
            Node::Look { negative, node, .. } => {
                let width = node.width();
                let (min, max) = (width.min, width.max.unwrap_or(i32::MAX));
                self.within(Within::Behind { negative: *negative, min, max }, node);
            }
            Node::Atomic(node) => self.within(Within::Atomic, node),
            Node::BackReference { group, fold } => {
                self.push(Step::BackReference { group: *group, fold: *fold });
            }
            Node::Assert(assert) => {
                self.push(Step::Assert(*assert));
            }
        }
    }

    fn line_break(&mut self) {
        let pair = ['\r', '\n'].map(|c| Node::One(Set::Char(c, Fold::Exact)));
        self.choice(&[Node::Sequence(pair.into()), Node::One(Set::Vertical)]);
    }

    fn choice(&mut self, nodes: &[Node]) {
        let mut jumps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node);
                continue;
            }
            let split = self.push(Step::Split { first: self.steps.len() + 1, second: 0 });
            self.node(node);
            jumps.push(self.push(Step::Jump(0)));
            let next = self.steps.len();
            self.steps[split] = Step::Split { first: split + 1, second: next };
        }
        let end = self.steps.len();
        jumps.into_iter().for_each(|jump| self.steps[jump] = Step::Jump(end));
    }

    fn repeat(&mut self, node: &Node, min: u32, max: u32, greed: Greed) {
        match node {
            Node::One(set) => {
                self.push(Step::Many { set: set.clone(), min, max, greed });
            }
            _ if (min, max) == (0, 1) => self.optional(node, greed),
            _ => self.counted(node, min, max, greed),
        }
    }

    fn optional(&mut self, node: &Node, greed: Greed) {
        let split = self.push(Step::Split { first: 0, second: 0 });
        self.node(node);
        let (body, end) = (split + 1, self.steps.len());
        self.steps[split] = match greed {
            Greed::Greedy => Step::Split { first: body, second: end },
            Greed::Lazy => Step::Split { first: end, second: body },
        };
    }

    fn counted(&mut self, node: &Node, min: u32, max: u32, greed: Greed) {
        let memory = self.memory;
        // How often a loop has gone round only matters to one that counts; and to those inside of it.
        let own = memory && max == UNLIMITED;
        self.memory = own && min <= 1;
        let counter = self.slots;
        self.slots += 2;
        self.push(Step::Enter(counter));
        let head = self.push(Step::Jump(0));
        match node {
            Node::LineBreak => self.within(Within::Atomic, node),
            _ => self.node(node),
        }
        self.push(Step::Jump(head));
        let exit = self.steps.len();
        self.steps[head] = Step::Loop(Loop { counter, min, max, greed, exit, memory: own });
        self.memory = memory;
    }

    fn within(&mut self, kind: Within, node: &Node) {
        let start = self.push(Step::Jump(0));
        let memory = self.memory;
        // It has to end at a place that is another one each time.
        self.memory &= !matches!(kind, Within::Behind { .. });
        self.node(node);
        self.memory = memory;
        self.push(Step::Accept);
        let exit = self.steps.len();
        self.steps[start] = Step::Within { kind, exit };
    }
}

/// Whether a loop may go round once more.
pub(super) fn below(count: usize, max: u32) -> bool {
    max == UNLIMITED || count < max as usize
}
