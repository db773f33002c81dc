//! What a transactional id is doing.

use std::collections::BTreeSet;

use kafka_protocol::messages::describe_transactions_response::TransactionState as Described;
use kafka_protocol::messages::{DescribeTransactionsRequest, DescribeTransactionsResponse};

use super::{COORDINATOR, TransactionState, checked, coordinator};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire::transactional_id;
use crate::admin::{Admin, PerKey};
use crate::consumer::TopicPartition;
use crate::{ErrorCode, KafkaError};

/// A transactional id as its coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionDescription {
    /// The broker that coordinates it; none if it has moved meanwhile.
    pub coordinator: Option<i32>,
    /// How far its transaction has come.
    pub state: TransactionState,
    /// What it writes under.
    pub producer_id: i64,
    /// Counts the producers that had it.
    pub producer_epoch: i16,
    /// How long a transaction may stay open, in milliseconds.
    pub timeout_ms: i32,
    /// When it began, in milliseconds since 1970; none if none is open.
    pub start_ms: Option<i64>,
    /// Where it wrote to.
    pub partitions: BTreeSet<TopicPartition>,
}

impl Admin {
    /// Each transactional id; `TRANSACTIONAL_ID_NOT_FOUND` for one that was never used, or has expired. Needs Kafka 3.0.
    pub async fn describe_transactions(&self, transactional_ids: &[String]) -> PerKey<String, TransactionDescription> {
        let mut results = self.ask(&DescribeTransactions, transactional_ids.iter().cloned()).await;
        for (id, result) in &mut results {
            if let Ok(found) = result {
                found.coordinator = self.cluster.known_coordinator(crate::cluster::CoordinatorKind::Transaction, id);
            }
        }
        results
    }
}

struct DescribeTransactions;

impl Ask for DescribeTransactions {
    type Key = String;
    type Value = TransactionDescription;
    type Request = DescribeTransactionsRequest;
    const NAME: &'static str = "describeTransactions";

    fn route(&self, id: &String) -> Route {
        coordinator(id)
    }

    fn request(&self, ids: &[String], _: Terms) -> Result<DescribeTransactionsRequest, KafkaError> {
        let ids = ids.iter().map(|id| transactional_id(id));
        Ok(DescribeTransactionsRequest::default().with_transactional_ids(ids.collect()))
    }

    fn read(&self, _: &[String], answer: DescribeTransactionsResponse) -> Outcomes<Self> {
        let states = answer.transaction_states.into_iter().map(|state| {
            (state.transactional_id.as_str().to_owned(), Outcome::repeating(description(&state), COORDINATOR))
        });
        states.collect()
    }
}

fn description(state: &Described) -> Result<TransactionDescription, KafkaError> {
    let whys = [
        (ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "due to authorization failure"),
        (ErrorCode::TRANSACTIONAL_ID_NOT_FOUND, "because the ID could not be found"),
    ];
    let what = format!("DescribeTransactions request for transactionalId `{}`", state.transactional_id.as_str());
    checked(state.error_code, &what, &whys, "due to unexpected error")?;
    let partitions = state
        .topics
        .iter()
        .flat_map(|topic| topic.partitions.iter().map(|index| TopicPartition::new(topic.topic.as_str(), *index)));
    Ok(TransactionDescription {
        coordinator: None,
        state: TransactionState::of(&state.transaction_state),
        producer_id: state.producer_id.0,
        producer_epoch: state.producer_epoch,
        timeout_ms: state.transaction_timeout_ms,
        start_ms: Some(state.transaction_start_time_ms).filter(|start| *start >= 0),
        partitions: partitions.collect(),
    })
}
