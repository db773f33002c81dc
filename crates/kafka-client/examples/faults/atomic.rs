//! What has to hold for transactions: each is wholly there or not at all, with its offsets.

use std::collections::{BTreeMap, BTreeSet};

use kafka_client::admin::{Admin, all};

use crate::Failure;
use crate::place::{Place, TopicKind};
use crate::reading::Raw;
use crate::topics;

/// How a transaction ended, as far as its producer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Committed,
    Aborted,
    /// It was to be committed, and nobody said what came of it.
    Unknown,
}

/// One transaction.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// Of each record, by its number.
    pub(crate) partitions: Vec<i32>,
    /// Whether it committed its number + 1 for its producer's group.
    pub(crate) offsets: bool,
    pub(crate) ended: Ended,
}

/// One producer's transactions, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transactions {
    pub(crate) group: String,
    pub(crate) attempts: Vec<Attempt>,
    /// How many had to be aborted.
    pub(crate) failed: usize,
    /// How many producers followed the first.
    pub(crate) sessions: usize,
    pub(crate) wrong: Vec<String>,
}

/// A record that read_committed shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) producer: usize,
    pub(crate) transaction: usize,
    pub(crate) number: usize,
}

/// Every partition's records, in the order of their offsets.
pub(crate) type ShownLog = BTreeMap<i32, Vec<Shown>>;

pub(crate) fn parse(log: &Raw) -> Result<ShownLog, Failure> {
    let shown = |value: &str| {
        let mut fields = value.strip_prefix('a')?.split('-').map(|field| field.parse().ok());
        Some(Shown { producer: fields.next()??, transaction: fields.next()??, number: fields.next()?? })
    };
    let seal = |value: &str| value == "az";
    let mut parsed = ShownLog::new();
    for (partition, records) in log {
        let own = parsed.entry(*partition).or_default();
        for (_, value) in records.iter().filter(|(_, value)| !seal(value)) {
            own.push(shown(value).ok_or_else(|| format!("a record says {value:?}"))?);
        }
    }
    Ok(parsed)
}

/// Everything that is wrong, a line each.
pub(crate) fn check(told: &[Transactions], log: &ShownLog) -> Vec<String> {
    let mut wrong: Vec<String> = told.iter().flat_map(|told| told.wrong.clone()).collect();
    for (partition, shown) in log {
        let mut last: BTreeMap<usize, Shown> = BTreeMap::new();
        for record in shown {
            let place = attempt(told, record).and_then(|attempt| attempt.partitions.get(record.number));
            wrong.extend((place != Some(partition)).then(|| format!("nobody wrote {record:?} to {partition}")));
            if let Some(last) = last.insert(record.producer, *record).filter(|last| last >= record) {
                wrong.push(format!("partition {partition}: {record:?} is behind {last:?}"));
            }
        }
    }
    let counts = counted(log);
    for (producer, told) in told.iter().enumerate() {
        for (transaction, attempt) in told.attempts.iter().enumerate() {
            let shown = counts.get(&(producer, transaction)).copied().unwrap_or(0);
            let all = attempt.partitions.len();
            let right = match attempt.ended {
                Ended::Committed => shown == all,
                Ended::Aborted => shown == 0,
                Ended::Unknown => shown == 0 || shown == all,
            };
            let what = || format!("{:?} transaction {producer}-{transaction}: {shown} of {all} shown", attempt.ended);
            wrong.extend((!right).then(what));
        }
    }
    wrong
}

fn attempt<'a>(told: &'a [Transactions], record: &Shown) -> Option<&'a Attempt> {
    told.get(record.producer)?.attempts.get(record.transaction)
}

fn counted(log: &ShownLog) -> BTreeMap<(usize, usize), usize> {
    let mut counts = BTreeMap::new();
    for record in log.values().flatten() {
        *counts.entry((record.producer, record.transaction)).or_default() += 1;
    }
    counts
}

/// Offsets are committed with the records: a group stands where the last transaction left it that can be seen.
pub(crate) async fn check_offsets(
    place: &Place,
    told: &[Transactions],
    log: &ShownLog,
) -> Result<Vec<String>, Failure> {
    let groups = told.iter().map(|told| (told.group.clone(), None)).collect();
    let admin = Admin::new(topics::cluster(&place.direct)?);
    let committed = all(admin.list_group_offsets(&groups, true).await)?;
    let counts = counted(log);
    let mut wrong = Vec::new();
    for (producer, told) in told.iter().enumerate() {
        let visible = |number: &usize| told.attempts[*number].offsets && counts.contains_key(&(producer, *number));
        let last = (0..told.attempts.len()).rev().find(visible);
        let want = last.map(|number| number as i64 + 1);
        let offsets = committed.get(&told.group).into_iter().flat_map(|offsets| offsets.values().flatten());
        let got = offsets.map(|offset| offset.offset).next();
        wrong.extend((got != want).then(|| format!("the offset of {} is {got:?}, not {want:?}", told.group)));
    }
    Ok(wrong)
}

/// What was read, copied and committed in one transaction is in the copies once, and in order.
pub(crate) fn check_copies(log: &Raw, copies: &Raw) -> Vec<String> {
    let mut wrong = Vec::new();
    for partition in log.keys().chain(copies.keys()).collect::<BTreeSet<_>>() {
        let values = |log: &Raw, from: usize| -> Vec<String> {
            log.get(partition).into_iter().flatten().map(|(_, value)| value[from..].to_owned()).collect()
        };
        let (want, got) = (values(log, 0), values(copies, TopicKind::Copies.letter().len_utf8()));
        if want != got {
            let at = want.iter().zip(&got).position(|(want, got)| want != got);
            let (want, got) = (want.len(), got.len());
            wrong.push(format!("partition {partition}: {got} copies of {want} records, not the same from {at:?} on"));
        }
    }
    wrong
}

/// For the round's line.
pub(crate) fn counts(told: &[Transactions]) -> String {
    let attempts = || told.iter().flat_map(|told| &told.attempts);
    let count = |ended| attempts().filter(|attempt| attempt.ended == ended).count();
    let sum = |of: fn(&Transactions) -> usize| told.iter().map(of).sum::<usize>();
    format!(
        "{} transactions committed, {} aborted ({} of need), {} unknown, {} new producers",
        count(Ended::Committed),
        count(Ended::Aborted),
        sum(|told| told.failed),
        count(Ended::Unknown),
        sum(|told| told.sessions)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_is_wrong() {
        use Ended::*;
        for (ended, shown, want) in [
            (Committed, &[(0, 0), (1, 1)][..], ""),
            (Aborted, &[], ""),
            (Unknown, &[], ""),
            (Unknown, &[(0, 0), (1, 1)], ""),
            (Committed, &[(0, 0)], "1 of 2 shown"),
            (Committed, &[], "0 of 2 shown"),
            (Aborted, &[(0, 0)], "1 of 2 shown"),
            (Unknown, &[(1, 1)], "1 of 2 shown"),
            (Committed, &[(0, 0), (0, 1)], "nobody wrote"),
            (Committed, &[(1, 0), (0, 1)], "nobody wrote"),
        ] {
            let told = Transactions {
                attempts: vec![Attempt { partitions: vec![0, 1], offsets: false, ended }],
                ..Transactions::default()
            };
            let mut log = ShownLog::new();
            for (partition, number) in shown {
                log.entry(*partition).or_default().push(Shown { producer: 0, transaction: 0, number: *number });
            }
            let wrong = check(&[told], &log).join(", ");
            assert!(wrong.contains(want) && wrong.is_empty() == want.is_empty(), "{want}: {wrong}");
        }
    }

    #[test]
    fn records_keep_their_order_and_come_once() {
        let attempt = Attempt { partitions: vec![0, 0], offsets: false, ended: Ended::Committed };
        let told = Transactions { attempts: vec![attempt.clone(), attempt], ..Transactions::default() };
        let log = |order: &[(usize, usize)]| {
            let shown = order.iter().map(|(transaction, number)| Shown {
                producer: 0,
                transaction: *transaction,
                number: *number,
            });
            ShownLog::from([(0, shown.collect())])
        };
        for (order, wrong) in [
            (&[(0, 0), (0, 1), (1, 0), (1, 1)][..], 0),
            (&[(0, 1), (0, 0), (1, 0), (1, 1)], 1),
            (&[(1, 0), (1, 1), (0, 0), (0, 1)], 1),
            (&[(0, 0), (0, 0), (1, 0), (1, 1)], 1),
        ] {
            assert_eq!(check(std::slice::from_ref(&told), &log(order)).len(), wrong, "{order:?}");
        }
    }
}
