//! A language of short words for what happens to the herder and what it calls for, and histories told in it.

mod histories;
mod lifecycle;
mod random;

use connect_api::ConnectError;
use connect_config::Props;

use super::*;
use crate::{ConnectorName, TaskId};

/// A herder, what was asked of it, and what it has called for.
struct Case {
    herder: StandaloneHerder,
    asked: u64,
    /// Actions since the last look, in short words.
    seen: Vec<String>,
}

impl Case {
    fn new() -> Self {
        Self { herder: StandaloneHerder::new("w:1".to_owned()), asked: 0, seen: Vec::new() }
    }

    fn ask(&mut self, command: Command) {
        self.asked += 1;
        self.event(Event::Asked(RequestId(self.asked), command));
    }

    fn event(&mut self, event: Event) {
        self.seen.extend(self.herder.step(event).iter().map(words));
    }

    /// Events by their words, see [`given`].
    fn play(&mut self, words: &str) -> Vec<String> {
        for word in words.split_whitespace() {
            match given(word) {
                Given::Ask(command) => self.ask(command),
                Given::Happen(event) => self.event(event),
            }
        }
        std::mem::take(&mut self.seen)
    }
}

enum Given {
    Ask(Command),
    Happen(Event),
}

fn name(text: &str) -> ConnectorName {
    ConnectorName::new(text)
}

fn config(of: &str, value: &str) -> Props {
    Props::from([("name", of), ("value", value)])
}

fn tasks(count: usize) -> Vec<Props> {
    (0..count).map(|index| Props::from([("task", index.to_string().as_str())])).collect()
}

fn task(id: &str) -> TaskId {
    let (connector, index) = id.split_once('-').unwrap();
    TaskId { connector: name(connector), index: index.parse().unwrap() }
}

/// `value=2` sets, `value` removes.
fn patch(text: &str) -> Props {
    let (key, value) = text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value)));
    Props::from_iter([(key, value)])
}

fn restart(of: &str, include_tasks: bool, only_failed: bool) -> Command {
    Command::Restart { name: name(of), include_tasks, only_failed }
}

/// `create:a:1` creates connector `a` with configuration 1; `valid`, `started:2` and so on are answers of the worker.
fn given(word: &str) -> Given {
    let (verb, rest) = word.split_once(':').unwrap_or((word, ""));
    let (first, second) = rest.split_once(':').unwrap_or((rest, ""));
    let create = |initial_state| Command::Create { name: name(first), config: config(first, second), initial_state };
    let changed = |status, trace: Option<&str>| {
        let (version, trace) = (Some("1".to_owned()), trace.map(str::to_owned));
        Event::TaskChanged { id: task(first), status, version, trace }
    };
    let why = || ConnectError::connect("why");
    match verb {
        "create" => Given::Ask(create(TargetState::Started)),
        "create-paused" => Given::Ask(create(TargetState::Paused)),
        "create-stopped" => Given::Ask(create(TargetState::Stopped)),
        "put" => Given::Ask(Command::PutConfig { name: name(first), config: config(first, second) }),
        "delete" => Given::Ask(Command::Delete(name(first))),
        "names" => Given::Ask(Command::Connectors),
        "info" => Given::Ask(Command::Connector(name(first))),
        "config" => Given::Ask(Command::ConnectorConfig(name(first))),
        "status" => Given::Ask(Command::ConnectorStatus(name(first))),
        "tasks" => Given::Ask(Command::Tasks(name(first))),
        "ping" => Given::Ask(Command::Ping),
        "patch" => Given::Ask(Command::PatchConfig { name: name(first), patch: patch(second) }),
        "pause" => Given::Ask(Command::SetTargetState(name(first), TargetState::Paused)),
        "resume" => Given::Ask(Command::SetTargetState(name(first), TargetState::Started)),
        "stop" => Given::Ask(Command::SetTargetState(name(first), TargetState::Stopped)),
        "restart" => Given::Ask(Command::RestartConnector(name(first))),
        "restart-all" => Given::Ask(restart(first, true, false)),
        "restart-failed" => Given::Ask(restart(first, true, true)),
        "restart-failed-connector" => Given::Ask(restart(first, false, true)),
        "restart-task" => Given::Ask(Command::RestartTask(task(first))),
        "task" => Given::Ask(Command::TaskStatus(task(first))),
        "topics" => Given::Ask(Command::Topics(name(first))),
        "reset-topics" => Given::Ask(Command::ResetTopics(name(first))),
        "offsets" => Given::Ask(Command::Offsets(name(first))),
        "alter" => Given::Ask(Command::AlterOffsets { name: name(first), offsets: vec![(None, None)] }),
        "alter-nothing" => Given::Ask(Command::AlterOffsets { name: name(first), offsets: Vec::new() }),
        "reset" => Given::Ask(Command::ResetOffsets(name(first))),
        "modified" => Given::Happen(Event::OffsetsModified(Ok("well".to_owned()))),
        "unmodified" => Given::Happen(Event::OffsetsModified(Err(HerderError::Failed("no".to_owned())))),
        "looked-up" => Given::Happen(Event::LookedUp(RequestId(first.parse().unwrap()), Ok(Reply::Done))),
        "valid" => Given::Happen(Event::Validated(Ok((ConnectorType::Source, "1".to_owned())))),
        "invalid" => Given::Happen(Event::Validated(Err(HerderError::BadRequest("bad".to_owned())))),
        "started" => {
            Given::Happen(Event::ConnectorStarted(Ok(Started { task_configs: tasks(first.parse().unwrap()) })))
        }
        "unstarted" => Given::Happen(Event::ConnectorStarted(Err(why()))),
        "stopped" => Given::Happen(Event::ConnectorStopped),
        "made" => Given::Happen(Event::TaskConfigsMade(Ok(tasks(first.parse().unwrap())))),
        "unmade" => Given::Happen(Event::TaskConfigsMade(Err(why()))),
        "tasks-stopped" => Given::Happen(Event::TasksStopped),
        "reconfigure" => Given::Happen(Event::ReconfigurationRequested(name(first))),
        "expired" => Given::Happen(Event::ConfigExpired(name(first))),
        "failed" => Given::Happen(Event::ConnectorFailed(name(first), why())),
        "runs" => Given::Happen(changed(Status::Running, None)),
        "pauses" => Given::Happen(changed(Status::Paused, None)),
        "ends" => Given::Happen(changed(Status::Unassigned, None)),
        "fails" => Given::Happen(changed(Status::Failed, Some("trace"))),
        other => panic!("{other}?"),
    }
}

fn words(action: &Action) -> String {
    match action {
        Action::Reply(RequestId(id), Ok(reply)) => format!("{id}={}", reply_words(reply)),
        Action::Reply(RequestId(id), Err(error)) => format!("{id}!{error}"),
        Action::Validate { name, .. } => format!("validate({name})"),
        Action::StartConnector { name, config, target } => {
            format!("start({name} {} {target:?})", config.get("value").unwrap_or("-"))
        }
        Action::StopConnector(name) => format!("stop({name})"),
        Action::MakeTaskConfigs(name) => format!("make({name})"),
        Action::StartTasks(start) => {
            let indices: Vec<_> = start.configs.iter().map(|(index, _)| *index).collect();
            let (name, value) = (&start.name, start.connector_config.get("value").unwrap_or("-"));
            let target = match start.target {
                TargetState::Started => String::new(),
                other => format!(" {other:?}"),
            };
            format!("start-tasks({name} {value} {}/{}{target})", joined(&indices), start.task_count)
        }
        Action::SetTasksTarget(name, target) => format!("tell({name} {target:?})"),
        Action::ModifyOffsets { name, offsets: Some(_), .. } => format!("alter({name})"),
        Action::ModifyOffsets { name, offsets: None, .. } => format!("reset({name})"),
        Action::LookUp(RequestId(id), LookUp::Offsets { name, .. }) => format!("{id}?offsets({name})"),
        Action::LookUp(RequestId(id), LookUp::Topics(name)) => format!("{id}?topics({name})"),
        Action::LookUp(RequestId(id), LookUp::ResetTopics(name)) => format!("{id}?reset-topics({name})"),
        Action::Forget(name) => format!("forget({name})"),
        Action::StopTasks(ids) => format!("stop-tasks({})", joined(ids)),
    }
}

fn reply_words(reply: &Reply) -> String {
    match reply {
        Reply::Done => "done".to_owned(),
        Reply::Names(names) => format!("[{}]", joined(names)),
        Reply::Info(info) => format!("info({} [{}])", info.config.get("value").unwrap(), joined(&info.tasks)),
        Reply::Config(config) => config.get("value").unwrap().to_owned(),
        Reply::Status(status) => {
            let trace = |trace: &Option<String>| if trace.is_some() { "!" } else { "" };
            let shown = |task: &TaskStatus| format!(" {}:{}{}", task.index, task.status, trace(&task.trace));
            let states = status.tasks.iter().map(shown);
            format!("{}{}{}", status.status, trace(&status.trace), states.collect::<String>())
        }
        Reply::TaskStatus(task) => task.status.to_string(),
        Reply::Topics(topics) => joined(topics),
        Reply::Offsets(offsets) => format!("{} offsets", offsets.len()),
        Reply::Message(text) => text.clone(),
        Reply::Tasks(tasks) => format!("{} tasks", tasks.len()),
        Reply::Put { created, info } => {
            format!("{} {}", if *created { "created" } else { "changed" }, joined(&info.tasks))
        }
    }
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// Tells each history to a herder of its own, and compares what it calls for.
fn check(histories: &[(&str, &[(&str, &str)])]) {
    for (what, steps) in histories {
        let mut case = Case::new();
        for (given, want) in *steps {
            assert_eq!(case.play(given).join(" "), *want, "{what}: {given}");
        }
    }
}
