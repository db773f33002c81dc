//! What goes wrong in a round, and how it comes right again.

use std::fmt;
use std::time::Duration;

use kafka_client::cluster::CoordinatorKind;
use tokio::time::sleep;

use crate::Failure;
use crate::apache::{Apache, BROKERS};
use crate::chance::Chance;
use crate::place::Place;
use crate::proxy::{Mode, Proxy};
use crate::topics;

/// What faults are done to.
pub(crate) struct Scene<'a> {
    pub(crate) apache: &'a Apache,
    pub(crate) proxies: &'a [Proxy],
    pub(crate) place: &'a Place,
}

/// Every fault ends by itself.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Leaders of all partitions move, those of the coordinators' topics too.
    Leaders,
    /// As `Leaders`, of the coordinators' topics alone, several times.
    Coordinators {
        times: u64,
        pause: Duration,
    },
    /// Whoever coordinates the round's groups or transactions is killed.
    KillCoordinator {
        kind: CoordinatorKind,
        gone: Duration,
    },
    /// SIGTERM: the broker hands its leaders over.
    Stop {
        broker: u16,
        gone: Duration,
    },
    Kill {
        broker: u16,
        gone: Duration,
    },
    Freeze {
        broker: u16,
        lasts: Duration,
    },
    Cut {
        times: u64,
        pause: Duration,
    },
    LoseAnswers {
        broker: u16,
        lasts: Duration,
    },
    Hold {
        broker: u16,
        lasts: Duration,
    },
}

impl Fault {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let broker = chance.one(&BROKERS);
        match chance.of(0..12) {
            0 | 1 => Fault::Leaders,
            9 => Fault::Coordinators { times: chance.of(1..4), pause: chance.millis(100..1500) },
            10 => Fault::KillCoordinator { kind: CoordinatorKind::Transaction, gone: chance.millis(0..3000) },
            11 => Fault::KillCoordinator { kind: CoordinatorKind::Group, gone: chance.millis(0..3000) },
            2 => Fault::Stop { broker, gone: chance.millis(0..2000) },
            3 | 4 => Fault::Kill { broker, gone: chance.millis(0..3000) },
            5 => Fault::Freeze { broker, lasts: chance.one(&[1, 3, 3, 8]) * chance.millis(500..1100) },
            6 => Fault::Cut { times: chance.of(3..30), pause: chance.millis(20..400) },
            7 => Fault::LoseAnswers { broker, lasts: chance.millis(20..5000) },
            _ => Fault::Hold { broker, lasts: chance.millis(300..6000) },
        }
    }

    /// Returns when it is over.
    pub(crate) async fn inject(&self, scene: &Scene<'_>) -> Result<(), Failure> {
        let Scene { apache, proxies, place } = scene;
        match self {
            Fault::Leaders => topics::move_leaders(&place.direct, false).await,
            Fault::Coordinators { times, pause } => {
                for _ in 0..*times {
                    topics::move_leaders(&place.direct, true).await?;
                    sleep(*pause).await;
                }
                Ok(())
            }
            Fault::KillCoordinator { kind, gone } => {
                let key = match kind {
                    CoordinatorKind::Group => place.named("copiers", 0),
                    CoordinatorKind::Transaction => place.named("transactor", 0),
                };
                let broker = topics::coordinator(&place.direct, *kind, &key).await?;
                restart(apache, "kill", broker, *gone).await
            }
            Fault::Stop { broker, gone } => restart(apache, "stop", *broker, *gone).await,
            Fault::Kill { broker, gone } => restart(apache, "kill", *broker, *gone).await,
            Fault::Freeze { broker, lasts } => {
                apache.broker("pause", *broker).await?;
                sleep(*lasts).await;
                apache.broker("resume", *broker).await
            }
            Fault::Cut { times, pause } => {
                for turn in 0..*times {
                    proxies[turn as usize % proxies.len()].cut().await;
                    sleep(*pause).await;
                }
                Ok(())
            }
            Fault::LoseAnswers { broker, lasts } => {
                disturb(&proxies[usize::from(*broker) - 1], Mode::LoseAnswers, *lasts).await;
                Ok(())
            }
            Fault::Hold { broker, lasts } => {
                disturb(&proxies[usize::from(*broker) - 1], Mode::Hold, *lasts).await;
                Ok(())
            }
        }
    }
}

async fn restart(apache: &Apache, how: &str, broker: u16, gone: Duration) -> Result<(), Failure> {
    apache.broker(how, broker).await?;
    sleep(gone).await;
    apache.broker("again", broker).await
}

/// Ends with a cut: what was lost or held stays lost.
async fn disturb(proxy: &Proxy, mode: Mode, lasts: Duration) {
    proxy.set(mode);
    sleep(lasts).await;
    proxy.cut().await;
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Leaders => write!(f, "all leaders move"),
            Fault::Coordinators { times, pause } => {
                write!(f, "coordinators move {times} times, every {pause:?}")
            }
            Fault::KillCoordinator { kind, gone } => write!(f, "{kind:?} coordinator killed for {gone:?}"),
            Fault::Stop { broker, gone } => write!(f, "broker {broker} stopped for {gone:?}"),
            Fault::Kill { broker, gone } => write!(f, "broker {broker} killed for {gone:?}"),
            Fault::Freeze { broker, lasts } => write!(f, "broker {broker} frozen for {lasts:?}"),
            Fault::Cut { times, pause } => write!(f, "connections cut {times} times, every {pause:?}"),
            Fault::LoseAnswers { broker, lasts } => write!(f, "answers of broker {broker} lost for {lasts:?}"),
            Fault::Hold { broker, lasts } => write!(f, "broker {broker} unreachable for {lasts:?}"),
        }
    }
}
