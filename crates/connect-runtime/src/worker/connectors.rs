//! Connectors: validated, started, asked to divide their work, stopped.

use std::sync::Arc;
use std::time::Duration;

use connect_api::{ConnectError, Factory, Plugin};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::{ConnectorType, Event, HerderError, Started, TargetState};

use super::TaskParts;
use super::{Worker, late};
use crate::connector::{RunningConnector, Surroundings};
use crate::providers::resolve;
use crate::task_configs::connector_gone;
use crate::{unsupported, validation};

/// How long a connector may take to stop.
const STOP_TIME_MAX: Duration = Duration::from_secs(5);

impl Worker {
    /// Answers with [`Event::Validated`].
    pub fn validate(&mut self, name: ConnectorName, config: Props) {
        let parts = Arc::clone(&self.parts);
        // On the data runtime and in a task of its own: a connector's validation may block, or panic.
        let validating = self.data.spawn(async move { validated(&parts, &config).await });
        let late = HerderError::Failed(format!("The validation of connector {name} did not end in time"));
        self.answer_in_time(Event::Validated(Err(late)), async move {
            let panicked = |_| Err(HerderError::Failed(format!("The validation of connector {name} panicked")));
            Event::Validated(validating.await.unwrap_or_else(panicked))
        });
    }

    /// Answers with [`Event::ConnectorStarted`].
    pub fn start_connector(&mut self, name: ConnectorName, config: Props, target: TargetState) {
        if target != TargetState::Started {
            return self.answer(async { Event::ConnectorStarted(Ok(Started { task_configs: Vec::new() })) });
        }
        let Ok(plugin) = validation::find(&self.parts.plugins, &config) else {
            let gone = ConnectError::connect("The connector's class is not there any more");
            return self.answer(async { Event::ConnectorStarted(Err(gone)) });
        };
        let ignored = unsupported::ignored_connector_keys(&config);
        if !ignored.is_empty() {
            tracing::warn!("[{name}|worker] These keys have no effect in Longshore: {}", ignored.join(", "));
        }
        tracing::info!("[{name}|worker] Creating connector {name} of type {}", plugin.class);
        let (hosted, started) = self.host(&name, plugin, config);
        let configs = hosted.task_configs();
        self.connectors.insert(name, hosted);
        self.answer_in_time(Event::ConnectorStarted(Err(late("start"))), async move {
            let started = started.await.unwrap_or_else(|_| Err(connector_gone()));
            let task_configs = match started {
                Ok(()) => configs.await.unwrap_or_else(|_| Err(connector_gone())),
                Err(error) => Err(error),
            };
            Event::ConnectorStarted(task_configs.map(|task_configs| Started { task_configs }))
        });
    }

    fn host(
        &self,
        name: &ConnectorName,
        plugin: &Plugin,
        config: Props,
    ) -> (RunningConnector, tokio::sync::oneshot::Receiver<Result<(), ConnectError>>) {
        let is_source = matches!(plugin.factory, Factory::Source { .. });
        let offsets = is_source.then(|| Arc::clone(&self.parts.offsets).reader(name));
        let (events, providers) = (self.events.clone(), Arc::clone(&self.parts.providers));
        let surroundings = Surroundings { name: name.clone(), events, offsets, providers };
        RunningConnector::start(&self.data, plugin.factory.clone(), surroundings, config)
    }

    /// Answers with [`Event::TaskConfigsMade`].
    pub fn make_task_configs(&mut self, name: &ConnectorName) {
        let Some(hosted) = self.connectors.get(name) else {
            return self.answer(async { Event::TaskConfigsMade(Err(connector_gone())) });
        };
        let configs = hosted.task_configs();
        self.answer_in_time(Event::TaskConfigsMade(Err(late("divide its work"))), async move {
            Event::TaskConfigsMade(configs.await.unwrap_or_else(|_| Err(connector_gone())))
        });
    }

    /// Answers with [`Event::ConnectorStopped`].
    pub fn stop_connector(&mut self, name: &ConnectorName) {
        let (hosted, name) = (self.connectors.remove(name), name.clone());
        self.answer(async move {
            if let Some(hosted) = hosted
                && tokio::time::timeout(STOP_TIME_MAX, hosted.stop()).await.is_err()
            {
                tracing::error!(
                    "[{name}|worker] Connector {name} has become unresponsive: it did not stop within {} s, and is left \
                     to itself",
                    STOP_TIME_MAX.as_secs()
                );
            }
            Event::ConnectorStopped
        });
    }
}

/// As connectors and tasks would get it; what is said of it has the user's own words.
async fn validated(parts: &TaskParts, config: &Props) -> Result<(ConnectorType, String), HerderError> {
    let resolved = resolve(&parts.providers, config).await;
    let resolved = resolved.map_err(|error| HerderError::Failed(error.message().unwrap_or_default().to_owned()))?;
    let outcome = validation::validate(&parts.plugins, &parts.config.originals, &resolved.props).await;
    outcome.map_err(|error| error.reworded(|text| resolved.conceal(text)))
}
