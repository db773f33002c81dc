//! A member of a group that reads and commits while things go wrong.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka_client::admin::Admin;
use kafka_client::consumer::{Consumer, ConsumerError, Event, PartitionRecords, Subscription, TopicPartition};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::Failure;
use crate::ledger::Ledger;
use crate::place::{Place, TopicKind, consumer};
use crate::topics;

const PATIENCE: Duration = Duration::from_secs(60);
const COOPERATIVE: &str = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

#[derive(Debug)]
pub(crate) struct Follower {
    place: Place,
    member: usize,
    ledger: Arc<Ledger>,
    /// The next record of each partition that it has read from.
    positions: BTreeMap<i32, i64>,
    /// From where on it has to read what it has not read from yet.
    floors: BTreeMap<i32, i64>,
    /// What it commits just now.
    commits: BTreeMap<u64, BTreeMap<i32, i64>>,
}

/// How long a member stays.
enum Until {
    Time(Instant),
    /// Until these are told and reached; that may take until the deadline.
    Ends {
        ends: watch::Receiver<Option<BTreeMap<i32, i64>>>,
        deadline: Option<Instant>,
    },
}

impl Until {
    fn is_over(&mut self, follower: &Follower) -> bool {
        let (ends, deadline) = match self {
            Until::Time(at) => return Instant::now() > *at,
            Until::Ends { ends, deadline } => (ends.borrow(), deadline),
        };
        let Some(ends) = &*ends else { return false };
        let late = Instant::now() > *deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
        if late {
            let (member, positions) = (follower.member, &follower.positions);
            follower.ledger.wrong(format!("member {member} is stuck at {positions:?}, the group not at {ends:?}"));
        }
        late || follower.ledger.has_reached(ends)
    }
}

fn group(place: &Place) -> String {
    place.named("followers", 0)
}

impl Follower {
    pub(crate) fn new(place: Place, member: usize, ledger: Arc<Ledger>) -> Self {
        let (positions, floors, commits) = Default::default();
        Follower { place, member, ledger, positions, floors, commits }
    }

    /// Follows until the log's ends are told and the group has reached them; may leave before, and join again.
    pub(crate) async fn follow(
        mut self,
        leaves: Option<Duration>,
        ends: watch::Receiver<Option<BTreeMap<i32, i64>>>,
    ) -> Result<(), Failure> {
        if let Some(after) = leaves {
            self.attend(Until::Time(Instant::now() + after)).await?;
            self.member += 100;
        }
        self.attend(Until::Ends { ends, deadline: None }).await
    }

    /// Is a member until then.
    async fn attend(&mut self, mut until: Until) -> Result<(), Failure> {
        let group = group(&self.place);
        let props = [
            ("group.id", group.as_str()),
            ("session.timeout.ms", "10000"),
            ("partition.assignment.strategy", COOPERATIVE),
        ];
        let mut consumer = consumer(&self.place.proxied, &props)?;
        consumer.subscribe(Subscription::Topics(vec![self.place.topic(TopicKind::Plain)]))?;
        while !until.is_over(self) {
            self.turn(&mut consumer).await?;
        }
        // Before others can have them.
        self.ledger.left(self.member);
        consumer.close(PATIENCE).await;
        self.positions.clear();
        self.commits.clear();
        Ok(())
    }

    async fn turn(&mut self, consumer: &mut Consumer) -> Result<(), Failure> {
        match consumer.poll(Duration::from_millis(200)).await {
            Ok(Event::Assigned(partitions)) => {
                tracing::info!(member = self.member, ?partitions, "assigned");
                let floors = self.ledger.assigned(self.member, &numbers(&partitions));
                self.floors.extend(floors);
            }
            Ok(Event::Revoked(partitions)) => self.give_up(&numbers(&partitions), false),
            Ok(Event::Lost(partitions)) => self.give_up(&numbers(&partitions), true),
            Ok(Event::Records(parts)) => {
                for part in &parts {
                    self.note(part)?;
                }
                self.commit(consumer)?;
            }
            Ok(Event::Committed { id, result }) => self.on_committed(id, result),
            Ok(Event::Idle) => {}
            Err(error) if error.is_retriable() => tracing::info!(member = self.member, %error, "polls on"),
            Err(error) => self.ledger.wrong(format!("member {} failed: {error}", self.member)),
        }
        Ok(())
    }

    fn give_up(&mut self, partitions: &[i32], lost: bool) {
        tracing::info!(member = self.member, ?partitions, lost, "gives up");
        self.ledger.given_up(self.member, partitions, lost);
        for partition in partitions {
            self.positions.remove(partition);
            self.floors.remove(partition);
        }
    }

    fn on_committed(&mut self, id: u64, result: Result<(), ConsumerError>) {
        if let (Some(offsets), Ok(())) = (self.commits.remove(&id), result) {
            offsets.iter().for_each(|(partition, offset)| self.ledger.committed(*partition, *offset));
        }
    }

    /// One at a time, each of all that was read: a queue of them would hold the end up.
    fn commit(&mut self, consumer: &mut Consumer) -> Result<(), Failure> {
        if self.commits.is_empty() {
            let topic = self.place.topic(TopicKind::Plain);
            let name = |partition| TopicPartition::new(topic.as_str(), partition);
            let offsets = self.positions.iter().map(|(partition, next)| (name(*partition), (*next).into())).collect();
            self.commits.insert(consumer.commit_async(offsets)?, self.positions.clone());
        }
        Ok(())
    }

    fn note(&mut self, part: &PartitionRecords) -> Result<(), Failure> {
        let (partition, mut offsets) = (part.partition.partition, Vec::new());
        for record in part.iter() {
            let offset = record?.offset;
            let next = self.positions.insert(partition, offset + 1);
            let floor = self.floors.remove(&partition).filter(|_| next.is_none());
            if next.is_some_and(|next| offset != next) || floor.is_some_and(|floor| offset < floor) {
                let text = format!("read {offset} of {partition}, which was at {next:?} and committed at {floor:?}");
                self.ledger.wrong(format!("member {} {text}", self.member));
            }
            offsets.push(offset);
        }
        self.ledger.saw(partition, offsets);
        Ok(())
    }
}

fn numbers(partitions: &[TopicPartition]) -> Vec<i32> {
    partitions.iter().map(|name| name.partition).collect()
}

/// What the group has committed never goes back.
pub(crate) async fn watch_commits(place: Place, ledger: Arc<Ledger>) {
    let Ok(cluster) = topics::cluster(&place.direct) else { return };
    let (admin, mut highest) = (Admin::new(cluster), BTreeMap::new());
    let mut lower = BTreeMap::new();
    loop {
        sleep(Duration::from_millis(300)).await;
        let groups = [(group(&place), None)].into();
        let answers = admin.list_group_offsets(&groups, false).await;
        let offsets = answers.into_values().flatten().flatten();
        for (name, offset) in offsets.filter_map(|(name, offset)| Some((name, offset?.offset))) {
            let known = *highest.get(&name).unwrap_or(&offset);
            // A broker that was frozen may say once what it remembers.
            let times = lower.entry(name.clone()).or_insert(0);
            *times = if offset < known { *times + 1 } else { 0 };
            if *times == 2 {
                ledger.wrong(format!("what is committed of {name} went from {known} back to {offset}"));
            }
            highest.insert(name, known.max(offset));
        }
    }
}
