//! Fencing producers: whoever still writes under a transactional id fails from now on.

use kafka_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse, ProducerId};

use super::{COORDINATOR, checked, coordinator};
use crate::admin::ask::{Ask, Outcome, Outcomes, Terms};
use crate::admin::route::Route;
use crate::admin::wire::transactional_id;
use crate::admin::{Admin, PerKey};
use crate::{ErrorCode, KafkaError};

/// What a transactional id writes under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdAndEpoch {
    /// The producer's id.
    pub id: i64,
    /// Counts the producers that had it.
    pub epoch: i16,
}

impl Admin {
    /// Aborts the open transaction of each id, and fences its producer; answers the id and epoch that the next producer
    /// would follow.
    pub async fn fence_producers(&self, transactional_ids: &[String]) -> PerKey<String, ProducerIdAndEpoch> {
        self.ask(&FenceProducers, transactional_ids.iter().cloned()).await
    }
}

pub(super) struct FenceProducers;

impl Ask for FenceProducers {
    type Key = String;
    type Value = ProducerIdAndEpoch;
    type Request = InitProducerIdRequest;
    const NAME: &'static str = "fenceProducer";
    const BATCHED: bool = false;

    fn route(&self, id: &String) -> Route {
        coordinator(id)
    }

    fn request(&self, ids: &[String], terms: Terms) -> Result<InitProducerIdRequest, KafkaError> {
        Ok(InitProducerIdRequest::default()
            .with_transactional_id(ids.first().map(|id| transactional_id(id)))
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1)
            // Nobody will write under this epoch; the time only has to be one that brokers take.
            .with_transaction_timeout_ms(terms.timeout_ms.max(1)))
    }

    fn read(&self, ids: &[String], answer: InitProducerIdResponse) -> Outcomes<Self> {
        let Some(id) = ids.first() else { return Vec::new() };
        let whys = [
            (ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "due to cluster authorization failure"),
            (ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, "due to transactional ID authorization failure"),
        ];
        let what = format!("InitProducerId request for transactionalId `{id}`");
        let fenced = checked(answer.error_code, &what, &whys, "due to unexpected error");
        let fenced = fenced.map(|()| ProducerIdAndEpoch { id: answer.producer_id.0, epoch: answer.producer_epoch });
        vec![(id.clone(), Outcome::repeating(fenced, COORDINATOR))]
    }
}
