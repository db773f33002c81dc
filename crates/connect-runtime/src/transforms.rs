//! A task's transformation chain: every batch goes through one link after the other.
//! ```text
//! records ─▶ predicate? ─▶ Transformation::apply ─▶ Keep ─▶ next link ─▶ … ─▶ Fates
//!                                                   Drop, Fail ─▶ out of the chain
//! ```

use connect_api::{ConnectError, ConnectRecord, Predicate, Transformation, Verdict};

use crate::errors::{Failure, Stage, Tolerance};

/// One `transforms.<alias>`.
pub(crate) struct Link {
    pub class: &'static str,
    pub transformation: Box<dyn Transformation>,
    pub condition: Option<Condition>,
}

/// `transforms.<alias>.predicate` and `.negate`.
pub(crate) struct Condition {
    pub predicate: Box<dyn Predicate>,
    pub negate: bool,
}

/// All links, in order.
#[derive(Default)]
pub(crate) struct TransformationChain {
    links: Vec<Link>,
}

/// What the chain made of a batch.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    /// One a record: false if it was dropped.
    pub kept: Vec<bool>,
    /// The record that fails the task: it and those after it are not sent, those before it are.
    pub fatal: Option<(usize, ConnectError)>,
}

impl TransformationChain {
    pub(crate) fn new(links: Vec<Link>) -> Self {
        Self { links }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Sends the records through all links, in place.
    pub(crate) fn run<'a>(&mut self, records: impl Iterator<Item = &'a mut ConnectRecord>, tolerance: &Tolerance) -> Fates {
        let mut alive: Vec<(usize, &mut ConnectRecord)> = records.enumerate().collect();
        let mut fates = Fates { kept: vec![true; alive.len()], fatal: None };
        for link in &mut self.links {
            let verdicts = link.judge(&mut alive);
            let mut verdicts = verdicts.into_iter();
            alive.retain(|(index, _)| match verdicts.next() {
                Some(Verdict::Keep) | None => fates.fatal.as_ref().is_none_or(|(at, _)| index < at),
                Some(Verdict::Drop) => {
                    fates.kept[*index] = false;
                    false
                }
                Some(Verdict::Fail(error)) => {
                    fates.fail(*index, link.class, error, tolerance);
                    false
                }
            });
        }
        fates
    }
}

impl Fates {
    fn fail(&mut self, index: usize, class: &str, error: ConnectError, tolerance: &Tolerance) {
        if self.fatal.as_ref().is_some_and(|(at, _)| *at < index) {
            return;
        }
        self.kept[index] = false;
        let failure = Failure { stage: Stage::Transformation, class: class.to_owned(), error };
        if let Err(fatal) = tolerance.judge(failure) {
            self.fatal = Some((index, fatal));
        }
    }
}

impl Link {
    /// One verdict for each record, in order.
    fn judge(&mut self, alive: &mut [(usize, &mut ConnectRecord)]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(alive.len());
        let Some(condition) = &mut self.condition else {
            let mut all: Vec<&mut ConnectRecord> = alive.iter_mut().map(|(_, record)| &mut **record).collect();
            self.transformation.apply(&mut all, &mut verdicts);
            return verdicts;
        };
        let asked: Vec<_> = alive.iter().map(|(_, record)| condition.predicate.test(record)).collect();
        let applies = |asked: &Result<bool, ConnectError>| asked.as_ref().is_ok_and(|&is| is != condition.negate);
        let mut chosen: Vec<&mut ConnectRecord> =
            alive.iter_mut().zip(&asked).filter(|(_, asked)| applies(asked)).map(|((_, record), _)| &mut **record).collect();
        let mut of_chosen = Vec::with_capacity(chosen.len());
        self.transformation.apply(&mut chosen, &mut of_chosen);
        let mut of_chosen = of_chosen.into_iter();
        verdicts.extend(asked.into_iter().map(|asked| match asked {
            Ok(is) if is != condition.negate => of_chosen.next().unwrap_or(Verdict::Keep),
            Ok(_) => Verdict::Keep,
            Err(error) => Verdict::Fail(error),
        }));
        verdicts
    }
}
