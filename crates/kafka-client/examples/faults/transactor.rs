//! A transactional producer that keeps a history of its transactions: which records, and how each ended.

use std::time::{Duration, Instant};

use connect_config::Props;
use kafka_client::cluster::Cluster;
use kafka_client::config::ClientConfig;
use kafka_client::consumer::TopicPartition;
use kafka_client::group::ConsumerGroupMetadata;
use kafka_client::producer::{Acks, AppendError, Producer, ProducerConfig, Topic};
use kafka_client::{ErrorKind, KafkaError};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::Failure;
use crate::atomic::{Attempt, Ended, Transactions};
use crate::chance::Chance;
use crate::load;
use crate::place::{PARTITIONS, Place, TopicKind};

/// How long a call may take altogether.
const PATIENCE: Duration = Duration::from_secs(150);
/// How many transactions there are at least, on however slow a machine.
const LEAST: usize = 20;
/// A call that takes longer is worth a line.
const SLOW: Duration = Duration::from_secs(2);
/// With a longer one than any fault lasts, no transaction times out.
const TIMEOUTS_MS: [&str; 3] = ["8000", "60000", "60000"];

/// A producer with what belongs to it.
pub(crate) struct Session {
    pub(crate) producer: Producer,
    pub(crate) acks: Acks,
    pub(crate) topic: Topic,
}

impl Session {
    /// A new producer of this `transactional.id`; it completes or aborts what the last one left.
    pub(crate) async fn open(place: &Place, kind: TopicKind, props: &[(&str, &str)]) -> Result<Self, Failure> {
        let mut all = Props::from([("bootstrap.servers", place.proxied.as_str())]);
        props.iter().for_each(|(key, value)| all.insert(*key, *value));
        let cluster = Cluster::new(ClientConfig::parse(&all)?);
        let (producer, acks) = Producer::new(cluster, ProducerConfig::parse(&all)?);
        let name = place.topic(kind);
        again(|| producer.init_transactions()).await?;
        let topic = again(|| producer.prepare_partition(&name, PARTITIONS - 1)).await?;
        Ok(Session { producer, acks, topic })
    }

    /// Appends once there is room.
    pub(crate) async fn append(&self, partition: i32, value: &str) -> Result<(), KafkaError> {
        loop {
            let appended = self.producer.appender().append(load::record(&self.topic, partition, value));
            match appended {
                Ok(_) => return Ok(()),
                Err(AppendError::BufferFull) => again(|| self.producer.wait_ready()).await?,
                Err(AppendError::Transaction(error) | AppendError::Fatal(error)) => return Err(error),
                Err(error) => return Err(KafkaError::config(error.to_string())),
            }
        }
    }

    /// How many records were acked as stored since this was last asked, and how many as failed.
    pub(crate) fn settled(&mut self) -> (u64, u64) {
        let (mut stored, mut failed) = (0, 0);
        while let Some(ack) = self.acks.try_recv() {
            *(if ack.result.is_ok() { &mut stored } else { &mut failed }) += ack.submissions.count();
        }
        (stored, failed)
    }
}

/// Makes a call again for as long as it only took too long.
pub(crate) async fn again<T, F: Future<Output = Result<T, KafkaError>>>(call: impl Fn() -> F) -> Result<T, KafkaError> {
    let begun = Instant::now();
    loop {
        match call().await {
            Err(KafkaError::Timeout(text)) if begun.elapsed() < PATIENCE => tracing::info!(%text, "once more"),
            done => {
                if begun.elapsed() > SLOW {
                    tracing::info!(took = ?begun.elapsed(), error = ?done.as_ref().err(), "a slow call");
                }
                return done;
            }
        }
    }
}

/// What one transaction does; drawn before it begins.
struct Plan {
    records: u64,
    first: i32,
    spread: i32,
    /// In the middle of it.
    pause: Duration,
    offsets: bool,
    end: End,
    /// Whether everything is acked before it ends.
    flushes: bool,
    /// Whether a commit that takes too long is left to the next producer.
    leaves: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Commit,
    Abort,
    /// The producer is dropped.
    Desert,
}

impl Plan {
    fn draw(chance: &mut Chance) -> Self {
        let end = match chance.of(0..20) {
            0 => End::Desert,
            1..6 => End::Abort,
            _ => End::Commit,
        };
        Plan {
            records: chance.of(1..80),
            first: chance.of(0..PARTITIONS as u64) as i32,
            spread: chance.of(1..PARTITIONS as u64 + 1) as i32,
            pause: chance.one(&[Duration::ZERO, Duration::ZERO, Duration::from_millis(30), Duration::from_millis(300)]),
            offsets: chance.of(0..2) == 0,
            end,
            flushes: chance.of(0..2) == 0,
            leaves: chance.of(0..2) == 0,
        }
    }
}

/// Whether the producer goes on.
enum Next {
    Stay,
    Reopen,
}

pub(crate) struct Transactor {
    place: Place,
    number: usize,
    chance: Chance,
    props: Vec<(&'static str, String)>,
    /// Whether a transaction may become too old.
    hasty: bool,
    told: Transactions,
}

impl Transactor {
    pub(crate) fn draw(place: Place, number: usize, chance: &mut Chance) -> Self {
        let mut props: Vec<_> =
            load::draw_settings(chance).into_iter().map(|(key, value)| (key, value.to_owned())).collect();
        let timeout = chance.one(&TIMEOUTS_MS);
        props.extend([
            ("max.block.ms", chance.one(&["1000", "5000", "60000"]).to_owned()),
            ("transaction.timeout.ms", timeout.to_owned()),
            ("transactional.id", place.named("transactor", number)),
        ]);
        tracing::info!(number, ?props, "a transactor");
        let group = place.named("offsets", number);
        let told = Transactions { group, ..Transactions::default() };
        Transactor { place, number, chance: Chance::new(chance.next()), props, hasty: timeout != "60000", told }
    }

    /// One transaction after the other, until told to stop.
    pub(crate) async fn run(
        mut self,
        mut session: Session,
        stop: watch::Receiver<bool>,
    ) -> Result<Transactions, Failure> {
        while !*stop.borrow() || self.told.attempts.len() < LEAST {
            if let Next::Reopen = self.transact(&mut session).await {
                drop(session);
                self.told.sessions += 1;
                session = self.open().await?;
            }
            sleep(self.chance.millis(0..20)).await;
        }
        match session.producer.close(PATIENCE).await {
            true => Ok(self.told),
            false => Err(format!("transactor {} could not close", self.number).into()),
        }
    }

    pub(crate) async fn open(&self) -> Result<Session, Failure> {
        let props: Vec<(&str, &str)> = self.props.iter().map(|(key, value)| (*key, value.as_str())).collect();
        Session::open(&self.place, TopicKind::Atomic, &props).await
    }

    async fn transact(&mut self, session: &mut Session) -> Next {
        let plan = Plan::draw(&mut self.chance);
        self.told.attempts.push(Attempt { partitions: Vec::new(), offsets: plan.offsets, ended: Ended::Aborted });
        let outcome = match self.fill(session, &plan).await {
            Ok(()) if plan.end == End::Desert => return Next::Reopen,
            Ok(()) if plan.end == End::Commit => self.commit(session, &plan).await,
            Ok(()) => again(|| session.producer.abort_transaction()).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => self.check_acks(session),
            Err(error) if error.kind() == ErrorKind::Abortable => self.abort(session, &error).await,
            Err(error) => self.give_up(&error),
        }
    }

    async fn fill(&mut self, session: &mut Session, plan: &Plan) -> Result<(), KafkaError> {
        session.producer.begin_transaction()?;
        let transaction = self.told.attempts.len() - 1;
        for number in 0..plan.records {
            let partition = (plan.first + number as i32 % plan.spread) % PARTITIONS;
            session.append(partition, &format!("a{}-{transaction}-{number}", self.number)).await?;
            self.told.attempts[transaction].partitions.push(partition);
            if number == plan.records / 2 {
                sleep(plan.pause).await;
            }
        }
        if plan.offsets {
            let topic = self.place.topic(TopicKind::Plain);
            let offsets = [(TopicPartition::new(topic, 0), (transaction as i64 + 1).into())].into();
            let group = ConsumerGroupMetadata::new(self.told.group.clone());
            again(|| session.producer.send_offsets_to_transaction(&offsets, &group)).await?;
        }
        if plan.flushes {
            session.producer.flush().await;
        }
        Ok(())
    }

    async fn commit(&mut self, session: &mut Session, plan: &Plan) -> Result<(), KafkaError> {
        self.note(Ended::Unknown);
        let committed = match session.producer.commit_transaction().await {
            Err(KafkaError::Timeout(_)) if !plan.leaves => again(|| session.producer.commit_transaction()).await,
            once => once,
        };
        match &committed {
            Ok(()) => self.note(Ended::Committed),
            Err(error) if error.kind() == ErrorKind::Abortable => self.note(Ended::Aborted),
            Err(_) => {}
        }
        committed
    }

    fn note(&mut self, ended: Ended) {
        self.told.attempts.last_mut().into_iter().for_each(|attempt| attempt.ended = ended);
    }

    async fn abort(&mut self, session: &mut Session, why: &KafkaError) -> Next {
        tracing::info!(transactor = self.number, error = %why, "has to abort");
        self.told.failed += 1;
        let aborted = again(|| session.producer.abort_transaction()).await;
        session.settled();
        aborted.map_or_else(|error| self.give_up(&error), |()| Next::Stay)
    }

    fn give_up(&mut self, error: &KafkaError) -> Next {
        tracing::info!(transactor = self.number, %error, "gives its producer up");
        if !matches!(error, KafkaError::Timeout(_)) && !self.hasty {
            let transaction = self.told.attempts.len() - 1;
            self.told.wrong.push(format!("transactor {}, transaction {transaction}: {error}", self.number));
        }
        Next::Reopen
    }

    /// When a commit returns, the acks of all records are there, and good.
    fn check_acks(&mut self, session: &mut Session) -> Next {
        let (stored, failed) = session.settled();
        let Some(attempt) = self.told.attempts.last() else { return Next::Stay };
        let all = attempt.partitions.len() as u64;
        let right = match attempt.ended {
            Ended::Committed => (stored, failed) == (all, 0),
            _ => stored + failed == all,
        };
        if !right {
            let text = format!("{stored} of {all} records were acked when it had ended, {failed} had failed");
            self.told.wrong.push(format!("transactor {}, {attempt:?}: {text}", self.number));
        }
        Next::Stay
    }
}
