//! Pausing, resuming, stopping, restarting, and offsets.

use super::check;

const CREATED: (&str, &str) = (
    "create:a:1 valid started:2 tasks-stopped runs:a-0 runs:a-1",
    "validate(a) start(a 1 Started) stop-tasks() start-tasks(a 1 0,1/2) 1=created a-0,a-1",
);
const FAILED: (&str, &str) = ("create:a:1 valid unstarted", "validate(a) start(a 1 Started) 1!why");

#[test]
fn target_states() {
    check(&[
        (
            "pause and resume: answered at once, tasks stay",
            &[
                CREATED,
                ("pause:a", "2=done tell(a Paused) stop(a)"),
                ("status:a stopped pauses:a-0 status:a", "3=RUNNING 0:RUNNING 1:RUNNING 4=PAUSED 0:PAUSED 1:RUNNING"),
                ("pause:a", "5=done tell(a Paused)"),
                ("resume:a", "6=done start(a 1 Started)"),
                ("started:2 status:a", "tell(a Started) 7=RUNNING 0:PAUSED 1:RUNNING"),
                ("resume:a", "8=done tell(a Started)"),
            ],
        ),
        (
            "a connector that divides its work anew when it is resumed",
            &[
                CREATED,
                (
                    "pause:a stopped resume:a started:1",
                    "2=done tell(a Paused) stop(a) 3=done start(a 1 Started) tell(a Started) stop-tasks(a-0,a-1)",
                ),
                ("tasks-stopped", "start-tasks(a 1 0/1)"),
            ],
        ),
        (
            "stop: answered when it is done, tasks are gone",
            &[
                CREATED,
                ("stop:a", "stop-tasks(a-0,a-1)"),
                ("tasks-stopped ends:a-0 stopped", "stop(a) 2=done"),
                ("status:a tasks:a task:a-0", "3=STOPPED 4=0 tasks 5!No status found for task a-0"),
                ("stop:a tasks-stopped stopped", "stop-tasks() stop(a) 6=done"),
                ("pause:a stopped status:a", "7=done tell(a Paused) stop(a) 8=PAUSED"),
                ("resume:a started:2", "9=done start(a 1 Started) tell(a Started) stop-tasks()"),
                ("tasks-stopped", "start-tasks(a 1 0,1/2)"),
            ],
        ),
        (
            "the target state lasts through put and restart",
            &[
                CREATED,
                ("pause:a stopped put:a:2 valid", "2=done tell(a Paused) stop(a) validate(a) stop(a)"),
                ("stopped started:0 status:a", "start(a 2 Paused) 3=changed a-0,a-1 4=PAUSED 0:RUNNING 1:RUNNING"),
                (
                    "restart:a stopped started:0 status:a",
                    "stop(a) start(a 2 Paused) 5=done 6=PAUSED 0:RUNNING 1:RUNNING",
                ),
                // Only now do the tasks learn of the new configuration.
                ("resume:a started:2", "7=done start(a 2 Started) tell(a Started) stop-tasks(a-0,a-1)"),
                ("tasks-stopped", "start-tasks(a 2 0,1/2)"),
                (
                    "stop:a tasks-stopped stopped put:a:3 valid",
                    "stop-tasks(a-0,a-1) stop(a) 8=done validate(a) stop(a)",
                ),
                ("stopped started:0 status:a", "start(a 3 Stopped) 9=changed  10=STOPPED"),
            ],
        ),
        (
            "a failed connector can be stopped, but not paused or resumed",
            &[
                FAILED,
                ("pause:a status:a", "2=done tell(a Paused) 3=FAILED!"),
                ("resume:a status:a", "4=done tell(a Started) 5=FAILED!"),
                ("stop:a tasks-stopped stopped status:a", "stop-tasks() stop(a) 6=done 7=STOPPED"),
                (
                    "resume:a started:1 tasks-stopped status:a",
                    "8=done start(a 1 Started) tell(a Started) stop-tasks() start-tasks(a 1 0/1) 9=RUNNING",
                ),
            ],
        ),
        (
            "its tasks pause all the same",
            &[CREATED, ("failed:a pause:a pauses:a-0 status:a", "2=done tell(a Paused) 3=FAILED! 0:PAUSED 1:RUNNING")],
        ),
        (
            "one that cannot be resumed",
            &[
                CREATED,
                (
                    "pause:a stopped resume:a unstarted status:a",
                    "2=done tell(a Paused) stop(a) 3=done start(a 1 Started) tell(a Started) 4=FAILED! 0:RUNNING 1:RUNNING",
                ),
            ],
        ),
        (
            "a newer request pre-empts one that has not begun",
            &[
                CREATED,
                ("put:a:2 stop:a", "validate(a)"),
                (
                    "resume:a",
                    "3!Could not begin changing connector state to STOPPED before another request to change state was made; the new request (which is to change the state to STARTED) has pre-empted this one 4=done",
                ),
                ("pause:a valid stopped started:2", "5=done stop(a) start(a 2 Started) stop-tasks(a-0,a-1)"),
                ("tasks-stopped", "start-tasks(a 2 0,1/2) 2=changed a-0,a-1 tell(a Paused) stop(a)"),
            ],
        ),
        (
            "a pause that is taken back before its turn changes nothing",
            &[
                ("create:a:1 valid put:b:1 pause:a started:2", "validate(a) start(a 1 Started) 3=done stop-tasks()"),
                ("tasks-stopped", "start-tasks(a 1 0,1/2) 1=created a-0,a-1 validate(b)"),
                ("resume:a invalid status:a", "4=done 2!bad tell(a Started) 5=RUNNING"),
            ],
        ),
        (
            "a target that changes while the connector starts",
            &[
                ("create:a:1 valid pause:a started:2", "validate(a) start(a 1 Started) 2=done stop-tasks()"),
                ("tasks-stopped", "start-tasks(a 1 0,1/2) 1=created a-0,a-1 tell(a Paused) stop(a)"),
                ("stopped status:a resume:a", "3=PAUSED 4=done start(a 1 Started)"),
                ("started:2 stop:a tasks-stopped", "tell(a Started) stop-tasks(a-0,a-1) stop(a)"),
                ("stopped", "5=done"),
            ],
        ),
        (
            "what does not exist",
            &[
                (
                    "pause:a resume:a stop:a",
                    "1!Unknown connector a 2!Unknown connector a 3!No connector `a` configured",
                ),
                (
                    "create:a:1 valid started:0 tasks-stopped delete:a stop:a tasks-stopped stopped",
                    "validate(a) start(a 1 Started) stop-tasks() 4=created  stop-tasks() stop(a) forget(a) 5=done 6!Connector a not found",
                ),
            ],
        ),
    ]);
}

#[test]
fn restarts() {
    check(&[
        (
            "the instance alone",
            &[
                CREATED,
                ("restart:a stopped started:2", "stop(a) start(a 1 Started) 2=done"),
                ("restart:a stopped started:1", "stop(a) start(a 1 Started) stop-tasks(a-0,a-1)"),
                ("tasks-stopped", "start-tasks(a 1 0/1) 3=done"),
                ("restart:a stopped unstarted status:a", "stop(a) start(a 1 Started) 4!why 5=FAILED!"),
                ("restart:a stopped started:1 status:a", "stop(a) start(a 1 Started) 6=done 7=RUNNING"),
            ],
        ),
        (
            "with its tasks",
            &[
                CREATED,
                (
                    "fails:a-1 restart-all:a status:a",
                    "2=RESTARTING 0:RESTARTING 1:RESTARTING! stop-tasks(a-0,a-1) 3=RESTARTING 0:RESTARTING 1:RESTARTING",
                ),
                ("ends:a-0 tasks-stopped stopped started:2", "stop(a) start(a 1 Started) start-tasks(a 1 0,1/2)"),
                ("runs:a-0 runs:a-1 status:a", "4=RUNNING 0:RUNNING 1:RUNNING"),
            ],
        ),
        (
            "what has failed",
            &[
                CREATED,
                ("restart-failed:a", "2=RUNNING 0:RUNNING 1:RUNNING"),
                ("fails:a-1 restart-failed-connector:a", "3=RUNNING 0:RUNNING 1:FAILED!"),
                (
                    "restart-failed:a tasks-stopped",
                    "4=RUNNING 0:RUNNING 1:RESTARTING! stop-tasks(a-1) start-tasks(a 1 1/2)",
                ),
                (
                    "runs:a-1 failed:a restart-failed:a stopped",
                    "5=RESTARTING! 0:RUNNING 1:RUNNING stop(a) start(a 1 Started)",
                ),
                ("started:2 status:a", "6=RUNNING 0:RUNNING 1:RUNNING"),
            ],
        ),
        (
            "a connector that does not come back: its tasks do",
            &[
                CREATED,
                (
                    "restart-all:a tasks-stopped stopped unstarted",
                    "2=RESTARTING 0:RESTARTING 1:RESTARTING stop-tasks(a-0,a-1) stop(a) start(a 1 Started) start-tasks(a 1 0,1/2)",
                ),
                ("status:a", "3=FAILED! 0:RESTARTING 1:RESTARTING"),
            ],
        ),
        (
            "some tasks are down when the work is divided anew",
            &[
                CREATED,
                (
                    "failed:a fails:a-1 restart-failed:a tasks-stopped",
                    "2=RESTARTING! 0:RUNNING 1:RESTARTING! stop-tasks(a-1) stop(a)",
                ),
                ("stopped started:1 tasks-stopped", "start(a 1 Started) stop-tasks(a-0) start-tasks(a 1 0/1)"),
            ],
        ),
        (
            "one task",
            &[
                CREATED,
                ("restart-task:a-1 tasks-stopped", "stop-tasks(a-1) start-tasks(a 1 1/2) 2=done"),
                ("restart-task:a-2", "3!Task a-2 not found"),
                (
                    "pause:a stopped restart-task:a-0 tasks-stopped",
                    "4=done tell(a Paused) stop(a) stop-tasks(a-0) start-tasks(a 1 0/2 Paused) 5=done",
                ),
                ("task:a-0 task:a-7", "6=RUNNING 7!No status found for task a-7"),
            ],
        ),
        (
            "values that have expired",
            &[
                CREATED,
                ("expired:a tasks-stopped stopped", "stop-tasks(a-0,a-1) stop(a) start(a 1 Started)"),
                ("started:2", "start-tasks(a 1 0,1/2)"),
                ("pause:a stopped expired:a expired:b", "2=done tell(a Paused) stop(a)"),
            ],
        ),
        (
            "what does not exist",
            &[(
                "restart:a restart-all:a restart-task:a-0",
                "1!Connector a not found 2!Unknown connector: a 3!Connector a not found",
            )],
        ),
    ]);
}

#[test]
fn patches() {
    check(&[
        (
            "a key is set, removed",
            &[
                CREATED,
                ("patch:a:value=2 patch:a:value", "validate(a)"),
                (
                    "valid stopped started:2 tasks-stopped config:a",
                    "stop(a) start(a 2 Started) stop-tasks(a-0,a-1) start-tasks(a 2 0,1/2) 2=changed a-0,a-1 validate(a) 4=2",
                ),
                ("valid stopped", "stop(a) start(a - Started)"),
            ],
        ),
        (
            "invalid, unknown, another's name",
            &[
                CREATED,
                ("patch:a:value=2 invalid config:a", "validate(a) 2!bad 3=1"),
                ("patch:b:value=2", "4!Connector b not found"),
                ("patch:a:name=b valid stopped", "validate(a) stop(a) start(a 1 Started)"), // it stays connector a
            ],
        ),
    ]);
}

#[test]
fn offsets_and_topics() {
    const RUNNING: &str = "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/a/stop' endpoint";
    check(&[
        (
            "only of a stopped connector",
            &[
                CREATED,
                ("alter:a reset:a", &format!("2!{RUNNING} 3!{RUNNING}")),
                ("alter-nothing:a", "4!Partitions / offsets need to be provided for an alter offsets request"),
                ("alter:b reset:b", "5!Connector b not found 6!Connector b not found"),
                ("put:a:1 alter:a stop:a invalid", &format!("validate(a) 7!bad 8!{RUNNING} stop-tasks(a-0,a-1)")),
                ("alter:a", ""),
                ("tasks-stopped stopped", "stop(a) 9=done alter(a)"),
                // Whatever comes meanwhile waits.
                ("resume:a modified", "11=done 10=well start(a 1 Started)"),
                ("reset:a started:0 tasks-stopped", &format!("tell(a Started) stop-tasks() 12!{RUNNING}")),
                ("stop:a tasks-stopped stopped reset:a unmodified", "stop-tasks() stop(a) 13=done reset(a) 14!no"),
            ],
        ),
        (
            "looked up beside everything else",
            &[
                CREATED,
                ("put:a:2 offsets:a topics:a", "validate(a) 3?offsets(a) 4?topics(a)"),
                ("looked-up:4 looked-up:3", "4=done 3=done"),
                ("offsets:b topics:b reset-topics:b", "5!Connector b not found 6?topics(b) 7?reset-topics(b)"),
            ],
        ),
    ]);
}
