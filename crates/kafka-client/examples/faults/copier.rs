//! A member of a group that reads, writes what it read and commits its position, all in transactions.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kafka_client::consumer::{
    Consumer, ConsumerError, Event, OffsetAndMetadata, PartitionRecords, Subscription, TopicPartition,
};
use kafka_client::{ErrorKind, KafkaError};
use tokio::sync::watch;

use crate::Failure;
use crate::place::{Place, TopicKind, consumer};
use crate::transactor::{Session, again};

const PATIENCE: Duration = Duration::from_secs(90);
const COOPERATIVE: &str = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

struct Copier {
    place: Place,
    number: usize,
    props: Vec<(&'static str, String)>,
    wrong: Vec<String>,
}

/// Copies until the log's ends are told and the group's position is there. Gives what was wrong.
pub(crate) async fn copy(
    place: Place,
    number: usize,
    settings: Vec<(&'static str, &'static str)>,
    ends: watch::Receiver<Option<BTreeMap<i32, i64>>>,
) -> Result<Vec<String>, Failure> {
    let mut props: Vec<_> = settings.into_iter().map(|(key, value)| (key, value.to_owned())).collect();
    props.extend([("max.block.ms", "5000".to_owned()), ("transactional.id", place.named("copier", number))]);
    let group = place.named("copiers", 0);
    let mut copier = Copier { place, number, props, wrong: Vec::new() };
    let settings = [("group.id", group.as_str()), ("session.timeout.ms", "10000")];
    let settings = [&settings[..], &[("partition.assignment.strategy", COOPERATIVE)]].concat();
    let mut consumer = consumer(&copier.place.proxied, &settings)?;
    consumer.subscribe(Subscription::Topics(vec![copier.place.topic(TopicKind::Atomic)]))?;
    let mut session = copier.open().await?;
    let mut deadline = None;
    loop {
        let told = ends.borrow().clone();
        if let Some(ends) = told {
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + PATIENCE);
            if copier.are_done(&consumer, &ends).await {
                break;
            }
            if Instant::now() > deadline {
                copier.wrong.push(format!("copier {number} is stuck, the group not at {ends:?}"));
                break;
            }
        }
        session = copier.turn(&mut consumer, session).await?;
    }
    consumer.close(PATIENCE).await;
    session.producer.close(PATIENCE).await;
    Ok(copier.wrong)
}

impl Copier {
    async fn open(&self) -> Result<Session, Failure> {
        let props: Vec<(&str, &str)> = self.props.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Session::open(&self.place, TopicKind::Copies, &props).await
    }

    async fn are_done(&self, consumer: &Consumer, ends: &BTreeMap<i32, i64>) -> bool {
        let names = self.place.partitions(TopicKind::Atomic);
        let committed = consumer.committed(&names).await.unwrap_or_default();
        let is_there = |name: &TopicPartition| {
            let end = ends.get(&name.partition).copied().unwrap_or(0);
            committed.get(name).map_or(0, |offset| offset.offset) >= end
        };
        names.iter().all(is_there)
    }

    async fn turn(&mut self, consumer: &mut Consumer, session: Session) -> Result<Session, Failure> {
        match consumer.poll(Duration::from_millis(200)).await {
            Ok(Event::Records(parts)) => self.transfer(consumer, session, &parts).await,
            Err(error) if !error.is_retriable() => {
                self.wrong.push(format!("copier {} failed: {error}", self.number));
                Ok(session)
            }
            _ => Ok(session),
        }
    }

    async fn transfer(
        &mut self,
        consumer: &mut Consumer,
        session: Session,
        parts: &[PartitionRecords],
    ) -> Result<Session, Failure> {
        let mut outcome = attempt(consumer, &session, parts).await;
        if outcome.is_ok() {
            return Ok(session);
        }
        if let Err(error) = &outcome
            && error.kind() == ErrorKind::Abortable
        {
            tracing::info!(copier = self.number, %error, "has to abort");
            outcome = again(|| session.producer.abort_transaction()).await;
        }
        let session = match outcome {
            Ok(()) => session,
            Err(error) => {
                self.wrong.push(format!("copier {}: {error}", self.number));
                drop(session);
                self.open().await?
            }
        };
        rewind(consumer).await?;
        Ok(session)
    }
}

async fn attempt(consumer: &Consumer, session: &Session, parts: &[PartitionRecords]) -> Result<(), KafkaError> {
    let mut offsets: BTreeMap<TopicPartition, OffsetAndMetadata> = BTreeMap::new();
    session.producer.begin_transaction()?;
    for part in parts {
        for record in part.iter() {
            let record = record.map_err(|error| KafkaError::config(error.to_string()))?;
            let value = String::from_utf8_lossy(record.value.as_deref().unwrap_or_default()).into_owned();
            let copy = format!("{}{value}", TopicKind::Copies.letter());
            session.append(part.partition.partition, &copy).await?;
        }
        offsets.insert(part.partition.clone(), part.next_offset.into());
    }
    if let Some(member) = consumer.group_metadata() {
        again(|| session.producer.send_offsets_to_transaction(&offsets, &member)).await?;
    }
    again(|| session.producer.commit_transaction()).await
}

/// Back to where the group stands.
async fn rewind(consumer: &mut Consumer) -> Result<(), Failure> {
    let names = consumer.assignment();
    let committed = loop {
        match consumer.committed(&names).await {
            Err(error) if error.is_retriable() => {}
            committed => break committed?,
        }
    };
    for name in &names {
        let sought: Result<(), ConsumerError> = match committed.get(name) {
            Some(offset) => consumer.seek_to(name, offset),
            None => consumer.seek_to_beginning(name),
        };
        sought?;
    }
    Ok(())
}
