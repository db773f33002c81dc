//! The JSON that clients see: Apache's field names, in Apache's order, compact.

mod offsets;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use connect_config::Props;
use connect_core::herder::{self, ConnectorStatus, ConnectorType, TaskStatus};
use connect_core::{ConnectorName, TaskId};
use serde::{Serialize, Serializer};

pub(crate) use self::offsets::{ActiveTopics, ConnectorOffsets, Message};

/// An answer with a JSON body.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    let (status, bytes) = match serde_json::to_vec(body) {
        Ok(bytes) => (status, bytes),
        Err(error) => {
            tracing::error!(%error, "cannot write an answer as JSON");
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Serialize)]
pub(crate) struct ErrorMessage<'a> {
    pub(crate) error_code: u16,
    pub(crate) message: &'a str,
}

#[derive(Serialize)]
pub(crate) struct ServerInfo<'a> {
    pub(crate) version: &'a str,
    pub(crate) commit: &'a str,
    pub(crate) kafka_cluster_id: &'a str,
}

#[derive(Serialize)]
pub(crate) struct WorkerStatus {
    pub(crate) status: &'static str,
    pub(crate) message: String,
}

/// Keys and values in their order; a value may be null.
pub(crate) struct Config<'a>(pub(crate) &'a Props);

impl Serialize for Config<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

#[derive(Serialize)]
pub(crate) struct ConnectorInfo<'a> {
    name: &'a str,
    config: Config<'a>,
    tasks: Vec<ConnectorTaskId<'a>>,
    r#type: &'static str,
}

impl<'a> From<&'a herder::ConnectorInfo> for ConnectorInfo<'a> {
    fn from(info: &'a herder::ConnectorInfo) -> Self {
        Self {
            name: info.name.as_str(),
            config: Config(&info.config),
            tasks: info.tasks.iter().map(ConnectorTaskId::from).collect(),
            r#type: info.connector_type.as_str(),
        }
    }
}

#[derive(Serialize)]
struct ConnectorTaskId<'a> {
    connector: &'a str,
    task: u32,
}

impl<'a> From<&'a TaskId> for ConnectorTaskId<'a> {
    fn from(id: &'a TaskId) -> Self {
        Self { connector: id.connector.as_str(), task: id.index }
    }
}

#[derive(Serialize)]
pub(crate) struct TaskInfo<'a> {
    id: ConnectorTaskId<'a>,
    config: Config<'a>,
}

impl<'a> From<&'a herder::TaskInfo> for TaskInfo<'a> {
    fn from(info: &'a herder::TaskInfo) -> Self {
        Self { id: (&info.id).into(), config: Config(&info.config) }
    }
}

/// A connector's state and its tasks' states.
#[derive(Serialize)]
pub(crate) struct ConnectorState<'a> {
    name: &'a str,
    connector: State<'a>,
    tasks: Vec<TaskState<'a>>,
    r#type: &'static str,
}

impl<'a> From<&'a ConnectorStatus> for ConnectorState<'a> {
    fn from(status: &'a ConnectorStatus) -> Self {
        let ConnectorStatus { name, status, worker_id, version, trace, tasks, connector_type } = status;
        Self {
            name: name.as_str(),
            connector: State::new(*status, worker_id, version.as_deref(), trace.as_deref()),
            tasks: tasks.iter().map(TaskState::from).collect(),
            r#type: ConnectorType::as_str(*connector_type),
        }
    }
}

/// One task's state.
#[derive(Serialize)]
pub(crate) struct TaskState<'a> {
    id: u32,
    #[serde(flatten)]
    state: State<'a>,
}

impl<'a> From<&'a TaskStatus> for TaskState<'a> {
    fn from(status: &'a TaskStatus) -> Self {
        let TaskStatus { index, status, worker_id, version, trace } = status;
        Self { id: *index, state: State::new(*status, worker_id, version.as_deref(), trace.as_deref()) }
    }
}

#[derive(Serialize)]
struct State<'a> {
    state: String,
    worker_id: &'a str,
    /// Left out where Connect's word for "none" stands, but null where nothing is known.
    #[serde(skip_serializing_if = "is_undefined")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
}

impl<'a> State<'a> {
    fn new(status: herder::Status, worker_id: &'a str, version: Option<&'a str>, trace: Option<&'a str>) -> Self {
        Self { state: status.to_string(), worker_id, version, trace: trace.filter(|trace| !trace.is_empty()) }
    }
}

fn is_undefined(version: &Option<&str>) -> bool {
    *version == Some("undefined")
}

/// What `GET /connectors?expand=…` says about one connector; the order is that of Java's hash map.
#[derive(Serialize)]
pub(crate) struct Expanded<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) info: Option<ConnectorInfo<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<ConnectorState<'a>>,
}

pub(crate) fn names(names: &[ConnectorName]) -> Vec<&str> {
    names.iter().map(ConnectorName::as_str).collect()
}

#[cfg(test)]
mod tests {
    use connect_core::herder::Status;

    use super::*;

    #[test]
    fn version_and_trace() {
        for (version, trace, want) in [
            (Some("4.3.1"), None, r#"{"state":"FAILED","worker_id":"h:1","version":"4.3.1"}"#),
            (Some("undefined"), Some(""), r#"{"state":"FAILED","worker_id":"h:1"}"#),
            (None, Some("a\nb"), r#"{"state":"FAILED","worker_id":"h:1","version":null,"trace":"a\nb"}"#),
        ] {
            let state = State::new(Status::Failed, "h:1", version, trace);
            assert_eq!(serde_json::to_string(&state).unwrap(), want);
        }
    }

    #[test]
    fn tasks_lead_with_their_id() {
        let task =
            TaskStatus { index: 3, status: Status::Running, worker_id: "h:1".into(), version: None, trace: None };
        let want = r#"{"id":3,"state":"RUNNING","worker_id":"h:1","version":null}"#;
        assert_eq!(serde_json::to_string(&TaskState::from(&task)).unwrap(), want);
    }
}
