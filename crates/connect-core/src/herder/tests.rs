//! Histories of the standalone herder, and random ones.

use std::collections::BTreeSet;

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
        "failed" => Given::Happen(Event::ConnectorFailed(name(first), why())),
        "runs" => Given::Happen(changed(Status::Running, None)),
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
            format!("start({name} {} {target:?})", config.get("value").unwrap())
        }
        Action::StopConnector(name) => format!("stop({name})"),
        Action::MakeTaskConfigs(name) => format!("make({name})"),
        Action::StartTasks { name, connector_config, configs, .. } => {
            format!("start-tasks({name} {} {})", connector_config.get("value").unwrap(), configs.len())
        }
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
            let states = status.tasks.iter().map(|task| format!(" {}:{}", task.index, task.status));
            format!("{}{}", status.status, states.collect::<String>())
        }
        Reply::Tasks(tasks) => format!("{} tasks", tasks.len()),
        Reply::Put { created, info } => {
            format!("{} {}", if *created { "created" } else { "changed" }, joined(&info.tasks))
        }
    }
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[test]
fn histories() {
    for (what, steps) in [
        (
            "create",
            &[
                ("create:a:1", "validate(a)"),
                ("valid", "start(a 1 Started)"),
                ("started:2", "stop-tasks()"),
                ("tasks-stopped", "start-tasks(a 1 2) 1=created a-0,a-1"),
                ("runs:a-0 fails:a-1 status:a", "2=RUNNING 0:RUNNING 1:FAILED"),
                ("names config:a info:a tasks:a ping", "3=[a] 4=1 5=info(1 [a-0,a-1]) 6=2 tasks 7=done"),
            ][..],
        ),
        (
            "invalid: nothing remains",
            &[
                ("create:a:1 invalid", "validate(a) 1!bad"),
                ("names status:a info:a", "2=[] 3!No status found for connector a 4!Connector a not found"),
                (
                    "config:a tasks:a delete:a",
                    "5!Connector a not found 6!Connector a not found 7!Connector a not found",
                ),
            ],
        ),
        (
            "one of that name",
            &[
                ("create:a:1 valid started:0 tasks-stopped", "validate(a) start(a 1 Started) stop-tasks() 1=created "),
                ("create:a:2 valid", "validate(a) 2!Connector a already exists"),
                ("config:a", "3=1"),
            ],
        ),
        (
            "two at once: the second finds the first",
            &[
                ("create:a:1 create:a:2 valid", "validate(a) start(a 1 Started)"),
                ("started:1 tasks-stopped", "stop-tasks() start-tasks(a 1 1) 1=created a-0 validate(a)"),
                ("valid", "2!Connector a already exists"),
            ],
        ),
        (
            "it starts badly: it exists, and can be mended",
            &[
                ("create:a:1 valid unstarted", "validate(a) start(a 1 Started) 1!why"),
                ("status:a names", "2=FAILED 3=[a]"),
                ("put:a:2 valid", "validate(a) stop(a)"),
                ("stopped started:1 tasks-stopped", "start(a 2 Started) stop-tasks() start-tasks(a 2 1) 4=changed a-0"),
                ("status:a", "5=RUNNING"),
            ],
        ),
        (
            "put: connector and tasks restart",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("runs:a-0 put:a:2 valid", "validate(a) stop(a)"),
                ("stopped started:2", "start(a 2 Started) stop-tasks(a-0)"),
                ("tasks-stopped", "start-tasks(a 2 2) 2=changed a-0,a-1"),
                ("status:a", "3=RUNNING"),
            ],
        ),
        (
            "put of the same: tasks go on",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("put:a:1 valid stopped started:1", "validate(a) stop(a) start(a 1 Started) 2=changed a-0"),
                ("status:a", "3=RUNNING 0:RUNNING"),
            ],
        ),
        (
            "put that is invalid: the old one goes on",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("put:a:2 invalid", "validate(a) 2!bad"),
                ("config:a status:a", "3=1 4=RUNNING 0:RUNNING"),
            ],
        ),
        (
            "put that starts badly: old tasks go on, and are replaced later",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("put:a:2 valid stopped unstarted", "validate(a) stop(a) start(a 2 Started) 2!why"),
                ("status:a", "3=FAILED 0:RUNNING"),
                ("put:a:2 valid stopped started:1", "validate(a) stop(a) start(a 2 Started) stop-tasks(a-0)"),
                ("tasks-stopped", "start-tasks(a 2 1) 4=changed a-0"),
            ],
        ),
        (
            "delete",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("delete:a status:a", "stop-tasks(a-0) 3=RUNNING"),
                ("tasks-stopped stopped", "stop(a) 2=done"),
                ("runs:a-0 status:a names", "4!No status found for connector a 5=[]"),
                ("delete:a", "6!Connector a not found"),
                ("create:a:3 valid started:0 tasks-stopped", "validate(a) start(a 3 Started) stop-tasks() 7=created "),
            ],
        ),
        (
            "an initial state lasts through put",
            &[
                (
                    "create-paused:a:1 valid started:0 tasks-stopped",
                    "validate(a) start(a 1 Paused) stop-tasks() 1=created ",
                ),
                ("status:a tasks:a", "2=PAUSED 3=0 tasks"),
                ("put:a:2 valid stopped", "validate(a) stop(a) start(a 2 Paused)"),
                ("started:0 tasks-stopped", "stop-tasks() 4=changed "),
                (
                    "create-stopped:b:1 valid started:0 tasks-stopped",
                    "validate(b) start(b 1 Stopped) stop-tasks() 5=created ",
                ),
                ("status:b", "6=STOPPED"),
            ],
        ),
        (
            "but not beyond delete",
            &[
                (
                    "create-paused:a:1 valid started:0 tasks-stopped",
                    "validate(a) start(a 1 Paused) stop-tasks() 1=created ",
                ),
                ("delete:a put:a:2", "stop-tasks()"),
                ("tasks-stopped stopped valid", "stop(a) 2=done validate(a) start(a 2 Started)"),
            ],
        ),
        (
            "reconfiguration",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("reconfigure:a made:1", "make(a)"), // the same work: nothing happens
                ("reconfigure:a made:2", "make(a) stop-tasks(a-0)"),
                ("reconfigure:a reconfigure:a tasks-stopped", "start-tasks(a 1 2) make(a)"), // two that wait are one
                ("unmade status:a", "2=FAILED"),
                ("reconfigure:a reconfigure:b", ""),
            ],
        ),
        (
            "a connector fails by itself",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("failed:a failed:b status:a", "2=FAILED 0:RUNNING"),
            ],
        ),
        (
            "reports of tasks that are not there",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 1) 1=created a-0",
                ),
                ("runs:a-7 runs:b-0 status:a", "2=RUNNING"),
            ],
        ),
        (
            "answers that nothing waits for",
            &[
                ("valid started:1 stopped made:1 tasks-stopped names", "1=[]"),
                ("create:a:1 stopped started:1 tasks-stopped", "validate(a)"),
                ("valid", "start(a 1 Started)"),
            ],
        ),
        (
            "questions are answered while a change is under way",
            &[
                ("create:a:1 names ping", "validate(a) 2=[] 3=done"),
                ("valid names status:a", "start(a 1 Started) 4=[a] 5=UNASSIGNED"),
            ],
        ),
    ] {
        let mut case = Case::new();
        for (given, want) in steps {
            assert_eq!(case.play(given).join(" "), *want, "{what}: {given}");
        }
    }
}

/// Numbers that one seed repeats (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Which words answer an action; none for those that are not answered.
fn answers(action: &Action) -> &'static [&'static str] {
    match action {
        Action::Validate { .. } => &["valid", "valid", "valid", "invalid"],
        Action::StartConnector { target: TargetState::Started, .. } => {
            &["started:0", "started:1", "started:3", "unstarted"]
        }
        Action::StartConnector { .. } => &["started:0"],
        Action::StopConnector(_) => &["stopped"],
        Action::MakeTaskConfigs(_) => &["made:1", "made:2", "unmade"],
        Action::StopTasks(_) => &["tasks-stopped"],
        Action::Reply(..) | Action::StartTasks { .. } => &[],
    }
}

/// What holds in every history, checked action by action.
#[derive(Default)]
struct Watch {
    open: BTreeSet<u64>,
    /// The answers to the one action under way.
    under_way: Option<&'static [&'static str]>,
    running: BTreeSet<TaskId>,
    connectors: BTreeSet<ConnectorName>,
}

impl Watch {
    fn act(&mut self, action: &Action) {
        let answers = answers(action);
        if !answers.is_empty() {
            assert!(self.under_way.replace(answers).is_none(), "two at once: {action:?}");
        }
        match action {
            Action::Reply(RequestId(id), _) => assert!(self.open.remove(id), "a second reply: {action:?}"),
            Action::StartTasks { name, configs, .. } => {
                let ids = (0..).zip(configs).map(|(index, _)| TaskId { connector: name.clone(), index });
                ids.for_each(|id| assert!(self.running.insert(id.clone()), "{id} runs already"));
            }
            Action::StopTasks(ids) => ids.iter().for_each(|id| assert!(self.running.remove(id), "{id} does not run")),
            Action::StartConnector { name, .. } => {
                assert!(self.connectors.insert(name.clone()), "{name} was not stopped");
            }
            Action::StopConnector(name) => assert!(self.connectors.remove(name), "{name} was not started"),
            Action::Validate { .. } | Action::MakeTaskConfigs(_) => {}
        }
    }
}

#[test]
fn random_histories() {
    const QUESTIONS: &[&str] = &[
        "create:a:1",
        "create:a:2",
        "create-paused:a:1",
        "create-stopped:b:1",
        "create:b:1",
        "put:a:1",
        "put:a:2",
        "put:b:1",
        "put:b:2",
        "delete:a",
        "delete:b",
        "names",
        "info:a",
        "config:b",
        "status:a",
        "tasks:b",
        "ping",
    ];
    const REPORTS: &[&str] =
        &["reconfigure:a", "reconfigure:b", "failed:a", "runs:a-0", "fails:a-1", "runs:b-2", "runs:c-0"];
    for seed in 1..=300 {
        let (mut case, mut watch, mut random) = (Case::new(), Watch::default(), Random(seed));
        let step = |word: &str, case: &mut Case, watch: &mut Watch| {
            let event = match given(word) {
                Given::Happen(event) => event,
                Given::Ask(command) => {
                    case.asked += 1;
                    watch.open.insert(case.asked);
                    Event::Asked(RequestId(case.asked), command)
                }
            };
            case.herder.step(event).iter().for_each(|action| watch.act(action));
        };
        for _ in 0..400 {
            let word = match (random.below(3), watch.under_way) {
                (0, _) => random.pick(QUESTIONS),
                (1, _) => random.pick(REPORTS),
                (_, Some(_)) => random.pick(watch.under_way.take().unwrap()),
                (_, None) => "ping",
            };
            step(word, &mut case, &mut watch);
        }
        while let Some(answers) = watch.under_way.take() {
            step(random.pick(answers), &mut case, &mut watch);
        }
        assert!(watch.open.is_empty(), "seed {seed}: without a reply: {:?}", watch.open);
        assert_eq!(case.herder.tasks().into_iter().collect::<BTreeSet<_>>(), watch.running, "seed {seed}");
        assert_eq!(case.herder.connectors().into_iter().collect::<BTreeSet<_>>(), watch.connectors, "seed {seed}");
    }
}
