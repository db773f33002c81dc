//! A whole server on a free port, spoken to in bare HTTP/1.1, over the real herder with a fake worker.

mod client;
mod connectors;
mod fake;
mod hostile;
mod http;
mod lifecycle;
mod metrics;
mod operate;

use std::sync::Arc;
use std::time::Duration;

use connect_core::config::{Listener, ListenerScheme};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::client::{Answer, Client};
use self::fake::FakeHerder;
use crate::{BoundServer, RestConfig, RestServer, Startup, Timeouts};

/// Its metrics.
const PAGE: &str = "m{a=\"b\"} 1\n";

/// A server that runs until it is stopped or dropped.
struct Running {
    client: Client,
    herder: Arc<FakeHerder>,
    startup: Startup,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

fn config(timeouts: Timeouts) -> RestConfig {
    RestConfig {
        listeners: vec![Listener::parse("http://127.0.0.1:0").unwrap()],
        advertised_scheme: ListenerScheme::Http,
        advertised_host: None,
        advertised_port: None,
        version: "4.3.1+longshore.0.1.0".to_owned(),
        commit: "abc".to_owned(),
        kafka_cluster_id: "cluster".to_owned(),
        timeouts,
    }
}

async fn bind(timeouts: Timeouts) -> (BoundServer, Client) {
    let bound = RestServer::bind(config(timeouts)).await.unwrap();
    let client = Client { port: bound.addresses()[0].port() };
    (bound, client)
}

async fn start() -> Running {
    start_with(Timeouts::default()).await
}

async fn start_with(timeouts: Timeouts) -> Running {
    let server = starting_with(timeouts).await;
    server.startup.ready();
    server
}

/// Its worker has not started yet.
async fn starting_with(timeouts: Timeouts) -> Running {
    let (bound, client) = bind(timeouts).await;
    let (herder, startup) = (Arc::new(FakeHerder::new(bound.worker_id())), bound.startup());
    let stop = CancellationToken::new();
    let serving = tokio::spawn(bound.serve(herder.clone(), Some(Arc::new(|| PAGE.to_owned())), stop.clone()));
    Running { client, herder, startup, stop, serving }
}

impl Running {
    async fn get(&self, path: &str) -> Answer {
        self.client.send("GET", path, &[], "").await
    }

    async fn json(&self, method: &str, path: &str, body: &str) -> Answer {
        self.client.send(method, path, &["Content-Type: application/json"], body).await
    }

    /// Creates a connector of a source with one task.
    async fn create(&self, name: &str) {
        let body = format!(r#"{{"name":{name:?},"config":{{"connector.class":"FakeSource","tasks.max":1}}}}"#);
        assert_eq!(self.json("POST", "/connectors", &body).await.status, 201, "{name}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn fast() -> Timeouts {
    let short = Duration::from_millis(100);
    Timeouts { request: short, health: short, idle: short, stop: short }
}
