//! Runs that are ended from outside: nothing computed is lost, and nothing older either.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{PAIR, Place, Run};
use equipoise::store::{Group, Values, read_group, read_header};

/// So many networks that no run comes to its end.
const ENDLESS: &str =
    "scenarios/inhibition-stabilised.toml --set n=20 --set ensemble.replicates=2000000 --threads 1";

/// Starts an endless run and waits until it has written its first networks.
fn start(place: &Place, arguments: &str, partial: &str) -> Child {
    let mut command = place.command(&format!("{arguments} {ENDLESS}"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let (partial, begun) = (place.path(partial), Instant::now());
    while !has_trajectories(&partial) {
        assert!(child.try_wait().expect("a child").is_none(), "the run ended by itself");
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing was written");
        sleep(Duration::from_millis(50));
    }
    // Writing happens every other second: the next piece is not begun yet, this one is closed.
    sleep(Duration::from_millis(300));
    child
}

fn has_trajectories(partial: &Path) -> bool {
    let networks =
        |group: Group| group.dimension("realization").map_or(0, |networks| networks.length);
    read_group(partial, "trajectory").is_ok_and(|group| networks(group) > 0)
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
}

/// Interrupts a run as Ctrl-C does.
fn interrupt(child: Child) -> Run {
    signal(&child, "INT");
    Run::from(child.wait_with_output().expect("the program ends")).expect(130)
}

/// The networks of an incomplete file: numbered from 0 on, the first one whole.
fn networks(path: &Path) -> Group {
    assert!(!read_header(path).expect("header").complete);
    let group = read_group(path, "trajectory").expect("group");
    let count = group.dimension("realization").expect("dimension").length;
    assert!(count > 0);
    let numbers: Vec<_> = (0..).take(count).collect();
    let realization = group.variable("realization").expect("coordinate");
    assert_eq!(realization.values, Values::Integer(numbers));
    let Values::Float(mean) = &group.variable("mean").expect("mean").values else {
        panic!("means are numbers")
    };
    assert!(mean[..mean.len() / count].iter().all(|mean| mean.is_finite()));
    group
}

#[test]
fn an_interrupted_simulation_leaves_a_readable_file() {
    let place = Place::new();
    let run = interrupt(start(&place, "simulate -o result.h5", "result.h5.partial"));
    assert!(run.err.contains("complete networks are in result.h5"), "{}", run.err);
    assert_eq!(place.names(), ["result.h5", "result.h5.checkpoint"]);
    networks(&place.path("result.h5"));
}

#[test]
fn an_interrupted_validation_leaves_networks_and_theory() {
    let place = Place::new();
    let run = interrupt(start(&place, "validate -o folder", "folder/result.h5.partial"));
    assert!(!run.out.contains("PASSED"), "{}", run.out);
    let path = place.path("folder/result.h5");
    networks(&path);
    assert_eq!(read_header(&path).expect("header").groups, ["limit", "finite_n", "trajectory"]);
}

#[test]
fn an_interrupted_validation_prints_one_object_where_asked_to() {
    let place = Place::new();
    let arguments = "validate -o folder --json --quiet";
    let run = interrupt(start(&place, arguments, "folder/result.h5.partial"));
    let object: serde_json::Value = serde_json::from_str(&run.out).expect("one object");
    assert_eq!(object["complete"], false);
    assert!(object["replicates"].as_u64().expect("a number") > 0);
    assert_eq!(run.err, "");
}

#[test]
fn an_interrupted_replacement_leaves_the_old_file() {
    let place = Place::new();
    place.run(&format!("simulate {PAIR} -o result.h5")).expect(0);
    let old = fs::read(place.path("result.h5")).expect("a file");
    let run = interrupt(start(&place, "simulate --force -o result.h5", "result.h5.partial"));
    assert!(run.err.contains("result.h5.partial"), "{}", run.err);
    assert_eq!(fs::read(place.path("result.h5")).expect("a file"), old);
    networks(&place.path("result.h5.partial"));
}

#[test]
fn a_killed_run_leaves_its_partial_file() {
    let place = Place::new();
    let mut child = start(&place, "simulate -o result.h5", "result.h5.partial");
    child.kill().expect("killed");
    assert_eq!(child.wait().expect("ended").code(), None);
    assert!(!place.path("result.h5").exists());
    let left = networks(&place.path("result.h5.partial"));

    let run = place.run(&format!("simulate {PAIR} -o result.h5")).expect(3);
    assert!(run.message().contains("an earlier, unfinished run"), "{}", run.err);
    assert_eq!(networks(&place.path("result.h5.partial")), left);
    place.run(&format!("simulate {PAIR} -o result.h5 --force")).expect(0);
    assert_eq!(place.names(), ["result.h5"]);
}
