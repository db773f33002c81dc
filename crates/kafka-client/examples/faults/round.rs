//! One round: load on three topics, faults, then what was told against what is stored.
//! ```text
//! plain:  writers ─▶ topic ─▶ members of a group
//! atomic: transactors (commit, abort, desert) ─▶ topic ─▶ copiers ─▶ copies
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::apache::{Apache, BROKERS};
use crate::atomic::{self, Transactions};
use crate::chance::Chance;
use crate::check::{Fate, History, check, parse};
use crate::copier;
use crate::fault::{Fault, Scene};
use crate::follower::{Follower, watch_commits};
use crate::ledger::Ledger;
use crate::load::{self, within};
use crate::place::{PARTITIONS, Place, TopicKind};
use crate::proxy::Proxy;
use crate::reading::{Raw, ends_of, read_java, read_ours};
use crate::topics;
use crate::transactor::Transactor;
use crate::{Failure, features};

const WRITERS: usize = 3;
const TRANSACTORS: usize = 3;
const COPIERS: usize = 2;
const MEMBERS: usize = 3;
/// No part of a round takes longer.
const PART: Duration = Duration::from_secs(240);

/// What a round printed about itself.
pub(crate) struct Outcome {
    pub(crate) counts: String,
    pub(crate) wrong: Vec<String>,
}

/// The clients at work; those that only end when they are told where the logs end are apart.
struct Clients {
    stop: watch::Sender<bool>,
    writers: JoinSet<(usize, Result<History, Failure>)>,
    transactors: JoinSet<(usize, Result<Transactions, Failure>)>,
    readers: Readers,
}

struct Readers {
    plain_ends: watch::Sender<Option<BTreeMap<i32, i64>>>,
    atomic_ends: watch::Sender<Option<BTreeMap<i32, i64>>>,
    ledger: std::sync::Arc<Ledger>,
    members: JoinSet<(usize, Result<(), Failure>)>,
    copiers: JoinSet<(usize, Result<Vec<String>, Failure>)>,
    _watching: JoinSet<()>,
}

pub(crate) async fn round(
    seed: u64,
    apache: &Apache,
    proxies: &[Proxy],
    story: &mut Vec<String>,
) -> Result<Outcome, Failure> {
    let mut chance = Chance::new(seed);
    let place = Place::new(apache, seed);
    let level = chance.one(&[1, 2]);
    story.push(format!("transactions of version {level}"));
    features::set_transaction_version(apache, level).await?;
    topics::create(&apache.direct(), &place.topics(), PARTITIONS).await?;
    let mut clients = within(PART, "the beginning", start(&place, &mut chance)).await??;
    sleep(chance.millis(1000..2500)).await;
    for _ in 0..chance.of(1..3) {
        let fault = Fault::draw(&mut chance);
        story.push(fault.to_string());
        within(PART, "the fault", fault.inject(&Scene { apache, proxies, place: &place })).await??;
        sleep(chance.millis(500..2500)).await;
    }
    tracing::info!("the faults are over");
    clients.stop.send_replace(true);
    let outcome = settle(apache, &place, &mut clients).await?;
    if outcome.wrong.is_empty() {
        topics::delete(&apache.direct(), &place.topics()).await;
    }
    Ok(outcome)
}

/// When it returns, everybody is at work; the groups' members may not have partitions yet.
async fn start(place: &Place, chance: &mut Chance) -> Result<Clients, Failure> {
    let (stop, stopped) = watch::channel(false);
    let (mut writers, mut transactors) = (JoinSet::new(), JoinSet::new());
    for number in 0..WRITERS {
        let settings = load::draw_settings(chance);
        tracing::info!(number, ?settings, "a writer");
        let write = load::write(place.clone(), number, settings, stopped.clone());
        writers.spawn(async move { (number, write.await) });
    }
    for number in 0..TRANSACTORS {
        let transactor = Transactor::draw(place.clone(), number, chance);
        let (session, stopped) = (transactor.open().await?, stopped.clone());
        transactors.spawn(async move { (number, transactor.run(session, stopped).await) });
    }
    Ok(Clients { stop, writers, transactors, readers: start_readers(place, chance) })
}

fn start_readers(place: &Place, chance: &mut Chance) -> Readers {
    let ((plain_ends, told_plain), (atomic_ends, told_atomic)) = (watch::channel(None), watch::channel(None));
    let ledger = std::sync::Arc::new(Ledger::default());
    let (mut members, mut copiers, mut watching) = (JoinSet::new(), JoinSet::new(), JoinSet::new());
    for number in 0..MEMBERS {
        // The last one leaves after a while and comes back as somebody else.
        let leaves = (number + 1 == MEMBERS).then(|| chance.millis(2000..8000));
        let follower = Follower::new(place.clone(), number, ledger.clone());
        let told = told_plain.clone();
        members.spawn(async move { (number, follower.follow(leaves, told).await) });
    }
    for number in 0..COPIERS {
        let settings = load::draw_settings(chance);
        let copy = copier::copy(place.clone(), number, settings, told_atomic.clone());
        copiers.spawn(async move { (number, copy.await) });
    }
    watching.spawn(watch_commits(place.clone(), ledger.clone()));
    Readers { plain_ends, atomic_ends, ledger, members, copiers, _watching: watching }
}

async fn settle(apache: &Apache, place: &Place, clients: &mut Clients) -> Result<Outcome, Failure> {
    let histories = within(PART, "the writers", all("the writers", &mut clients.writers)).await??;
    let transactions = within(PART, "the transactors", all("the transactors", &mut clients.transactors)).await??;
    tracing::info!("all is written");
    load::seal(place).await?;
    let plain = read_ours(place, TopicKind::Plain).await?;
    let atomic = read_ours(place, TopicKind::Atomic).await?;
    tracing::info!("our consumer has read");
    let readers = &mut clients.readers;
    readers.plain_ends.send_replace(Some(ends_of(&plain)));
    readers.atomic_ends.send_replace(Some(ends_of(&atomic)));
    let count = |log: &Raw| log.values().map(Vec::len).sum::<usize>();
    let java = read_java(apache, place, count(&plain) + 2 * count(&atomic));
    let (members, copiers, java) = tokio::join!(
        within(PART, "the group's members", all("the group's members", &mut readers.members)),
        within(PART, "the copiers", all("the copiers", &mut readers.copiers)),
        java,
    );
    members??;
    let mut wrong: Vec<String> = copiers??.into_iter().flatten().collect();
    tracing::info!("Java's consumer has read");
    let copies = read_ours(place, TopicKind::Copies).await?;
    wrong.extend(check(&histories, &parse(&plain)?));
    wrong.extend(readers.ledger.verdict(&plain));
    wrong.extend(atomic::check(&transactions, &atomic::parse(&atomic)?));
    wrong.extend(atomic::check_offsets(place, &transactions, &atomic::parse(&atomic)?).await?);
    wrong.extend(atomic::check_copies(&atomic, &copies));
    for (kind, ours) in [(TopicKind::Plain, &plain), (TopicKind::Atomic, &atomic), (TopicKind::Copies, &copies)] {
        let theirs = java.as_ref().map_err(ToString::to_string)?.get(&kind);
        wrong.extend((theirs != Some(ours)).then(|| format!("Java's consumer reads something else: {kind:?}")));
    }
    Ok(Outcome { counts: counts(&histories, &transactions), wrong })
}

/// What each client brought, by its number.
async fn all<T: 'static>(what: &str, clients: &mut JoinSet<(usize, Result<T, Failure>)>) -> Result<Vec<T>, Failure> {
    let mut brought = BTreeMap::new();
    while let Some(ended) = clients.join_next().await {
        let (number, result) = ended?;
        tracing::info!(number, what, "has ended");
        brought.insert(number, result?);
    }
    Ok(brought.into_values().collect())
}

fn counts(histories: &[History], transactions: &[Transactions]) -> String {
    let records = || histories.iter().flat_map(|history| &history.records);
    let count = |wanted: fn(&Fate) -> bool| records().filter(|record| wanted(&record.fate)).count();
    let acked = count(|fate| matches!(fate, Fate::Acked(_)));
    let nowhere = count(|fate| matches!(fate, Fate::Acked(None)));
    let failed = count(|fate| *fate == Fate::Failed);
    let hasty = histories.iter().filter(|history| history.patience < Duration::from_secs(100)).count();
    let transactions = atomic::counts(transactions);
    format!(
        "{acked} records acked ({nowhere} without offset), {failed} given up by {hasty} writers of little patience, {transactions}"
    )
}

/// Where the proxies wait for clients.
pub(crate) fn proxied(apache: &Apache) -> String {
    BROKERS.map(|broker| format!("127.0.0.1:{}", apache.port + 2 * (broker - 1) + 7)).join(",")
}
