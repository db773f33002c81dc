//! Offsets and topics of connectors: looked up and changed.

use std::sync::Arc;

use connect_api::SourceOffsets;
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::{Event, HerderError, LookUp, Reply, RequestId};

use tokio::task::JoinSet;

use super::Worker;
use crate::connector_offsets;

impl Worker {
    /// Answers with [`Event::LookedUp`].
    pub fn look_up(&mut self, request: RequestId, what: LookUp) {
        let topics = &self.parts.topics;
        let known = match what {
            LookUp::Offsets { name, config } => return self.look_up_offsets(request, name, config),
            LookUp::Topics(name) => topics.list(&name).map(Reply::Topics),
            LookUp::ResetTopics(name) => topics.reset(&name).map(|()| Reply::Done),
        };
        self.answer(async move { Event::LookedUp(request, known) });
    }

    fn look_up_offsets(&mut self, request: RequestId, name: ConnectorName, config: Props) {
        let late = HerderError::Failed(format!("The offsets of connector {name} could not be read in time"));
        let parts = Arc::clone(&self.parts);
        self.answer_in_time(Event::LookedUp(request, Err(late)), async move {
            Event::LookedUp(request, connector_offsets::read(&parts, &name, &config).await.map(Reply::Offsets))
        });
    }

    /// Answers with [`Event::OffsetsModified`].
    pub fn modify_offsets(&mut self, name: ConnectorName, config: Props, offsets: Option<SourceOffsets>) {
        let late = HerderError::Failed(format!("The offsets of connector {name} could not be modified in time"));
        let parts = Arc::clone(&self.parts);
        let panicked = HerderError::Failed(format!("Connector {name} panicked while its offsets were modified"));
        // On the data runtime and in a task of its own: the connector is asked, and may block, or panic.
        let mut modifying = JoinSet::new();
        let modify = async move { connector_offsets::modify(&parts, &name, &config, offsets).await };
        modifying.spawn_on(modify, &self.data);
        self.answer_in_time(Event::OffsetsModified(Err(late)), async move {
            let modified = modifying.join_next().await.and_then(Result::ok);
            Event::OffsetsModified(modified.unwrap_or(Err(panicked)))
        });
    }

    /// The connector is deleted.
    pub fn forget(&mut self, name: &ConnectorName) {
        self.parts.topics.forget(name);
    }
}
