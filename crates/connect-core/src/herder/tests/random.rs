//! Random histories: what holds in all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

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
        Action::ModifyOffsets { .. } => &["modified", "unmodified"],
        Action::Reply(..)
        | Action::StartTasks(_)
        | Action::SetTasksTarget(..)
        | Action::LookUp(..)
        | Action::Forget(_) => &[],
    }
}

/// What holds in every history, checked action by action.
#[derive(Default)]
struct Watch {
    open: BTreeSet<u64>,
    /// The answers to the one action under way.
    under_way: Option<&'static [&'static str]>,
    looked_up: Vec<u64>,
    running: BTreeSet<TaskId>,
    connectors: BTreeSet<ConnectorName>,
    /// What one knows who looks only at what has changed.
    followed: Looks,
}

impl Watch {
    fn act(&mut self, action: &Action) {
        let answers = answers(action);
        if !answers.is_empty() {
            assert!(self.under_way.replace(answers).is_none(), "two at once: {action:?}");
        }
        match action {
            Action::Reply(RequestId(id), _) => assert!(self.open.remove(id), "a second reply: {action:?}"),
            Action::StartTasks(start) => {
                let id = |&(index, _): &(u32, Props)| TaskId { connector: start.name.clone(), index };
                let ids = start.configs.iter().map(id);
                ids.for_each(|id| assert!(self.running.insert(id.clone()), "{id} runs already"));
            }
            Action::StopTasks(ids) => ids.iter().for_each(|id| assert!(self.running.remove(id), "{id} does not run")),
            Action::StartConnector { target, .. } if *target != TargetState::Started => {}
            Action::StartConnector { name, .. } => {
                assert!(self.connectors.insert(name.clone()), "{name} was not stopped");
            }
            Action::StopConnector(name) => drop(self.connectors.remove(name)),
            Action::MakeTaskConfigs(name) => assert!(self.connectors.contains(name), "{name} does not run"),
            Action::Forget(name) => assert!(!self.connectors.contains(name), "{name} runs"),
            Action::ModifyOffsets { name, .. } => {
                assert!(!self.connectors.contains(name), "{name} runs");
                assert!(!self.running.iter().any(|task| task.connector == *name), "{name} has tasks");
            }
            Action::LookUp(RequestId(id), _) => self.looked_up.push(*id),
            Action::Validate { .. } | Action::SetTasksTarget(..) => {}
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
        "patch:a:value=2",
        "patch:b:value",
        "pause:a",
        "pause:b",
        "resume:a",
        "resume:b",
        "stop:a",
        "stop:b",
        "restart:a",
        "restart-all:a",
        "restart-all:b",
        "restart-failed:a",
        "restart-failed-connector:b",
        "restart-task:a-0",
        "restart-task:a-1",
        "restart-task:b-7",
        "offsets:a",
        "topics:a",
        "alter:a",
        "reset:b",
    ];
    const REPORTS: &[&str] = &[
        "reconfigure:a",
        "reconfigure:b",
        "expired:a",
        "expired:b",
        "failed:a",
        "runs:a-0",
        "fails:a-1",
        "pauses:a-0",
        "ends:b-0",
        "runs:b-2",
        "runs:c-0",
    ];
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
            follow(&mut case.herder, &mut watch.followed);
            assert_eq!(watch.followed, looks(&case.herder), "seed {seed}: after {word}");
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
        for id in std::mem::take(&mut watch.looked_up) {
            step(&format!("looked-up:{id}"), &mut case, &mut watch);
        }
        assert!(watch.open.is_empty(), "seed {seed}: without a reply: {:?}", watch.open);
        assert_eq!(case.herder.tasks().into_iter().collect::<BTreeSet<_>>(), watch.running, "seed {seed}");
        assert!(watch.connectors.is_subset(&case.herder.connectors().into_iter().collect()), "seed {seed}");
        assert!(case.herder.unsettled().is_empty(), "seed {seed}: {:?}", case.herder.unsettled());
    }
}

type Looks = BTreeMap<ConnectorName, ConnectorStatus>;

/// Looks only at what is said to have changed.
fn follow(herder: &mut StandaloneHerder, followed: &mut Looks) {
    for name in herder.take_changed() {
        match herder.look_at(&name) {
            Some((status, _)) => drop(followed.insert(name, status)),
            None => drop(followed.remove(&name)),
        }
    }
}

fn looks(herder: &StandaloneHerder) -> Looks {
    let look = |name: ConnectorName| herder.look_at(&name).map(|(status, _)| (name, status));
    herder.connectors().into_iter().filter_map(look).collect()
}
