//! Numbers at the edge of what a scenario may say: every command does its work or says why not, soon.

mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Place, Run};

const COMMANDS: [&str; 5] = [
    "simulate -o result.h5",
    "limit --finite-n -o result.h5",
    "validate -o folder",
    "analyse",
    "fluctuations --frequencies 0.1:1:2 -o result.h5",
];
const PAIR: &str = "scenarios/inhibition-stabilised.toml --set duration=0.5 --set ensemble.replicates=3 --set n=20 --force --quiet";
/// What a command may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the scenario is made to say; part of the message where it is refused by all commands.
const EDGES: [(&str, Option<&str>); 33] = [
    ("n=1", None),
    ("n=1e15", None),
    ("n=1e16", Some("would number 1e16")),
    ("coupling.E={E=0.0,I=0.0}", None),
    ("coupling.E.E=-0.0", None),
    ("populations.E.drive=-0.0", None),
    ("coupling.E.E=1e100", None),
    ("coupling.E.E=1e300", Some("between -1e100 and 1e100")),
    ("coupling.E.E=1e-300", None),
    ("populations.E.drive=1e100", None),
    ("populations.E.drive=1e300", Some("between -1e100 and 1e100")),
    ("populations.E.gain.logistic.slope=1e-310", Some("or more")),
    ("populations.E.gain.logistic.slope=1e-100", None),
    ("populations.E.gain.logistic.slope=1e100", None),
    ("populations.E.gain.logistic.max_rate=1e300", Some("between -1e100 and 1e100")),
    ("populations.E.gain.logistic.threshold=1e100", None),
    ("populations.E.time_constant=1e-300", Some("or more")),
    ("populations.E.time_constant=1e-100", None),
    ("populations.E.time_constant=1e100", None),
    ("populations.E.initial.normal.variance=1e100", None),
    ("populations.E.drive={sine={mean=0.0,amplitude=1.0,frequency=1e9}}", Some("at most 1e6")),
    ("duration=0", Some("it must be positive")),
    ("duration=1e-90", None),
    ("sample_interval=7.0", None),
    ("sample_interval=5e-19", Some("at most 1e7")),
    ("ensemble.replicates=1e18", Some("at most 1e9")),
    ("record.histograms={from=-4.0,to=3.0,bins=1e12}", Some("at most 1e7")),
    ("record.snapshots=[0.0,9.0]", Some("a time between 0 and the duration")),
    ("record.snapshots=[-0.0]", None),
    ("record.activity=1e-9", Some("at most 1e7")),
    ("energy.spike=-1.0", Some("zero or positive")),
    ("energy={spike=1e100,rest=1e100,synapse=1e100,threshold=1e100}", None),
    ("energy={synapse={E=1e-100,I=0.0}}", None),
];

/// Runs a command, and ends it when patience does.
fn run(mut command: Command) -> Option<Run> {
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    while child.try_wait().expect("it can be waited for").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("it ends");
            child.wait().expect("it ends");
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Some(child.wait_with_output().expect("its output").into())
}

fn check(place: &Place, command: &str, (edge, refused): (&str, Option<&str>)) {
    let what = format!("{command} --set {edge}");
    let arguments = format!("{command} {PAIR} --set {edge}");
    let run = run(place.command(&arguments)).unwrap_or_else(|| panic!("{what} does not end"));
    let message = run.message();
    assert!(!message.contains("panicked"), "{what}: {message}");
    match refused {
        None => assert!(matches!(run.status, Some(0..=2)), "{what}: {:?} {message}", run.status),
        Some(words) => {
            assert_eq!(run.status, Some(2), "{what}: {message}");
            assert!(message.contains(words), "{what}: no {words} in {message}");
        }
    }
    assert!(run.status != Some(2) || message.len() > 40, "{what}: {message}");
}

#[test]
fn every_command_does_its_work_or_says_why_not() {
    let place = Place::new();
    for edge in EDGES {
        // What every command refuses alike is read alike.
        let commands = if edge.1.is_some() { &COMMANDS[..1] } else { &COMMANDS[..] };
        for command in commands {
            check(&place, command, edge);
        }
    }
}
