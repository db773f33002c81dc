//! What the REST server asks, and whom.

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::herder::{Command, HerderError, Reply};

use crate::error::ApiError;
use crate::{Startup, Timeouts};

/// The way to the herder.
#[async_trait]
pub trait Herder: Send + Sync {
    /// Hands the command over and waits for the answer. Called for many requests beside each other; dropped when the
    /// client goes away or the time limit is over, which need not undo the command.
    async fn call(&self, command: Command) -> Result<Reply, HerderError>;
}

/// What the routes share.
pub(crate) struct Resources {
    pub(crate) herder: Arc<dyn Herder>,
    pub(crate) startup: Startup,
    pub(crate) timeouts: Timeouts,
    pub(crate) advertised_url: String,
    pub(crate) version: String,
    pub(crate) commit: String,
    pub(crate) kafka_cluster_id: String,
}

impl Resources {
    /// Asks the herder within the request timeout.
    pub(crate) async fn call(&self, command: Command) -> Result<Reply, ApiError> {
        match tokio::time::timeout(self.timeouts.request, self.herder.call(command)).await {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(ApiError::timed_out(self.startup.summary())),
        }
    }

    /// Asks for something that is answered by having been done.
    pub(crate) async fn done(&self, command: Command) -> Result<(), ApiError> {
        match self.call(command).await? {
            Reply::Done => Ok(()),
            other => Err(ApiError::unexpected(&other)),
        }
    }
}
