//! A run killed at any moment loses nothing that was written, and can be taken up again.
//!
//! The test runs itself again in a process of its own, kills that at random moments, looks at what
//! it left, and has the next process go on with it.

mod common;

use std::env;
use std::io::{BufRead, BufReader, Write, stdout};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use common::{create, destination, partial_of};
use equipoise_store::{
    Existing, Group, Piece, ResultWriter, Values, Variable, mend, read_group, read_header,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

const DESTINATION: &str = "EQUIPOISE_STORE_TEST_DESTINATION";
const FIRST_STEP: &str = "EQUIPOISE_STORE_TEST_FIRST_STEP";

/// Samples of a realization, and how many come at a time.
const SAMPLES: usize = 400;
const AT_ONCE: usize = 40;
/// A whole group is written once in so many steps.
const NOTE_EVERY: usize = 9;
const KILLS: usize = 120;
const KILLS_A_FILE: usize = 12;

#[test]
fn nothing_is_lost_whenever_the_run_is_killed() {
    if let Some(path) = env::var_os(DESTINATION) {
        let first = env::var(FIRST_STEP).expect("a step").parse().expect("a number");
        run(Path::new(&path), first);
    }
    let mut random = StdRng::seed_from_u64(7);
    for _ in 0..KILLS / KILLS_A_FILE {
        let (_folder, path) = destination();
        let mut steps = 0;
        for _ in 0..KILLS_A_FILE {
            steps = steps.max(killed_run(&path, steps, &mut random));
            check(&partial_of(&path), steps);
        }
        let mended = mend(&partial_of(&path)).expect("nobody writes it");
        check(&partial_of(&path), steps);
        println!("{steps} steps, {}", if mended { "mended" } else { "sound" });
        hdf5::File::open(partial_of(&path)).expect("a file that everybody can open");
    }
}

/// Has a process go on with the run, kills it, and returns how many steps it reported as written.
fn killed_run(path: &Path, first: usize, random: &mut StdRng) -> usize {
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "nothing_is_lost_whenever_the_run_is_killed", "--nocapture"])
        .env(DESTINATION, path)
        .env(FIRST_STEP, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child process");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut steps = lines.by_ref().map_while(Result::ok).filter_map(|line| step_in(&line));
    let awaited = random.random_range(0..6);
    let mut last = steps.by_ref().take(awaited).last();
    sleep(Duration::from_micros(random.random_range(0..15_000)));
    child.kill().expect("killed");
    last = steps.last().or(last);
    child.wait().expect("ended");
    last.map_or(first, |step| step + 1)
}

fn step_in(line: &str) -> Option<usize> {
    line.split("step ").nth(1)?.trim().parse().ok()
}

/// Runs until killed, and reports each step once it is written.
fn run(path: &Path, first: usize) -> ! {
    let mut writer = match ResultWriter::resume(path) {
        Ok(writer) => writer,
        Err(_) => create(path, Existing::Replace),
    };
    if writer.length("trajectory", "realization").is_none() {
        writer.declare(&trajectory(0, 0, 0), &[("realization", 3)]).expect("declared");
    }
    if writer.length("spikes/E", "spike").is_none() {
        // Chunks so short that a piece fills some of them, which are compressed.
        writer.declare(&spikes(0, 0), &[("spike", 1500)]).expect("declared");
    }
    for step in first.. {
        let (realization, time) = (step * AT_ONCE / SAMPLES, step * AT_ONCE % SAMPLES);
        let mut samples = trajectory(realization, time, AT_ONCE);
        samples.variables.retain(|variable| variable.name != "time");
        let (from, count) = events(step);
        let pieces = [
            Piece::new(samples, &[("realization", realization), ("time", time)]),
            Piece::new(spikes(from, count), &[("spike", from)]),
        ];
        writer.place(&pieces).expect("placed");
        let name = note(step).name;
        let is_there = read_header(writer.partial()).expect("header").groups.contains(&name);
        if step.is_multiple_of(NOTE_EVERY) && !is_there {
            writer.write(&note(step)).expect("written");
        }
        let mut out = stdout().lock();
        writeln!(out, "step {step}").and_then(|()| out.flush()).expect("reported");
    }
    unreachable!("killed before")
}

/// All that the reported steps wrote is there, and right.
fn check(partial: &Path, steps: usize) {
    if steps == 0 {
        return;
    }
    let header = read_header(partial).expect("header");
    assert!(!header.complete);
    let group = read_group(partial, "trajectory").expect("trajectory");
    group.validate().expect("sound");
    let Some(Values::Float(means)) = group.variable("mean").map(|mean| &mean.values) else {
        panic!("no mean in {group:?}");
    };
    assert!(means.len() >= 2 * steps * AT_ONCE, "{} < {steps} steps", means.len());
    for (place, mean) in means.iter().enumerate() {
        let is_written = place < 2 * steps * AT_ONCE;
        assert!(*mean == mean_at(place) || (!is_written && mean.is_nan()), "{place}: {mean}");
    }
    let (events, _) = events(steps);
    let found = read_group(partial, "spikes/E").expect("spikes");
    found.validate().expect("sound");
    let expected = spikes(0, events);
    for (found, expected) in found.variables.iter().zip(&expected.variables) {
        assert_eq!(first(&found.values, events), expected.values, "{}", found.name);
    }
    for step in (0..steps).step_by(NOTE_EVERY) {
        assert_eq!(read_group(partial, &note(step).name).expect("note"), note(step));
    }
}

fn first(values: &Values, count: usize) -> Values {
    match values {
        Values::Float(values) => values[..count].to_vec().into(),
        Values::Single(values) => values[..count].to_vec().into(),
        Values::Integer(values) => values[..count].to_vec().into(),
        Values::Unsigned(values) => values[..count].to_vec().into(),
        Values::Text(values) => values[..count].to_vec().into(),
    }
}

fn mean_at(place: usize) -> f64 {
    (place as f64).sqrt()
}

/// Samples of one realization, or the declaration where there are none.
fn trajectory(realization: usize, time: usize, samples: usize) -> Group {
    let realizations = if samples == 0 { vec![] } else { vec![realization as i64] };
    let from = 2 * (realization * SAMPLES + time);
    let means: Vec<f64> = (from..from + 2 * samples).map(mean_at).collect();
    let times: Vec<f64> = (0..SAMPLES).map(|sample| sample as f64).collect();
    let mut group = Group::new("trajectory")
        .with_coordinate(Variable::coordinate("realization", realizations))
        .with_coordinate(Variable::coordinate("time", times))
        .with_dimension("population", 2)
        .with_variable(Variable::new("mean", &["realization", "time", "population"], means));
    if samples > 0 {
        group.dimensions[1].length = samples;
    }
    group
}

/// Where the events of a step begin, and how many there are.
fn events(step: usize) -> (usize, usize) {
    let count = |step: usize| (step * 7919) % 5000;
    ((0..step).map(count).sum(), count(step))
}

fn spikes(from: usize, count: usize) -> Group {
    let numbers = from..from + count;
    let neurons: Vec<u64> = numbers.clone().map(|number| number as u64 % 97).collect();
    let networks: Vec<i64> = numbers.clone().map(|number| number as i64 / 1000).collect();
    let times: Vec<f64> = numbers.map(mean_at).collect();
    Group::new("spikes/E")
        .with_dimension("spike", count)
        .with_variable(Variable::new("timestamps", &["spike"], times))
        .with_variable(Variable::new("node_ids", &["spike"], neurons))
        .with_variable(Variable::new("realization", &["spike"], networks))
}

fn note(step: usize) -> Group {
    Group::new(&format!("note/{step}")).with_variable(Variable::new("step", &[], vec![step as i64]))
}
