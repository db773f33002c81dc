//! Matches by trying and going back. Where it goes back to is on a heap of its own, and its work is counted: no
//! pattern and no text makes it run for long or use up the stack.

use std::collections::HashSet;

use super::MatchError;
use super::assert;
use super::ast::{Fold, Greed};
use super::program::{Loop, Program, Step, Within, below, group_slot};
use super::set::{Set, same};

/// Characters looked at and steps taken; about a tenth of a second.
const WORK_MAX: u64 = 10_000_000;
/// Places to go back to; about 40 MB.
const FRAMES_MAX: usize = 1_000_000;

pub(super) const UNSET: usize = usize::MAX;

/// What is undone or tried when a way leads to nothing; the last first.
#[derive(Debug, Clone, Copy)]
enum Frame {
    Resume {
        step: usize,
        at: usize,
    },
    Restore {
        slot: usize,
        value: usize,
    },
    /// A greedy run of characters can be shorter: any end from `least` up to before `at`.
    Shrink {
        step: usize,
        least: usize,
        at: usize,
    },
    /// What a loop with this end has tried from here has led to nothing.
    Failed {
        step: usize,
        at: usize,
    },
    /// A lazy loop can go round once more.
    Round {
        step: usize,
        at: usize,
        counter: usize,
    },
    /// A lazy run can be longer by `left` characters.
    Grow {
        step: usize,
        at: usize,
        left: usize,
    },
}

pub(super) struct Matcher<'a> {
    program: &'a Program,
    text: &'a [char],
    pub(super) slots: Vec<usize>,
    frames: Vec<Frame>,
    /// From where another round of a greedy loop, or a lazy loop at all, leads to nothing; by the loop's end. Without it, a repetition inside of a
    /// repetition would try the same again and again; the JDK remembers this too.
    failed: HashSet<(usize, usize)>,
    work: u64,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(program: &'a Program, text: &'a [char]) -> Self {
        let slots = vec![UNSET; program.slots];
        Self { program, text, slots, frames: Vec::new(), failed: HashSet::new(), work: 0 }
    }

    /// Forgets a match, but not the work that it took.
    pub(super) fn reset(&mut self) {
        self.slots.fill(UNSET);
        self.frames.clear();
        self.failed.clear();
    }

    /// The end of the first match that begins here; the slots say what the groups are. With `whole` it ends with the text.
    pub(super) fn run(&mut self, at: usize, whole: bool) -> Result<Option<usize>, MatchError> {
        self.within(0, at, whole.then_some(self.text.len()))
    }

    /// Matches from a step to its `Accept`, which has to be at `end` if there is one. Afterwards it cannot go back into it,
    /// but what it set is undone when the matcher goes back beyond it.
    fn within(&mut self, mut step: usize, mut at: usize, end: Option<usize>) -> Result<Option<usize>, MatchError> {
        let base = self.frames.len();
        loop {
            let next = match &self.program.steps[step] {
                Step::Accept if end.is_none_or(|end| end == at) => {
                    self.keep_undoing(base);
                    return Ok(Some(at));
                }
                _ => self.step(step, at)?,
            };
            self.spend(1)?;
            match next.or_else(|| self.back(base)) {
                Some(next) => (step, at) = next,
                None => return Ok(None),
            }
        }
    }

    fn spend(&mut self, work: usize) -> Result<(), MatchError> {
        self.work = self.work.saturating_add(work as u64);
        if self.work > WORK_MAX || self.frames.len() > FRAMES_MAX { Err(MatchError::TooComplex) } else { Ok(()) }
    }

    /// One step; the next one and its place, or `None` if this way leads to nothing.
    fn step(&mut self, step: usize, at: usize) -> Result<Option<(usize, usize)>, MatchError> {
        let next = step + 1;
        let program = self.program;
        Ok(match &program.steps[step] {
            Step::One(set) => self.text.get(at).filter(|c| set.contains(**c)).map(|_| (next, at + 1)),
            Step::Many { set, min, max, greed } => self.many(step, at, set, (*min, *max), *greed)?,
            Step::Split { first, second } => {
                self.frames.push(Frame::Resume { step: *second, at });
                Some((*first, at))
            }
            Step::Jump(to) => Some((*to, at)),
            Step::Mark(slot) => {
                self.set(*slot, at);
                Some((next, at))
            }
            Step::Close(slot) => {
                self.set(*slot, self.slots[*slot + 2]);
                self.set(*slot + 1, at);
                Some((next, at))
            }
            Step::Assert(assert) => assert::holds(*assert, self.text, at).then_some((next, at)),
            Step::BackReference { group, fold } => self.again(*group, *fold, at)?.map(|end| (next, end)),
            Step::Enter(counter) => {
                self.set(*counter, 0);
                self.set(*counter + 1, UNSET);
                Some((next, at))
            }
            Step::Loop(round) => self.round(step, at, *round),
            Step::Within { kind, exit } => self.inner(next, at, *kind)?.map(|at| (*exit, at)),
            Step::Accept => None,
        })
    }

    fn set(&mut self, slot: usize, value: usize) {
        self.frames.push(Frame::Restore { slot, value: self.slots[slot] });
        self.slots[slot] = value;
    }

    /// Undoes until there is another way, but nothing below `base`.
    fn back(&mut self, base: usize) -> Option<(usize, usize)> {
        while self.frames.len() > base {
            match self.frames.pop()? {
                Frame::Restore { slot, value } => self.slots[slot] = value,
                Frame::Resume { step, at } => return Some((step, at)),
                Frame::Failed { step, at } => {
                    if self.failed.len() < FRAMES_MAX {
                        self.failed.insert((step, at));
                    }
                }
                Frame::Round { step, at, counter } => {
                    self.begin_round(counter, at);
                    return Some((step, at));
                }
                Frame::Shrink { step, least, at } => {
                    let at = at - 1;
                    if at > least {
                        self.frames.push(Frame::Shrink { step, least, at });
                    }
                    return Some((step, at));
                }
                Frame::Grow { step, at, left } => {
                    // The step before `step` is the run that grows.
                    let Step::Many { set, .. } = &self.program.steps[step - 1] else { continue };
                    if self.text.get(at).is_some_and(|c| set.contains(*c)) {
                        if left > 1 {
                            self.frames.push(Frame::Grow { step, at: at + 1, left: left - 1 });
                        }
                        return Some((step, at + 1));
                    }
                }
            }
        }
        None
    }

    /// Takes back what was set since then.
    fn undo(&mut self, base: usize) {
        while self.frames.len() > base {
            if let Some(Frame::Restore { slot, value }) = self.frames.pop() {
                self.slots[slot] = value;
            }
        }
    }

    /// Drops the other ways since then.
    fn keep_undoing(&mut self, base: usize) {
        let mut kept = base;
        for index in base..self.frames.len() {
            if matches!(self.frames[index], Frame::Restore { .. }) {
                self.frames.swap(kept, index);
                kept += 1;
            }
        }
        self.frames.truncate(kept);
    }

    fn many(
        &mut self,
        step: usize,
        at: usize,
        set: &Set,
        (min, max): (u32, u32),
        greed: Greed,
    ) -> Result<Option<(usize, usize)>, MatchError> {
        let (min, max) = (min as usize, if below(usize::MAX, max) { usize::MAX } else { max as usize });
        let wanted = if greed == Greed::Greedy { max } else { min };
        let count = self.text[at..].iter().take(wanted).take_while(|c| set.contains(**c)).count();
        self.spend(count)?;
        if count < min {
            return Ok(None);
        }
        let (next, end) = (step + 1, at + count);
        match greed {
            Greed::Greedy if count > min => self.frames.push(Frame::Shrink { step: next, least: at + min, at: end }),
            Greed::Lazy if max > min => self.frames.push(Frame::Grow { step: next, at: end, left: max - min }),
            _ => {}
        }
        Ok(Some((next, end)))
    }

    fn round(&mut self, step: usize, at: usize, round: Loop) -> Option<(usize, usize)> {
        let Loop { counter, min, max, greed, exit, memory } = round;
        let count = self.slots[counter];
        // A round that took nothing is the last.
        let stuck = count > 0 && self.slots[counter + 1] == at;
        if stuck || !below(count, max) {
            return Some((exit, at));
        }
        if count >= min as usize {
            let failed = memory && self.failed.contains(&(exit, at));
            match greed {
                Greed::Lazy if failed => return None,
                Greed::Lazy => {
                    if memory {
                        self.frames.push(Frame::Failed { step: exit, at });
                    }
                    self.frames.push(Frame::Round { step: step + 1, at, counter });
                    return Some((exit, at));
                }
                Greed::Greedy if failed => return Some((exit, at)),
                Greed::Greedy => {
                    self.frames.push(Frame::Resume { step: exit, at });
                    if memory {
                        self.frames.push(Frame::Failed { step: exit, at });
                    }
                }
            }
        }
        self.begin_round(counter, at);
        Some((step + 1, at))
    }

    fn begin_round(&mut self, counter: usize, at: usize) {
        self.set(counter, self.slots[counter] + 1);
        self.set(counter + 1, at);
    }

    /// The position after an atomic group or around; `start` is its first step.
    fn inner(&mut self, start: usize, at: usize, kind: Within) -> Result<Option<usize>, MatchError> {
        let base = self.frames.len();
        let (found, negative) = match kind {
            Within::Atomic => return self.within(start, at, None),
            Within::Ahead { negative } => (self.within(start, at, None)?.is_some(), negative),
            Within::Behind { negative, min, max } => (self.behind(start, at, min, max)?, negative),
        };
        if negative {
            self.undo(base);
        }
        Ok((found != negative).then_some(at))
    }

    fn behind(&mut self, start: usize, at: usize, min: u64, max: i32) -> Result<bool, MatchError> {
        // A maximum that has overflowed is negative; this is what the JDK makes of it.
        let at32 = i32::try_from(at).unwrap_or(i32::MAX);
        let from = at32.wrapping_sub(max).max(0) as usize;
        let Some(last) = usize::try_from(min).ok().and_then(|min| at.checked_sub(min)) else { return Ok(false) };
        for first in (from..=last).rev() {
            self.spend(1)?;
            if self.within(start, first, Some(at))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The end of what a group has matched, if it stands here again.
    fn again(&mut self, group: usize, fold: Fold, at: usize) -> Result<Option<usize>, MatchError> {
        let slot = group_slot(group);
        let start_end = self.slots.get(slot).zip(self.slots.get(slot + 1));
        let Some((&start, &end)) = start_end.filter(|(start, _)| **start != UNSET && slot < self.groups_end()) else {
            return Ok(None);
        };
        let length = end - start;
        let Some(here) = self.text.get(at..at + length) else { return Ok(None) };
        self.spend(length)?;
        let same = self.text[start..end].iter().zip(here).all(|(a, b)| same(*a, *b, fold));
        Ok(same.then_some(at + length))
    }

    fn groups_end(&self) -> usize {
        self.program.groups * 3
    }
}
