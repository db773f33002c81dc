//! Creating, changing, deleting, reconfiguring.

use super::{Case, check};
use crate::herder::standalone::CHANGES_WAITING_MAX;

#[test]
fn histories() {
    check(&[
        (
            "create",
            &[
                ("create:a:1", "validate(a)"),
                ("valid", "start(a 1 Started)"),
                ("started:2", "stop-tasks()"),
                ("tasks-stopped", "start-tasks(a 1 0,1/2) 1=created a-0,a-1"),
                ("runs:a-0 fails:a-1 status:a", "2=RUNNING 0:RUNNING 1:FAILED!"),
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
                ("started:1 tasks-stopped", "stop-tasks() start-tasks(a 1 0/1) 1=created a-0 validate(a)"),
                ("valid", "2!Connector a already exists"),
            ],
        ),
        (
            "it starts badly: it exists, and can be mended",
            &[
                ("create:a:1 valid unstarted", "validate(a) start(a 1 Started) 1!why"),
                ("status:a names", "2=FAILED! 3=[a]"),
                ("put:a:2 valid", "validate(a) stop(a)"),
                (
                    "stopped started:1 tasks-stopped",
                    "start(a 2 Started) stop-tasks() start-tasks(a 2 0/1) 4=changed a-0",
                ),
                ("status:a", "5=RUNNING"),
            ],
        ),
        (
            "put: connector and tasks restart",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
                ),
                ("runs:a-0 put:a:2 valid", "validate(a) stop(a)"),
                ("stopped started:2", "start(a 2 Started) stop-tasks(a-0)"),
                ("tasks-stopped", "start-tasks(a 2 0,1/2) 2=changed a-0,a-1"),
                ("status:a", "3=RUNNING"),
            ],
        ),
        (
            "put of the same: tasks go on",
            &[
                (
                    "put:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
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
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
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
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
                ),
                ("put:a:2 valid stopped unstarted", "validate(a) stop(a) start(a 2 Started) 2!why"),
                ("status:a", "3=FAILED! 0:RUNNING"),
                ("put:a:2 valid stopped started:1", "validate(a) stop(a) start(a 2 Started) stop-tasks(a-0)"),
                ("tasks-stopped", "start-tasks(a 2 0/1) 4=changed a-0"),
            ],
        ),
        (
            "delete",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
                ),
                ("delete:a status:a", "stop-tasks(a-0) 3=RUNNING"),
                ("tasks-stopped stopped", "stop(a) forget(a) 2=done"),
                ("runs:a-0 status:a names", "4!No status found for connector a 5=[]"),
                ("delete:a", "6!Connector a not found"),
                ("create:a:3 valid started:0 tasks-stopped", "validate(a) start(a 3 Started) stop-tasks() 7=created "),
            ],
        ),
        (
            "an initial state lasts through put",
            &[
                ("create-paused:a:1 valid started:0 tasks-stopped", "validate(a) start(a 1 Paused) 1=created "),
                ("status:a tasks:a", "2=PAUSED 3=0 tasks"),
                ("put:a:2 valid stopped", "validate(a) stop(a) start(a 2 Paused)"),
                ("started:0 tasks-stopped", "4=changed "),
                ("create-stopped:b:1 valid started:0 tasks-stopped", "validate(b) start(b 1 Stopped) 5=created "),
                ("status:b", "6=STOPPED"),
            ],
        ),
        (
            "but not beyond delete",
            &[
                ("create-paused:a:1 valid started:0 tasks-stopped", "validate(a) start(a 1 Paused) 1=created "),
                ("delete:a put:a:2", "stop-tasks()"),
                ("tasks-stopped stopped valid", "stop(a) forget(a) 2=done validate(a) start(a 2 Started)"),
            ],
        ),
        (
            "reconfiguration",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
                ),
                ("reconfigure:a made:1", "make(a)"), // the same work: nothing happens
                ("reconfigure:a made:2", "make(a) stop-tasks(a-0)"),
                ("reconfigure:a reconfigure:a tasks-stopped", "start-tasks(a 1 0,1/2) make(a)"), // two that wait are one
                ("unmade status:a", "2=FAILED!"),
                ("reconfigure:a reconfigure:b", ""),
            ],
        ),
        (
            "a connector fails by itself",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped runs:a-0",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
                ),
                ("failed:a failed:b status:a", "2=FAILED! 0:RUNNING"),
            ],
        ),
        (
            "reports of tasks that are not there",
            &[
                (
                    "create:a:1 valid started:1 tasks-stopped",
                    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0/1) 1=created a-0",
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
    ]);
}

#[test]
fn changes_wait_but_not_without_bound() {
    let mut case = Case::new();
    assert_eq!(case.play("create:a:1"), ["validate(a)"]);
    for _ in 0..CHANGES_WAITING_MAX {
        assert!(case.play("put:a:2").is_empty());
    }
    let busy = "This worker has too many requests to carry out; please try again later";
    for change in ["create:b:1", "delete:a", "pause:a", "restart-all:a", "reset:a"] {
        let id = case.asked + 1;
        assert_eq!(case.play(change), [format!("{id}!{busy}")], "{change}");
    }
    assert_eq!(case.play("names"), [format!("{}=[]", case.asked)], "questions are answered");
    case.play("invalid");
    assert!(case.play("create:b:1").is_empty(), "there is a place again");
}
