//! One running connector: its instance lives in a task of its own and is asked by messages.
//! ```text
//! RunningConnector::task_configs ─▶ instance ─▶ Voice: what is not yet heard ─▶ forward ─▶ events of the herder
//! ```

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect_api::{
    ConnectError, Connector, ConnectorContext, ConnectorEvents, Factory, OffsetReader, SinkConnector, SourceConnector,
    StopToken,
};
use connect_config::Props;
use connect_core::ConnectorName;
use connect_core::config::ConfigProviders;
use connect_core::herder::Event;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::providers::resolve;
use crate::sync::lock;
use crate::task_configs::{finished, tasks_max};
use crate::validation::instantiate;

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

/// What a connector is given by its surroundings.
pub(crate) struct Surroundings {
    pub name: ConnectorName,
    pub events: mpsc::Sender<Event>,
    /// None for a sink.
    pub offsets: Option<Arc<dyn OffsetReader>>,
    pub providers: Arc<ConfigProviders>,
}

/// Asks for the configurations of its tasks.
type Ask = oneshot::Sender<Result<Vec<Props>, ConnectError>>;

/// A handle to a running connector; dropping it stops the connector.
pub(crate) struct RunningConnector {
    asks: mpsc::Sender<Ask>,
    stop: StopToken,
    stopped: tokio::task::JoinHandle<()>,
}

impl RunningConnector {
    /// Makes and starts the connector on `runtime`; the second value says how that went.
    pub(crate) fn start(
        runtime: &tokio::runtime::Handle,
        factory: Factory,
        surroundings: Surroundings,
        config: Props,
    ) -> (Self, oneshot::Receiver<Result<(), ConnectError>>) {
        let (asks, mut asked) = mpsc::channel::<Ask>(1);
        let (started, when_started) = oneshot::channel();
        let Surroundings { name, events, offsets, providers } = surroundings;
        let stop = StopToken::new();
        let stopping = stop.clone();
        let voice = Arc::new(Voice { stop: stop.clone(), said: Mutex::default(), news: Notify::new() });
        let told = Arc::clone(&voice);
        let context = ConnectorContext { stop: stop.clone(), events: Arc::clone(&voice) as _, offsets };
        let life = async move {
            // A stop does not wait for a provider or a constructor that blocks.
            let Some(resolved) = stopping.run_until_cancelled(resolve(&providers, &config)).await else { return };
            let resolved = match resolved {
                Ok(resolved) => resolved,
                Err(error) => return drop(started.send(Err(error))),
            };
            let Some(Some(mut instance)) = stopping.run_until_cancelled(instantiate(&factory)).await else { return };
            let connector = instance.as_connector();
            let shown = |error: ConnectError| error.reworded(&|text| resolved.conceal(text));
            let outcome = connector.start(context, &resolved.props).await.map_err(shown);
            let started_well = outcome.is_ok();
            drop(started.send(outcome));
            if started_well {
                let expiry = wants_reload(&resolved.props).then(|| resolved.ttl()).flatten();
                let expiring = told.expire_after(expiry);
                let answering = async {
                    while let Some(answer) = asked.recv().await {
                        let configs = connector.task_configs(tasks_max(&resolved.props));
                        let configs = configs.and_then(|configs| finished(configs, &factory, &config, &resolved.props));
                        drop(answer.send(configs.map_err(shown)));
                    }
                };
                tokio::select! {
                    () = stopping.cancelled() => {}
                    () = answering => {}
                    () = expiring => {}
                }
            }
            connector.stop().await;
        };
        let stopped = runtime.spawn(async move {
            tokio::select! {
                () = life => {}
                () = voice.forward(name, events) => {}
            }
        });
        (Self { asks, stop, stopped }, when_started)
    }

    /// Asks for the configurations of its tasks, with the variables of its own one.
    pub(crate) fn task_configs(&self) -> oneshot::Receiver<Result<Vec<Props>, ConnectError>> {
        let (answer, answered) = oneshot::channel();
        // A connector that has ended drops `answer`, which the receiver sees.
        drop(self.asks.try_send(answer));
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

/// `config.action.reload`.
fn wants_reload(config: &Props) -> bool {
    !config.get("config.action.reload").is_some_and(|action| action.trim().eq_ignore_ascii_case("none"))
}

/// Keeps what a connector says until the herder has heard it, however busy it is. Two requests are one.
struct Voice {
    /// An instance that was told to stop has nothing to say any more: its name may be another's.
    stop: StopToken,
    said: Mutex<Said>,
    news: Notify,
}

#[derive(Default)]
struct Said {
    reconfigure: bool,
    expired: bool,
    /// The first one: it is the cause of the others.
    error: Option<ConnectError>,
}

impl ConnectorEvents for Voice {
    fn request_task_reconfiguration(&self) {
        self.say(|said| said.reconfigure = true);
    }

    fn raise_error(&self, error: ConnectError) {
        self.say(|said| {
            said.error.get_or_insert(error);
        });
    }
}

impl Voice {
    fn say(&self, what: impl FnOnce(&mut Said)) {
        what(&mut lock(&self.said));
        self.news.notify_one();
    }

    /// Says after `time` that the configuration has expired; never ends.
    async fn expire_after(&self, time: Option<Duration>) {
        if let Some(time) = time {
            tokio::time::sleep(time).await;
            self.say(|said| said.expired = true);
        }
        pending().await
    }

    /// Tells the herder; never ends.
    async fn forward(&self, name: ConnectorName, events: mpsc::Sender<Event>) {
        self.stop.run_until_cancelled(self.forward_all(&name, &events)).await;
        pending().await
    }

    async fn forward_all(&self, name: &ConnectorName, events: &mpsc::Sender<Event>) {
        loop {
            self.news.notified().await;
            let said = std::mem::take(&mut *lock(&self.said));
            let failed = said.error.map(|error| Event::ConnectorFailed(name.clone(), error));
            let reconfigure = said.reconfigure.then(|| Event::ReconfigurationRequested(name.clone()));
            let expired = said.expired.then(|| Event::ConfigExpired(name.clone()));
            for event in failed.into_iter().chain(reconfigure).chain(expired) {
                // The herder has gone: nobody is left to hear it.
                drop(events.send(event).await);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_expired_configuration_is_told_once() {
        let (events, mut heard) = mpsc::channel(8);
        let voice = Voice { stop: StopToken::new(), said: Mutex::default(), news: Notify::new() };
        let waiting = tokio::time::timeout(Duration::from_secs(100), async {
            tokio::join!(
                voice.forward(ConnectorName::new("c"), events),
                voice.expire_after(Some(Duration::from_secs(9)))
            )
        });
        assert!(waiting.await.is_err());
        assert!(matches!(heard.recv().await, Some(Event::ConfigExpired(_))));
        assert!(heard.recv().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_that_a_connector_says_is_lost() {
        let (events, mut heard) = mpsc::channel(1);
        let voice = Voice { stop: StopToken::new(), said: Mutex::default(), news: Notify::new() };
        let name = ConnectorName::new("c");
        events.send(Event::ConnectorStopped).await.unwrap(); // the herder is busy
        for text in ["first", "second"] {
            voice.request_task_reconfiguration();
            voice.raise_error(ConnectError::connect(text));
        }
        let heard = async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            [heard.recv().await, heard.recv().await, heard.recv().await]
        };
        tokio::select! {
            () = voice.forward(name, events) => panic!("it ended"),
            [_, failed, reconfigure] = heard => {
                assert!(matches!(failed, Some(Event::ConnectorFailed(_, error)) if error.message() == Some("first")));
                assert!(matches!(reconfigure, Some(Event::ReconfigurationRequested(_))));
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connector_that_is_stopped_has_nothing_to_say() {
        let (events, mut heard) = mpsc::channel(1);
        let voice = Voice { stop: StopToken::new(), said: Mutex::default(), news: Notify::new() };
        voice.stop.cancel();
        voice.raise_error(ConnectError::connect("late"));
        let forwarding = voice.forward(ConnectorName::new("c"), events);
        assert!(tokio::time::timeout(Duration::from_secs(1), forwarding).await.is_err());
        assert!(heard.recv().await.is_none());
    }
}
