//! What has to hold between what producers were told and what is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::Failure;
use crate::reading::Raw;

/// One producer's records: number, partition, and what the producer was told about it.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// By number.
    pub(crate) records: Vec<Written>,
    /// How long its batches may take.
    pub(crate) patience: Duration,
    /// How many were given up before that.
    pub(crate) hasty: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) partition: i32,
    pub(crate) fate: Fate,
}

/// What became of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is stored, here if the broker said where.
    Acked(Option<i64>),
    /// It may be stored.
    Failed,
    /// Nobody said.
    Open,
}

/// A stored record, as it says itself: which producer's, which of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stored {
    pub(crate) offset: i64,
    pub(crate) producer: usize,
    pub(crate) number: usize,
}

/// All partitions, each in the order of its offsets.
pub(crate) type Log = BTreeMap<i32, Vec<Stored>>;

/// `p<writer>-<number>`; the seals at the end are nobody's.
pub(crate) fn parse(log: &Raw) -> Result<Log, Failure> {
    let stored = |offset: i64, value: &str| {
        let (producer, number) = value.strip_prefix('p')?.split_once('-')?;
        Some(Stored { offset, producer: producer.parse().ok()?, number: number.parse().ok()? })
    };
    let mut parsed = Log::new();
    for (partition, records) in log {
        let own = parsed.entry(*partition).or_default();
        for (offset, value) in records.iter().filter(|(_, value)| value != "pz") {
            own.push(stored(*offset, value).ok_or_else(|| format!("a record says {value:?}"))?);
        }
    }
    Ok(parsed)
}

/// Everything that is wrong, a line each; empty if all holds.
pub(crate) fn check(histories: &[History], log: &Log) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); histories.len()];
    for (partition, stored) in log {
        let mut last: BTreeMap<usize, usize> = BTreeMap::new();
        for record in stored {
            wrong.extend(misplaced(histories, *partition, record));
            if last.insert(record.producer, record.number).is_some_and(|last| last > record.number) {
                wrong.push(format!("partition {partition}: {record:?} is behind a later one"));
            }
            if !seen.get_mut(record.producer).is_none_or(|seen| seen.insert(record.number)) {
                wrong.push(format!("partition {partition}: {record:?} is stored twice"));
            }
        }
    }
    for (producer, (history, seen)) in histories.iter().zip(&seen).enumerate() {
        let acked = |written: &Written| matches!(written.fate, Fate::Acked(_));
        let lost =
            history.records.iter().enumerate().filter(|(number, written)| acked(written) && !seen.contains(number));
        wrong.extend(lost.map(|(number, written)| format!("producer {producer}: {number} is lost: {written:?}")));
        let open = history.records.iter().filter(|written| written.fate == Fate::Open).count();
        wrong.extend((open > 0).then(|| format!("producer {producer}: {open} records were never settled")));
        let (hasty, patience) = (history.hasty, history.patience);
        wrong.extend((hasty > 0).then(|| format!("producer {producer}: {hasty} records given up before {patience:?}")));
    }
    wrong
}

fn misplaced(histories: &[History], partition: i32, stored: &Stored) -> Option<String> {
    let written = histories.get(stored.producer).and_then(|history| history.records.get(stored.number));
    match written {
        None => Some(format!("partition {partition}: nobody wrote {stored:?}")),
        Some(written) if written.partition != partition => {
            Some(format!("{stored:?} is in partition {partition}: {written:?}"))
        }
        Some(Written { fate: Fate::Acked(Some(offset)), .. }) if *offset != stored.offset => {
            Some(format!("partition {partition}: {stored:?} was acked at offset {offset}"))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_wrong() {
        const ACKED: Fate = Fate::Acked(None);
        for (fates, offsets, want) in [
            (&[ACKED, ACKED][..], &[(0, 0), (1, 1)][..], ""),
            (&[ACKED, Fate::Failed], &[(0, 0)], ""),
            (&[ACKED, Fate::Failed], &[(0, 0), (1, 1)], ""),
            (&[Fate::Acked(Some(0)), ACKED], &[(0, 0), (7, 1)], ""),
            (&[ACKED, ACKED], &[(0, 0)], "is lost"),
            (&[ACKED, Fate::Failed], &[(0, 0), (1, 1), (2, 1)], "is stored twice"),
            (&[ACKED, ACKED], &[(0, 1), (1, 0)], "is behind a later one"),
            (&[Fate::Failed, ACKED], &[(0, 1), (1, 0)], "is behind a later one"),
            (&[Fate::Acked(Some(0)), ACKED], &[(1, 0), (2, 1)], "was acked at offset 0"),
            (&[ACKED], &[(0, 0), (1, 1)], "nobody wrote"),
            (&[ACKED, Fate::Open], &[(0, 0)], "never settled"),
        ] {
            let records = fates.iter().map(|fate| Written { partition: 3, fate: *fate }).collect();
            let stored =
                offsets.iter().map(|(offset, number)| Stored { offset: *offset, producer: 0, number: *number });
            let wrong = check(&[History { records, ..History::default() }], &Log::from([(3, stored.collect())]));
            assert_eq!(wrong.len(), usize::from(!want.is_empty()), "{want}: {wrong:?}");
            assert!(wrong.iter().all(|wrong| wrong.contains(want)), "{want}: {wrong:?}");
        }
    }

    #[test]
    fn a_record_belongs_to_its_partition() {
        let history = History { records: vec![Written { partition: 1, fate: Fate::Failed }], ..History::default() };
        let log = Log::from([(2, vec![Stored { offset: 0, producer: 0, number: 0 }])]);
        assert_eq!(check(&[history], &log).len(), 1);
    }
}
