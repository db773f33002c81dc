//! The first question to the Kafka cluster: which one it is.

use std::fmt::Display;

use connect_config::Props;
use connect_runtime::admin_config;
use kafka_client::KafkaError;
use kafka_client::cluster::Cluster;
use kafka_client::config::{ClientConfig, ClientKind};

/// Asks for the cluster's id until a broker answers, for `default.api.timeout.ms` at most. Cancel-safe.
/// # Errors
/// No broker answered, or the client's configuration is wrong.
pub(crate) async fn cluster_id(worker: &Props) -> Result<String, String> {
    let failed = |why: &dyn Display| {
        format!(
            "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties. bootstrap.servers={}: {why}",
            worker.get("bootstrap.servers").unwrap_or_default()
        )
    };
    let config = ClientConfig::load(ClientKind::Admin, &admin_config(worker)).await;
    let config = config.map_err(|error| failed(&error))?;
    let limit = config.default_api_timeout;
    let mut last = None;
    match tokio::time::timeout(limit, ask(&Cluster::shared(config), &mut last)).await {
        Ok(answer) => answer.map_err(|error| failed(&error)),
        Err(_) => {
            let last = last.map_or(String::new(), |error| format!("; the last error was: {error}"));
            Err(failed(&format!("no broker answered within default.api.timeout.ms={}{last}", limit.as_millis())))
        }
    }
}

/// Asks again after errors that may pass, of which the newest is in `last`.
async fn ask(cluster: &Cluster, last: &mut Option<KafkaError>) -> Result<String, KafkaError> {
    let mut backoff = cluster.retry_backoff();
    loop {
        match cluster.refresh(&[]).await {
            Ok(metadata) => return Ok(metadata.cluster_id.as_deref().unwrap_or_default().to_owned()),
            Err(error) if !error.is_retriable() => return Err(error),
            Err(error) => {
                if last.is_none() {
                    tracing::warn!("No broker answers yet, asking again: {error}");
                }
                *last = Some(error);
            }
        }
        tokio::time::sleep(backoff.next_delay()).await;
    }
}
