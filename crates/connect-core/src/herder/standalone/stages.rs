//! What each stage of a course calls for, and what becomes of the worker's answers.

use connect_api::ConnectError;
use connect_config::Props;

use super::connector::Connector;
use super::course::{Answer, Awaited, Course, Stage};
use super::{Action, Event, StandaloneHerder, StartTasks, Started};
use crate::TaskId;
use crate::herder::{ConnectorType, HerderError, Reply, TargetState};

impl StandaloneHerder {
    pub(super) fn enter(&mut self, course: &mut Course, stage: Stage, actions: &mut Vec<Action>) {
        let name = course.name.clone();
        match stage {
            Stage::Validate { config, initial } => {
                actions.push(Action::Validate { name, config: config.clone() });
                course.awaited = Some(Awaited::Validation { config, initial });
            }
            Stage::StopConnector => {
                actions.push(Action::StopConnector(name));
                course.awaited = Some(Awaited::ConnectorStopped);
            }
            Stage::StartConnector { target } => {
                let Some(connector) = self.connectors.get(&name) else { return };
                actions.push(Action::StartConnector { name, config: connector.config.clone(), target });
                course.awaited = Some(Awaited::ConnectorStarted { target });
            }
            Stage::MakeTaskConfigs => {
                actions.push(Action::MakeTaskConfigs(name));
                course.awaited = Some(Awaited::TaskConfigs);
            }
            Stage::StopTasks(indices) => {
                let id = |&index: &u32| TaskId { connector: name.clone(), index };
                actions.push(Action::StopTasks(indices.iter().map(id).collect()));
                course.down.extend(indices);
                course.awaited = Some(Awaited::TasksStopped);
            }
            Stage::SwapTasks => self.swap_tasks(course, actions),
            Stage::ReplaceTasks(configs) => self.replace_tasks(course, configs, actions),
            Stage::TellTasks(target) => actions.push(Action::SetTasksTarget(name, target)),
            Stage::ForgetTasks => {
                course.down.clear();
                self.of(course, Connector::forget_tasks);
            }
            Stage::Settle(status) => self.of(course, |connector| connector.become_status(status)),
            Stage::Forget => {
                self.connectors.remove(&name);
                actions.push(Action::Forget(name));
            }
            Stage::ModifyOffsets(offsets) => {
                let Some(connector) = self.connectors.get(&name) else { return };
                actions.push(Action::ModifyOffsets { name, config: connector.config.clone(), offsets });
                course.awaited = Some(Awaited::OffsetsModified);
            }
        }
    }

    /// An answer that nothing waits for changes nothing.
    pub(super) fn on_answer(&mut self, answer: Event) {
        let Some(mut course) = self.course.take() else { return };
        match (course.awaited.take(), answer) {
            (Some(Awaited::Validation { config, initial }), Event::Validated(validated)) => {
                self.on_validated(&mut course, config, initial, validated);
            }
            (Some(Awaited::ConnectorStopped), Event::ConnectorStopped)
            | (Some(Awaited::TasksStopped), Event::TasksStopped) => {}
            (Some(Awaited::ConnectorStarted { target }), Event::ConnectorStarted(started)) => {
                self.on_started(&mut course, target, started);
            }
            (Some(Awaited::TaskConfigs), Event::TaskConfigsMade(made)) => match made {
                Ok(configs) => course.configs = Some(configs),
                Err(error) => self.of(&course, |connector| connector.fail(&error)),
            },
            (Some(Awaited::OffsetsModified), Event::OffsetsModified(modified)) => {
                course.answer = match (modified, &course.answer) {
                    (Ok(text), Answer::Message(request, _)) => Answer::Message(*request, text),
                    (Ok(_), _) => Answer::Nobody,
                    (Err(error), answer) => answer.failed(error),
                };
            }
            (awaited, _) => course.awaited = awaited,
        }
        self.course = Some(course);
    }

    /// Stores the new configuration; the connector starts, after the running one has stopped. One that exists keeps its
    /// target state.
    fn on_validated(
        &mut self,
        course: &mut Course,
        config: Props,
        initial: Option<TargetState>,
        validated: Result<(ConnectorType, String), HerderError>,
    ) {
        let (connector_type, version) = match validated.and_then(|valid| self.admit(course, initial).map(|()| valid)) {
            Ok(valid) => valid,
            Err(error) => return course.answer = course.answer.failed(error),
        };
        if let Some(connector) = self.connectors.get_mut(&course.name) {
            connector.config = config;
            (connector.connector_type, connector.version) = (connector_type, Some(version));
            let target = connector.target;
            return course.insert([Stage::StopConnector, Stage::StartConnector { target }, Stage::SwapTasks]);
        }
        let target = initial.unwrap_or_default();
        let connector = Connector::new(config, target, connector_type, Some(version));
        self.connectors.insert(course.name.clone(), connector);
        if let Answer::Put { created, .. } = &mut course.answer {
            *created = true;
        }
        course.insert([Stage::StartConnector { target }, Stage::SwapTasks]);
    }

    fn admit(&self, course: &Course, initial: Option<TargetState>) -> Result<(), HerderError> {
        if initial.is_some() && self.connectors.contains_key(&course.name) {
            return Err(HerderError::AlreadyExists(format!("Connector {} already exists", course.name)));
        }
        Ok(())
    }

    fn on_started(&mut self, course: &mut Course, target: TargetState, started: Result<Started, ConnectError>) {
        match started {
            Ok(started) => {
                self.of(course, |connector| connector.become_status(target.settled()));
                course.configs = (target == TargetState::Started).then_some(started.task_configs);
            }
            Err(error) => {
                self.of(course, |connector| connector.fail(&error));
                let message = error.message().unwrap_or(error.class()).to_owned();
                course.answer = course.answer.failed(HerderError::Failed(message));
            }
        }
    }

    fn swap_tasks(&mut self, course: &mut Course, actions: &mut Vec<Action>) {
        let Some(connector) = self.connectors.get(&course.name) else { return };
        match course.configs.take() {
            // A target state that was changed meanwhile has its own course, which waits.
            Some(configs) if connector.target == TargetState::Started && !connector.runs_with(&configs) => {
                let mut up = connector.indices();
                up.retain(|index| !course.down.contains(index));
                course.insert([Stage::StopTasks(up), Stage::ReplaceTasks(configs)]);
            }
            _ => {
                let down = std::mem::take(&mut course.down);
                push_start(connector.start(&course.name, down), actions);
            }
        }
    }

    fn replace_tasks(&mut self, course: &mut Course, configs: Vec<Props>, actions: &mut Vec<Action>) {
        course.down.clear();
        let Some(connector) = self.connectors.get_mut(&course.name) else { return };
        connector.replace_tasks(configs);
        push_start(connector.start(&course.name, connector.indices()), actions);
    }

    pub(super) fn finish(&self, course: Course, actions: &mut Vec<Action>) {
        let (request, reply) = match course.answer {
            Answer::Nobody => return,
            Answer::Done(request) => (request, Ok(Reply::Done)),
            Answer::Put { request, created } => {
                let info = self.get(&course.name).map(|connector| connector.info(&course.name));
                (request, info.map(|info| Reply::Put { created, info }))
            }
            Answer::Message(request, text) => (request, Ok(Reply::Message(text))),
            Answer::Failed(request, error) => (request, Err(error)),
        };
        actions.push(Action::Reply(request, reply));
    }

    /// Changes the connector that the course is about, unless it has been deleted.
    fn of(&mut self, course: &Course, change: impl FnOnce(&mut Connector)) {
        if let Some(connector) = self.connectors.get_mut(&course.name) {
            change(connector);
        }
    }
}

fn push_start(start: StartTasks, actions: &mut Vec<Action>) {
    if !start.configs.is_empty() {
        actions.push(Action::StartTasks(start));
    }
}
