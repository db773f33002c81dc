//! The file that is read shrinks, is replaced, or goes, while somebody writes to it.

use std::fs::{self, OpenOptions};
use std::time::Duration;

use crate::harness::{Signal, Worker, assert_same_lines, kafka};
use crate::pipe::Pipe;
use crate::plan::Plan;

/// A worker that has nothing to do works less than this in [`WATCHED`], even one that was built to be debugged.
const BUSY_MAX: Duration = Duration::from_millis(300);
const WATCHED: Duration = Duration::from_secs(2);

#[test]
fn a_file_that_shrinks_is_read_from_its_beginning() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("file shrinks", 1, 5);
    for (seed, _) in plan.parts(1) {
        let pipe = Pipe::new(&kafka);
        let mut worker = pipe.start();
        let feeder = pipe.feed(seed);
        pipe.until_more_in_file(&mut worker, 2_000_000);
        OpenOptions::new().write(true).open(pipe.site.path("in")).unwrap().set_len(0).unwrap();
        worker.until_logged("The file has been truncated; reading it from its beginning");
        feeder.until_more(1_000);
        let fed = feeder.finish();
        pipe.until_arrived(&mut worker, &fed);
        assert_idle(&worker);
        pipe.finish(worker, &fed);
        let (found, left) = (pipe.in_topic(), pipe.site.lines("in"));
        let (before, after) = found.split_at(found.len() - left.len());
        assert_same_lines("what was read before", before, &fed[..before.len()]);
        assert_same_lines("what is in the file now", after, &left);
        assert_same_lines("the sink's file", &pipe.in_file(), &found);
        plan.say(&format!("seed {seed}: {} lines, then {} from the beginning", before.len(), after.len()));
    }
}

#[test]
fn a_file_that_is_replaced_is_read_to_its_end_and_the_new_one_after_a_restart() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("file replaced", 1, 5);
    for (seed, _) in plan.parts(1) {
        let pipe = Pipe::new(&kafka);
        let mut worker = pipe.start();
        // Whoever feeds writes on to the old one.
        let feeder = pipe.feed(seed);
        pipe.until_more_in_file(&mut worker, 1_000_000);
        let new: Vec<_> = (0..1_000).map(|number| format!("new {number}")).collect();
        let other = pipe.site.write("other", new.join("\n") + "\n");
        fs::rename(other, pipe.site.path("in")).unwrap();
        pipe.until_more_in_file(&mut worker, 1_000_000);
        let old = feeder.finish();
        pipe.until_arrived(&mut worker, &old);
        assert_idle(&worker);
        pipe.finish(worker, &old);
        pipe.assert_exact(&old);

        let mut worker = pipe.start();
        worker.until_logged("which must have been truncated or replaced");
        pipe.finish(worker, &new);
        pipe.assert_exact(&[old, new].concat());
    }
}

#[test]
fn a_file_that_is_removed_is_read_to_its_end_and_then_waited_for() {
    let Some(kafka) = kafka() else { return };
    let plan = Plan::new("file removed", 1, 5);
    for (seed, _) in plan.parts(1) {
        let pipe = Pipe::new(&kafka);
        let mut worker = pipe.start();
        let feeder = pipe.feed(seed);
        pipe.until_more_in_file(&mut worker, 1_000_000);
        fs::remove_file(pipe.site.path("in")).unwrap();
        pipe.until_more_in_file(&mut worker, 1_000_000);
        let mut lines = feeder.finish();
        pipe.until_arrived(&mut worker, &lines);
        assert_idle(&worker);
        assert_eq!(worker.stop(Signal::Term), 143);
        pipe.assert_exact(&lines);

        let mut worker = pipe.start();
        worker.until_logged("Couldn't find file");
        assert_idle(&worker);
        pipe.all_run(&mut worker);
        pipe.site.write("in", "new\n");
        lines.push("new".to_owned());
        pipe.finish(worker, &lines);
        pipe.assert_exact(&lines);
    }
}

fn assert_idle(worker: &Worker) {
    // What was on its way first comes to its end.
    std::thread::sleep(Duration::from_millis(500));
    let before = worker.busy();
    std::thread::sleep(WATCHED);
    let busy = worker.busy() - before;
    assert!(busy < BUSY_MAX, "it has nothing to do, and is busy for {busy:?} of {WATCHED:?}");
}
