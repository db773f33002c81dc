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
    pub(crate) fn run<'a>(
        &mut self,
        records: impl Iterator<Item = &'a mut ConnectRecord>,
        tolerance: &Tolerance,
    ) -> Fates {
        let mut alive: Vec<(usize, &mut ConnectRecord)> = records.enumerate().collect();
        let mut fates = Fates { kept: vec![true; alive.len()], fatal: None };
        for link in &mut self.links {
            let verdicts = link.judge(&mut alive);
            let mut verdicts = verdicts.into_iter();
            alive.retain(|(index, _)| match verdicts.next().unwrap_or_else(no_verdict) {
                Verdict::Keep => fates.fatal.as_ref().is_none_or(|(at, _)| index < at),
                Verdict::Drop => {
                    fates.kept[*index] = false;
                    false
                }
                Verdict::Fail(error) => {
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

/// Kept in silence, it might be a record that a filter meant to drop.
fn no_verdict() -> Verdict {
    Verdict::Fail(ConnectError::connect("The transformation gave no verdict on the record"))
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
        let mut chosen: Vec<&mut ConnectRecord> = alive
            .iter_mut()
            .zip(&asked)
            .filter(|(_, asked)| applies(asked))
            .map(|((_, record), _)| &mut **record)
            .collect();
        let mut of_chosen = Vec::with_capacity(chosen.len());
        self.transformation.apply(&mut chosen, &mut of_chosen);
        let mut of_chosen = of_chosen.into_iter();
        verdicts.extend(asked.into_iter().map(|asked| match asked {
            Ok(is) if is != condition.negate => of_chosen.next().unwrap_or_else(no_verdict),
            Ok(_) => Verdict::Keep,
            Err(error) => Verdict::Fail(error),
        }));
        verdicts
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use connect_api::{RecordTransformation, Value};
    use connect_config::{ConfigDef, Props};

    use super::*;
    use crate::fakes::tolerance;

    static NO_KEYS: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

    /// Appends its letter; drops `drop`, fails on `fail`.
    struct Append(&'static str);

    impl RecordTransformation for Append {
        fn config_def(&self) -> &'static ConfigDef {
            &NO_KEYS
        }

        fn configure(&mut self, _: &Props) -> Result<(), ConnectError> {
            Ok(())
        }

        fn apply_one(&mut self, record: &mut ConnectRecord) -> Result<bool, ConnectError> {
            match record.value.as_str() {
                Some("drop") => return Ok(false),
                Some("fail") => return Err(ConnectError::data("no")),
                _ => record.value = Value::string(format!("{}{}", record.value, self.0)),
            }
            Ok(true)
        }
    }

    struct BeginsWith(&'static str);

    impl Predicate for BeginsWith {
        fn config_def(&self) -> &'static ConfigDef {
            &NO_KEYS
        }

        fn configure(&mut self, _: &Props) -> Result<(), ConnectError> {
            Ok(())
        }

        fn test(&mut self, record: &ConnectRecord) -> Result<bool, ConnectError> {
            Ok(record.value.as_str().is_some_and(|text| text.starts_with(self.0)))
        }
    }

    fn link(letter: &'static str, condition: Option<(&'static str, bool)>) -> Link {
        let condition = condition.map(|(prefix, negate)| Condition { predicate: Box::new(BeginsWith(prefix)), negate });
        Link { class: "org.acme.Append", transformation: Box::new(Append(letter)), condition }
    }

    #[test]
    fn links_in_order_predicates_drops_and_failures() {
        type Condition = Option<(&'static str, bool)>;
        // (conditions of links x and y, tolerate, records, what they become: dropped in brackets, fatal at)
        type Case<'a> = ([Condition; 2], bool, &'a [&'a str], &'a [&'a str], Option<usize>);
        let cases: [Case<'_>; 6] = [
            ([None, None], false, &["a", "b"], &["axy", "bxy"], None),
            ([Some(("a", false)), None], false, &["a", "b"], &["axy", "by"], None),
            ([Some(("a", true)), Some(("a", false))], false, &["a", "b"], &["ay", "bx"], None),
            ([None, None], false, &["a", "drop", "b"], &["axy", "[drop]", "bxy"], None),
            ([None, None], true, &["a", "fail", "b"], &["axy", "[fail]", "bxy"], None),
            // The record behind the failed one has been through the first link, but goes no further.
            ([None, None], false, &["a", "fail", "b"], &["axy", "[fail]", "bx"], Some(1)),
        ];
        for (conditions, tolerate, given, want, fatal) in cases {
            let [x, y] = conditions;
            let mut chain = TransformationChain::new(vec![link("x", x), link("y", y)]);
            let record = |text: &&str| ConnectRecord::new("t".into(), None, Value::string((*text).to_owned()));
            let mut records: Vec<_> = given.iter().map(record).collect();
            let fates = chain.run(records.iter_mut(), &tolerance(tolerate));
            let shown = records.iter().zip(&fates.kept).map(|(record, kept)| match kept {
                true => record.value.to_string(),
                false => format!("[{}]", record.value),
            });
            assert_eq!(shown.collect::<Vec<_>>(), want, "{given:?} {conditions:?}");
            assert_eq!(fates.fatal.map(|(at, _)| at), fatal, "{given:?}");
        }
    }
}
