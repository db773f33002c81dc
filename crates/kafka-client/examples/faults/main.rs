//! Rounds of load and faults on three brokers: `faults <scripts/apache.sh> [rounds] [seed]`; see `benches/client-faults.sh`.
//! ```text
//! seed ─▶ Chance ─▶ Fault ─▶ brokers, proxies
//!             └───▶ writers, transactors ─▶ histories ─┐
//!         logs, read by ours and by Java's ────────────┼─▶ check ─▶ a line a round
//!         groups: followers, copiers ──────────────────┘
//! ```
//! Start at [`round()`]. What was acked has to be stored once, in order; what was not, at most once. A transaction is there
//! wholly or not at all, with its offsets. A group misses nothing, and each of its partitions has one owner at a time.

mod apache;
mod atomic;
mod chance;
mod check;
mod copier;
mod fault;
mod features;
mod follower;
mod ledger;
mod load;
mod place;
mod proxy;
mod reading;
mod round;
mod topics;
mod transactor;

use std::path::PathBuf;
use std::time::Instant;

use apache::{Apache, BROKERS};
use proxy::Proxy;
use round::{Outcome, round};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How many of a round's faults in the data are printed.
const SHOWN: usize = 10;

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
    topics::create_coordinators(&apache.direct()).await?;
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
