//! One running connector: its instance lives in a task of its own and is asked by messages.

use std::sync::Arc;

use connect_api::{
    ConnectError, Connector, ConnectorContext, ConnectorEvents, OffsetReader, SinkConnector, SourceConnector, StopToken,
};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::herder::Event;
use tokio::sync::{mpsc, oneshot};

/// A connector of either kind.
pub(crate) enum Instance {
    Source(Box<dyn SourceConnector>),
    Sink(Box<dyn SinkConnector>),
}

impl Instance {
    pub(crate) fn as_connector(&mut self) -> &mut dyn Connector {
        match self {
            Self::Source(connector) => connector.as_mut(),
            Self::Sink(connector) => connector.as_mut(),
        }
    }
}

/// Asks for the configurations of at most so many tasks.
type Ask = (usize, oneshot::Sender<Result<Vec<Props>, ConnectError>>);

/// A handle to a running connector; dropping it stops the connector.
pub(crate) struct RunningConnector {
    asks: mpsc::Sender<Ask>,
    stop: StopToken,
    stopped: tokio::task::JoinHandle<()>,
}

impl RunningConnector {
    /// Starts the connector on `runtime`; the second value says how that went.
    pub(crate) fn start(
        runtime: &tokio::runtime::Handle,
        mut instance: Instance,
        context: ConnectorContext,
        config: Props,
    ) -> (Self, oneshot::Receiver<Result<(), ConnectError>>) {
        let (asks, mut asked) = mpsc::channel::<Ask>(1);
        let (started, when_started) = oneshot::channel();
        let stop = context.stop.clone();
        let stopping = stop.clone();
        let stopped = runtime.spawn(async move {
            let connector = instance.as_connector();
            let outcome = connector.start(context, &config).await;
            let started_well = outcome.is_ok();
            drop(started.send(outcome));
            if started_well {
                while let Some(Some((max, answer))) = stopping.run_until_cancelled(asked.recv()).await {
                    drop(answer.send(connector.task_configs(max)));
                }
            }
            connector.stop().await;
        });
        (Self { asks, stop, stopped }, when_started)
    }

    /// Asks for the configurations of at most `max` tasks.
    pub(crate) fn task_configs(&self, max: usize) -> oneshot::Receiver<Result<Vec<Props>, ConnectError>> {
        let (answer, answered) = oneshot::channel();
        // A connector that has ended drops `answer`, which the receiver sees.
        drop(self.asks.try_send((max, answer)));
        answered
    }

    /// Ends when the connector has stopped.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if self.stopped.await.is_err_and(|error| error.is_panic()) {
            tracing::error!("The connector panicked while it ran or stopped");
        }
    }
}

/// Passes what a connector says on to the herder.
pub(crate) struct ToHerder {
    /// An instance that was told to stop has nothing to say any more: its name may be another's.
    pub stop: StopToken,
    pub name: ConnectorName,
    pub events: mpsc::Sender<Event>,
}

impl ConnectorEvents for ToHerder {
    fn request_task_reconfiguration(&self) {
        self.send(Event::ReconfigurationRequested(self.name.clone()));
    }

    fn raise_error(&self, error: ConnectError) {
        self.send(Event::ConnectorFailed(self.name.clone(), error));
    }
}

impl ToHerder {
    fn send(&self, event: Event) {
        if self.stop.is_cancelled() {
            return;
        }
        if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
            tracing::warn!("The herder is too busy to hear {event:?} from connector {}", self.name);
        }
    }
}

/// What a connector gets at its start.
pub(crate) fn context(
    name: ConnectorName,
    stop: StopToken,
    events: mpsc::Sender<Event>,
    offsets: Option<Arc<dyn OffsetReader>>,
) -> ConnectorContext {
    ConnectorContext { stop: stop.clone(), events: Arc::new(ToHerder { stop, name, events }), offsets }
}
