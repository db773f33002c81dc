//! A task's transformation chain: every batch goes through one link after the other.
//! ```text
//! records ─▶ predicate? ─▶ Transformation::apply ─▶ Keep ─▶ next link ─▶ … ─▶ Fates
//!                                                   Drop, Fail ─▶ out of the chain
//! ```

use connect_api::{ConnectError, ConnectRecord, Predicate, SinkRecord, SourceRecord, Transformation, Verdict};

use crate::errors::{ErrorHandler, Failure, Halt, Origin, Retries, Stage};

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
    /// The record that ends the batch: it and those after it are not sent, those before it are.
    pub halt: Option<(usize, Halt)>,
}

/// What goes through a chain.
pub(crate) trait Carrier: Send + Sync {
    fn record(&mut self) -> &mut ConnectRecord;
}

impl Carrier for SourceRecord {
    fn record(&mut self) -> &mut ConnectRecord {
        &mut self.record
    }
}

impl Carrier for SinkRecord {
    fn record(&mut self) -> &mut ConnectRecord {
        &mut self.record
    }
}

/// How many records are copied at once where a failed one may be tried again: a batch does not stand in memory twice.
const RETRIED_TOGETHER: usize = 16;

/// Records still in the chain, with their index in the batch.
type Alive<'a, T> = Vec<(usize, &'a mut T)>;

impl TransformationChain {
    pub(crate) fn new(links: Vec<Link>) -> Self {
        Self { links }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// Sends the records through all links, in place. `origin` says which record one of the batch was at first.
    pub(crate) async fn run<T: Carrier>(
        &mut self,
        batch: &mut [T],
        errors: &ErrorHandler,
        origin: &(impl Fn(usize, &T) -> Origin + Sync),
    ) -> Fates {
        let mut fates = Fates { kept: vec![true; batch.len()], halt: None };
        let mut alive: Alive<'_, T> = batch.iter_mut().enumerate().collect();
        for link in &mut self.links {
            alive = link.run(alive, &mut fates, errors, origin).await;
        }
        fates
    }
}

fn failure(class: &str, error: ConnectError, origin: Origin) -> Failure {
    Failure { stage: Stage::Transformation, class: class.to_owned(), error, origin }
}

/// Kept in silence, it might be a record that a filter meant to drop.
fn no_verdict() -> Verdict {
    Verdict::Fail(ConnectError::connect("The transformation gave no verdict on the record"))
}

impl Link {
    /// The records that go on to the next link.
    async fn run<'a, T: Carrier>(
        &mut self,
        alive: Alive<'a, T>,
        fates: &mut Fates,
        errors: &ErrorHandler,
        origin: &(impl Fn(usize, &T) -> Origin + Sync),
    ) -> Alive<'a, T> {
        if !errors.retries() {
            return self.run_some(alive, &mut [], fates, errors, origin).await;
        }
        let halted_at = |fates: &Fates| fates.halt.as_ref().map(|(at, _)| *at);
        // An earlier link's end of the batch is behind all of these.
        let end = halted_at(fates);
        let (mut left, mut alive, mut before) = (Vec::with_capacity(alive.len()), alive.into_iter(), Vec::new());
        while alive.len() > 0 && halted_at(fates) == end {
            let mut some: Alive<'a, T> = alive.by_ref().take(RETRIED_TOGETHER).collect();
            before.clear();
            before.extend(some.iter_mut().map(|(_, item)| item.record().clone()));
            left.extend(self.run_some(some, &mut before, fates, errors, origin).await);
        }
        left
    }

    /// Those of `alive` that go on. A record that failed may be left in any state: to try again takes it as it was `before`.
    async fn run_some<'a, T: Carrier>(
        &mut self,
        mut alive: Alive<'a, T>,
        before: &mut [ConnectRecord],
        fates: &mut Fates,
        errors: &ErrorHandler,
        origin: &(impl Fn(usize, &T) -> Origin + Sync),
    ) -> Alive<'a, T> {
        let mut verdicts = self.judge(&mut alive);
        verdicts.resize_with(alive.len(), no_verdict);
        if verdicts.iter().all(|verdict| *verdict == Verdict::Keep) {
            return alive;
        }
        let (mut left, class) = (Vec::with_capacity(alive.len()), self.class);
        for (at, ((index, item), mut verdict)) in alive.into_iter().zip(verdicts).enumerate() {
            let mut retries = Retries::default();
            while let Verdict::Fail(error) = verdict {
                let failure = |error| failure(class, error, origin(index, &*item));
                verdict = match errors.try_again(&mut retries, failure, error).await {
                    Ok(()) => self.again(item, before.get_mut(at)),
                    Err(halt) => match errors.judge(halt).await {
                        Ok(()) => Verdict::Drop,
                        Err(halt) => {
                            fates.kept[index] = false;
                            fates.halt = Some((index, halt));
                            return left;
                        }
                    },
                };
            }
            match verdict {
                Verdict::Drop => fates.kept[index] = false,
                _ => left.push((index, item)),
            }
        }
        left
    }

    /// Judges one record anew, as it was `before`.
    fn again<T: Carrier>(&mut self, item: &mut T, before: Option<&mut ConnectRecord>) -> Verdict {
        if let Some(before) = before {
            item.record().clone_from(before);
        }
        self.judge(&mut [(0, item)]).pop().unwrap_or_else(no_verdict)
    }

    /// One verdict for each record, in order.
    fn judge<T: Carrier>(&mut self, alive: &mut [(usize, &mut T)]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(alive.len());
        let Some(condition) = &mut self.condition else {
            let mut all: Vec<&mut ConnectRecord> = alive.iter_mut().map(|(_, item)| item.record()).collect();
            self.transformation.apply(&mut all, &mut verdicts);
            return verdicts;
        };
        let asked: Vec<_> = alive.iter_mut().map(|(_, item)| condition.predicate.test(item.record())).collect();
        let applies = |asked: &Result<bool, ConnectError>| asked.as_ref().is_ok_and(|&is| is != condition.negate);
        let mut chosen: Vec<&mut ConnectRecord> = alive
            .iter_mut()
            .zip(&asked)
            .filter(|(_, asked)| applies(asked))
            .map(|((_, item), _)| item.record())
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
    use crate::fakes::{errors, retrying_errors, source_record};

    static NO_KEYS: LazyLock<ConfigDef> = LazyLock::new(ConfigDef::new);

    /// Appends its letter; drops `drop`, fails on `fail`, and so many times on `later`, which it spoils.
    struct Append(&'static str, u32);

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
                Some("later") if self.1 > 0 => {
                    self.1 -= 1;
                    record.value = Value::string("half done");
                    return Err(ConnectError::retriable("not yet"));
                }
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
        Link { class: "org.acme.Append", transformation: Box::new(Append(letter, 2)), condition }
    }

    #[tokio::test]
    async fn links_in_order_predicates_drops_and_failures() {
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
            let mut records: Vec<_> = given.iter().map(|text| source_record(text, 0)).collect();
            let fates = chain.run(&mut records, &errors(tolerate), &|_, _| Origin::Unknown).await;
            let shown = records.iter().zip(&fates.kept).map(|(source, kept)| match kept {
                true => source.record.value.to_string(),
                false => format!("[{}]", source.record.value),
            });
            assert_eq!(shown.collect::<Vec<_>>(), want, "{given:?} {conditions:?}");
            assert_eq!(fates.halt.map(|(at, _)| at), fatal, "{given:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retries_and_failures_count_wherever_they_are_in_a_batch() {
        for (fails_at, want) in [(None, 40), (Some(3), 3), (Some(16), 16), (Some(30), 30)] {
            let mut chain = TransformationChain::new(vec![link("x", None), link("y", None)]);
            let text = |at: i64| match at {
                at if Some(at) == fails_at => "fail",
                20 => "later",
                _ => "a",
            };
            let mut records: Vec<_> = (0..40).map(|at| source_record(text(at), at)).collect();
            let fates = chain.run(&mut records, &retrying_errors(10_000), &|_, _| Origin::Unknown).await;
            let through = records.iter().take_while(|source| source.record.value.to_string().ends_with("xy")).count();
            assert_eq!((through, fates.halt.map(|(at, _)| at as i64)), (want, fails_at), "{fails_at:?}");
            assert!(fates.kept.iter().take(want).all(|kept| *kept));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retriable_failure_gets_the_record_as_it_was() {
        let begun = tokio::time::Instant::now();
        let mut chain = TransformationChain::new(vec![link("x", None), link("y", None)]);
        let mut records = [source_record("a", 0), source_record("later", 1), source_record("b", 2)];
        let fates = chain.run(&mut records, &retrying_errors(10_000), &|_, _| Origin::Unknown).await;
        assert!(fates.halt.is_none() && fates.kept == [true; 3]);
        let values = records.map(|source| source.record.value.to_string());
        assert_eq!(values, ["axy", "laterxy", "bxy"]);
        assert_eq!(begun.elapsed().as_millis(), 300 + 600);
        let mut records = [source_record("later", 0)];
        let mut chain = TransformationChain::new(vec![link("x", None)]);
        let fates = chain.run(&mut records, &errors(false), &|_, _| Origin::Unknown).await;
        assert!(matches!(fates.halt, Some((0, Halt::Failed(_)))), "without errors.retry.timeout it fails at once");
    }
}
