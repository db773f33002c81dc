//! Which transactional ids there are. Each broker knows those that it coordinates, so all are asked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::messages::{ListTransactionsRequest, ListTransactionsResponse, ProducerId};

use super::TransactionState;
use crate::admin::Admin;
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire::{text, unsupported};
use crate::{ErrorCode, KafkaError};

/// Which transactional ids are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFilter {
    /// In one of these states; empty means all.
    pub states: BTreeSet<TransactionState>,
    /// Of one of these producers; empty means all.
    pub producer_ids: BTreeSet<i64>,
    /// With a transaction open for longer than this (from Kafka 3.8 on).
    pub open_for: Option<Duration>,
    /// Whose id matches this regular expression of RE2 (from Kafka 4.1 on).
    pub pattern: Option<String>,
}

/// A transactional id in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionListing {
    /// `transactional.id`.
    pub transactional_id: String,
    /// What it writes under.
    pub producer_id: i64,
    /// How far its transaction has come.
    pub state: TransactionState,
}

/// The transactional ids of all brokers that answered, and what became of the others.
#[derive(Clone, Debug, Default)]
pub struct TransactionListings {
    /// By coordinating broker.
    pub transactions: BTreeMap<i32, Vec<TransactionListing>>,
    /// By broker.
    pub errors: BTreeMap<i32, KafkaError>,
}

impl TransactionListings {
    /// All of them, if every broker answered.
    /// # Errors
    /// What became of the first broker that did not.
    pub fn all(self) -> Result<Vec<TransactionListing>, KafkaError> {
        match self.errors.into_values().next() {
            Some(error) => Err(error),
            None => Ok(self.transactions.into_values().flatten().collect()),
        }
    }
}

impl Admin {
    /// The transactional ids that the filter lets through. Needs Kafka 3.0.
    /// # Errors
    /// No broker told in time which brokers there are.
    pub async fn list_transactions(&self, filter: &TransactionFilter) -> Result<TransactionListings, KafkaError> {
        let (transactions, errors) = self.ask_all_brokers(&ListTransactions { filter }).await?;
        Ok(TransactionListings { transactions, errors })
    }
}

pub(super) struct ListTransactions<'a> {
    pub(super) filter: &'a TransactionFilter,
}

/// From this version on the age can be asked for.
const OPEN_FOR: i16 = 1;
/// From this version on a pattern can be.
const PATTERN: i16 = 2;

impl Ask for ListTransactions<'_> {
    type Key = i32;
    type Value = Vec<TransactionListing>;
    type Request = ListTransactionsRequest;
    const NAME: &'static str = "listTransactions";

    fn route(&self, broker: &i32) -> Route {
        Route::Broker(*broker)
    }

    fn request(&self, _: &[i32], terms: Terms) -> Result<ListTransactionsRequest, KafkaError> {
        let TransactionFilter { states, producer_ids, open_for, pattern } = self.filter;
        if terms.version < OPEN_FOR && open_for.is_some() {
            return Err(unsupported(
                "Duration filter can be set only when using API version 1 or higher. If client is connected to an older \
                 broker, do not specify duration filter or set duration filter to -1.",
            ));
        }
        if terms.version < PATTERN && pattern.is_some() {
            return Err(unsupported(
                "Transactional ID pattern filter can be set only when using API version 2 or higher. If client is connected \
                 to an older broker, do not specify the pattern filter.",
            ));
        }
        let open_for = open_for.map_or(-1, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        Ok(ListTransactionsRequest::default()
            .with_state_filters(states.iter().map(|state| text(&state.to_string())).collect())
            .with_producer_id_filters(producer_ids.iter().map(|id| ProducerId(*id)).collect())
            .with_duration_filter(open_for)
            .with_transactional_id_pattern(pattern.as_deref().map(text)))
    }

    fn read(&self, brokers: &[i32], answer: ListTransactionsResponse) -> Outcomes<Self> {
        let Some(broker) = brokers.first() else { return Vec::new() };
        let listed = match answer.error_code {
            0 => Ok(listings(answer)),
            code => Err(refused(ErrorCode(code), *broker)),
        };
        vec![(*broker, Outcome::repeating(listed, &[ErrorCode::COORDINATOR_LOAD_IN_PROGRESS]))]
    }
}

fn refused(code: ErrorCode, broker: i32) -> KafkaError {
    let why = match code {
        ErrorCode::COORDINATOR_NOT_AVAILABLE => "failed because the coordinator is shutting down",
        _ => "failed with an unexpected exception",
    };
    KafkaError::refused(code, format!("ListTransactions request sent to broker {broker} {why}"))
}

fn listings(answer: ListTransactionsResponse) -> Vec<TransactionListing> {
    let states = answer.transaction_states.iter().map(|found| TransactionListing {
        transactional_id: found.transactional_id.as_str().to_owned(),
        producer_id: found.producer_id.0,
        state: TransactionState::of(&found.transaction_state),
    });
    states.collect()
}
