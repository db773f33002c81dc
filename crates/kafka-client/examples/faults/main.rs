//! Rounds of load and faults on three brokers: `faults <scripts/apache.sh> [rounds] [seed]`; see `benches/client-faults.sh`.
//! ```text
//! seed ─▶ Chance ─▶ Fault ─▶ brokers, proxies
//!             └───▶ producers ─▶ histories ─┐
//!         log, read by ours and by Java's ──┴─▶ check ─▶ a line a round
//! ```
//! Start at [`round`]. What was acked has to be stored once, in order; what was not, at most once.

mod apache;
mod chance;
mod check;
mod fault;
mod load;
mod proxy;
mod reading;
mod topics;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use apache::{Apache, BROKERS};
use chance::Chance;
use check::{Fate, History, Log, check};
use fault::Fault;
use load::within;
use proxy::Proxy;
use reading::{Follower, read_java, read_ours};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const PARTITIONS: i32 = 6;
const PRODUCERS: usize = 3;
/// How many of a round's faults in the data are printed.
const SHOWN: usize = 10;
/// No part of a round takes longer.
const ROUND: Duration = Duration::from_secs(240);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut arguments = std::env::args().skip(1);
    let script = arguments.next().ok_or("usage: faults <scripts/apache.sh> [rounds] [seed]")?;
    let apache = Apache::new(PathBuf::from(script))?;
    let rounds: u64 = arguments.next().map_or(Ok(50), |text| text.parse())?;
    let seed: u64 = arguments.next().map_or_else(|| Ok(u64::from(std::process::id())), |text| text.parse())?;
    let proxies = start_proxies(&apache).await?;
    println!("{rounds} rounds, seed {seed}");
    let (begun, mut broken) = (Instant::now(), 0);
    for number in 0..rounds {
        // Each round by itself can be run again: as the first of its own seed.
        let round_seed = seed.wrapping_add(number);
        broken += u64::from(!report(number, round_seed, &apache, &proxies).await);
    }
    println!("{} of {rounds} rounds hold, {:.0?}", rounds - broken, begun.elapsed());
    if broken > 0 { Err(format!("{broken} rounds do not hold").into()) } else { Ok(()) }
}

async fn start_proxies(apache: &Apache) -> Result<Vec<Proxy>, Failure> {
    let mut proxies = Vec::new();
    for broker in BROKERS {
        let listener = apache.port + 2 * (broker - 1) + 6;
        proxies.push(Proxy::start(listener + 1, listener).await?);
    }
    Ok(proxies)
}

/// Runs a round and prints its line; true if everything held.
async fn report(number: u64, seed: u64, apache: &Apache, proxies: &[Proxy]) -> bool {
    let (begun, mut story) = (Instant::now(), Vec::new());
    let outcome = round(seed, apache, proxies, &mut story).await;
    let (held, text) = match outcome {
        Ok(Outcome { counts, wrong }) if wrong.is_empty() => (true, format!("{counts}: holds")),
        Ok(Outcome { counts, wrong }) => {
            let shown = wrong.iter().take(SHOWN).map(|wrong| format!("\n  {wrong}")).collect::<String>();
            (false, format!("{counts}: BROKEN, {} times:{shown}", wrong.len()))
        }
        Err(error) => (false, format!("BROKEN: {error}")),
    };
    println!("round {number} (seed {seed}, {:.1?}): {}; {text}", begun.elapsed(), story.join(", "));
    held
}

struct Outcome {
    counts: String,
    wrong: Vec<String>,
}

async fn round(seed: u64, apache: &Apache, proxies: &[Proxy], story: &mut Vec<String>) -> Result<Outcome, Failure> {
    let mut chance = Chance::new(seed);
    let topic = format!("faults-{seed}-{}", std::process::id());
    topics::create(&apache.direct(), &topic, PARTITIONS).await?;
    let bootstrap = BROKERS.map(|broker| format!("127.0.0.1:{}", apache.port + 2 * (broker - 1) + 7)).join(",");
    let (stop, stopped) = watch::channel(false);
    let (ends, told_ends) = watch::channel(None);
    let mut followers = JoinSet::new();
    followers.spawn(Follower::follow(bootstrap.clone(), topic.clone(), told_ends));
    let mut producers = JoinSet::new();
    for number in 0..PRODUCERS {
        let settings = load::draw_settings(&mut chance);
        tracing::info!(number, ?settings, "a producer");
        let write = load::write(bootstrap.clone(), topic.clone(), number, settings, PARTITIONS, stopped.clone());
        producers.spawn(async move { (number, write.await) });
    }
    sleep(chance.millis(500..1500)).await;
    for _ in 0..chance.of(1..3) {
        let fault = Fault::draw(&mut chance);
        story.push(fault.to_string());
        within(ROUND, "the fault", fault.inject(apache, proxies)).await??;
        sleep(chance.millis(200..1500)).await;
    }
    tracing::info!("the faults are over");
    stop.send_replace(true);
    let histories = within(ROUND, "the producers", histories(&mut producers)).await??;
    tracing::info!("the producers are done");
    let log = read_ours(&apache.direct(), &topic, PARTITIONS).await?;
    tracing::info!("our consumer has read");
    ends.send_replace(Some(ends_of(&log)));
    let follower = within(ROUND, "the group's member", followers.join_next()).await?.ok_or("no follower")???;
    tracing::info!("the group's member has read");
    let mut wrong = check(&histories, &log);
    wrong.extend(follower.verdict(&log));
    let java = read_java(apache, &topic, log.values().map(Vec::len).sum()).await?;
    wrong.extend((java != log).then(|| "Java's consumer reads something else".to_owned()));
    Ok(Outcome { counts: counts(&histories), wrong })
}

async fn histories(producers: &mut JoinSet<(usize, Result<History, Failure>)>) -> Result<Vec<History>, Failure> {
    let mut histories = BTreeMap::new();
    while let Some(ended) = producers.join_next().await {
        let (number, history) = ended?;
        histories.insert(number, history?);
    }
    Ok(histories.into_values().collect())
}

fn ends_of(log: &Log) -> BTreeMap<i32, i64> {
    log.iter().filter_map(|(partition, stored)| Some((*partition, stored.last()?.offset + 1))).collect()
}

fn counts(histories: &[History]) -> String {
    let records = || histories.iter().flat_map(|history| &history.records);
    let count = |wanted: fn(&Fate) -> bool| records().filter(|record| wanted(&record.fate)).count();
    let acked = count(|fate| matches!(fate, Fate::Acked(_)));
    let nowhere = count(|fate| matches!(fate, Fate::Acked(None)));
    format!("{acked} records acked ({nowhere} without offset), {} failed", count(|fate| *fate == Fate::Failed))
}
