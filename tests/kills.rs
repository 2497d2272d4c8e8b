//! Runs that are killed at hundreds of random moments and gone on with: nothing complete is lost, and the end is the same as if they had never stopped.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Place, Run, groups};
use equipoise::store::{Group, Values, read_group, read_header};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const EVERYTHING: &str = "--set record.spikes=all --set record.activity=0.01 --set record.snapshots=[0.0,0.2,0.5] --set record.counts=true \
--set record.jumps=true --set record.histograms.from=-4.0 --set record.histograms.to=4.0 --set record.histograms.bins=20 --set energy.synapse=0.01";

/// A run to be killed, its name, and at how many moments at least.
struct Case {
    name: &'static str,
    arguments: String,
    result: &'static str,
    kills: usize,
    /// Networks of a run that is short.
    fewest: u32,
}

fn cases() -> [Case; 8] {
    let pair = "scenarios/inhibition-stabilised.toml";
    let simulate = |name, scenario: &str, more: &str| Case {
        name,
        arguments: format!("simulate {scenario} {more} -o result.h5"),
        result: "result.h5",
        kills: 35,
        fewest: 2,
    };
    let sized = |n: u32, duration: f64, networks: u32| {
        format!(
            "--set n={n} --set duration={duration} --set sample_interval=0.05 --set ensemble.replicates={networks}"
        )
    };
    let many = format!("{} {EVERYTHING}", sized(60, 1.0, 120));
    let thinning = format!("--set engine.method=thinning {}", sized(80, 1.0, 120));
    [
        simulate("exact", pair, &many),
        simulate("thinning", pair, &thinning),
        simulate(
            "shared",
            "scenarios/shared-spikes.toml",
            &format!("{} {EVERYTHING}", sized(300, 1.5, 60)),
        ),
        simulate(
            "release",
            "scenarios/release.toml",
            &format!("{} {EVERYTHING}", sized(60, 1.0, 120)),
        ),
        simulate("leap", pair, &format!("--set engine.method=leap {}", sized(2000, 1.0, 100))),
        // One network after the other, on all cores.
        simulate(
            "windowed",
            pair,
            "--set n=100000 --set duration=0.0001 --set sample_interval=0.00001 --set ensemble.replicates=6 --set record.spikes.E=[0,1,2]",
        ),
        Case {
            name: "validate",
            arguments: format!(
                "validate {pair} {} --set record.spikes=all -o folder",
                sized(40, 1.0, 400)
            ),
            result: "folder/result.h5",
            kills: 35,
            fewest: 2,
        },
        // A report is of one network.
        Case {
            fewest: 1,
            ..simulate(
                "report",
                pair,
                &format!(
                    "{} --set record.potentiations={{interval=0.01,neurons=\"all\"}}",
                    sized(400, 40.0, 1)
                ),
            )
        },
    ]
}

/// Starts the run and kills it after a while; what it did if it was faster.
fn run_for(place: &Place, arguments: &str, time: Duration) -> Option<Run> {
    let mut command = place.command(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut left = time;
    while left > Duration::ZERO {
        if child.try_wait().expect("a child").is_some() {
            return Some(Run::from(child.wait_with_output().expect("it has ended")));
        }
        let nap = left.min(Duration::from_millis(5));
        sleep(nap);
        left -= nap;
    }
    child.kill().expect("killed");
    let run = Run::from(child.wait_with_output().expect("it ends"));
    run.status.is_some().then_some(run)
}

fn floats<'a>(group: &'a Group, name: &str) -> &'a [f64] {
    match &group.variable(name).expect("a variable").values {
        Values::Float(values) => values,
        _ => panic!("`{name}` is no float"),
    }
}

/// The samples that an unfinished file holds, each of which must be as in the end.
fn samples(partial: &Path, whole: &Group) -> usize {
    let header = read_header(partial).expect("readable");
    if !header.groups.iter().any(|group| group == "trajectory") {
        return 0;
    }
    let part = read_group(partial, "trajectory").expect("readable");
    let (part, whole) = (floats(&part, "mean"), floats(whole, "mean"));
    let there = part.iter().zip(whole).filter(|(part, _)| !part.is_nan());
    there.inspect(|(part, whole)| assert_eq!(part, whole)).count()
}

fn same(a: &[Group], b: &[Group], name: &str) {
    let names = |groups: &[Group]| groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(a), names(b), "{name}");
    for (a, b) in a.iter().zip(b) {
        // The groups are large: say which variable differs, not how.
        assert_eq!(a.dimensions, b.dimensions, "{name}: {}", a.name);
        for (x, y) in a.variables.iter().zip(&b.variables) {
            assert!(x == y, "{name}: {}/{} differs", a.name, x.name);
        }
        assert!(a == b, "{name}: {} differs", a.name);
    }
}

/// Kills the run again and again until it is complete; how often it was killed.
fn killed_until_complete(case: &Case, rng: &mut Xoshiro256PlusPlus) -> usize {
    let place = Place::new();
    let whole = Place::new();
    let lasts = |arguments: &str| {
        let start = Instant::now();
        whole.run(arguments).expect(0);
        start.elapsed()
    };
    let fewest = format!("--set ensemble.replicates={}", case.fewest);
    let least = lasts(&format!("{} {fewest} --force", case.arguments));
    let all = lasts(&format!("{} --force", case.arguments));
    let mut longest = least + all.saturating_sub(least) / 4;
    let whole = whole.path(case.result);
    let expected = groups(&whole);
    let trajectory = read_group(&whole, "trajectory").expect("the whole run");
    let result = place.path(case.result);
    let partial = result.with_extension("h5.partial");
    let (mut kills, mut held) = (0, 0);
    loop {
        let threads = rng.random_range(1..4);
        let resume = if partial.exists() || result.exists() { "--resume" } else { "" };
        let arguments =
            format!("{} --threads {threads} --checkpoint 0.02 {resume}", case.arguments);
        let time = longest.mul_f64(rng.random());
        if let Some(run) = run_for(&place, &arguments, time) {
            run.expect(0);
            break;
        }
        kills += 1;
        // The machine may have become slower.
        longest = longest.mul_f64(1.02);
        if result.exists() {
            // Killed after the end.
            break;
        }
        if partial.exists() {
            let holds = samples(&partial, &trajectory);
            assert!(holds >= held, "{}: {holds} samples after {held}", case.name);
            held = holds;
        }
    }
    same(&expected, &groups(&result), case.name);
    assert!(read_header(&result).expect("header").complete);
    kills
}

/// How often some runs were killed.
fn kill_all(cases: &[Case], seed: u64) -> usize {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut all = 0;
    for case in cases {
        let mut kills = 0;
        while kills < case.kills {
            kills += killed_until_complete(case, &mut rng);
        }
        println!("{}: killed {kills} times", case.name);
        all += kills;
    }
    all
}

#[test]
fn killed_runs_go_on_to_the_same_end() {
    let cases = cases();
    // Two at a time: much of each is waiting.
    let all: usize = std::thread::scope(|scope| {
        let halves = cases.chunks(cases.len().div_ceil(2)).zip(5..);
        let halves = halves.map(|(half, seed)| scope.spawn(move || kill_all(half, seed)));
        halves.collect::<Vec<_>>().into_iter().map(|half| half.join().expect("it ends")).sum()
    });
    assert!(all >= 200, "killed {all} times");
}

#[test]
fn only_what_is_unfinished_goes_on() {
    let place = Place::new();
    let arguments = format!("simulate {} -o result.h5", common::PAIR);
    place.run(&arguments).expect(0);
    let expected = groups(&place.path("result.h5"));
    let run = place.run(&format!("{arguments} --resume")).expect(3);
    assert!(run.message().contains("is complete"), "{}", run.err);
    same(&expected, &groups(&place.path("result.h5")), "complete");
    fs::remove_file(place.path("result.h5")).expect("removed");
    let run = place.run(&format!("{arguments} --resume")).expect(3);
    assert!(run.message().contains("there is no unfinished run to go on with"), "{}", run.err);
}

/// A run that was killed after it had begun its file, with a checkpoint or without.
fn killed(place: &Place, arguments: &str, awaited: &str) {
    killed_when(place, arguments, || place.path(awaited).exists());
}

fn killed_when(place: &Place, arguments: &str, is_far_enough: impl Fn() -> bool) {
    for time in 1.. {
        assert!(run_for(place, arguments, Duration::from_millis(100 * time)).is_none());
        if is_far_enough() {
            return;
        }
        let _ = fs::remove_file(place.path("result.h5.partial"));
    }
}

/// The checkpoint of a run that was interrupted when some networks were in its file.
fn checkpoint_with_networks(arguments: &str) -> Vec<u8> {
    for time in 1.. {
        let place = Place::new();
        let mut command = place.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("it starts");
        sleep(Duration::from_millis(300 * time));
        let kill = format!("kill -INT {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
        let run = Run::from(child.wait_with_output().expect("it ends")).expect(130);
        if !run.err.contains("interrupted; 0 complete networks") {
            return fs::read(place.path("result.h5.checkpoint")).expect("a checkpoint");
        }
    }
    unreachable!("it has been waited for");
}

const LONG: &str =
    "scenarios/inhibition-stabilised.toml --set ensemble.replicates=100000 --set n=20";

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_changed() {
    let place = Place::new();
    let arguments = format!("simulate {LONG} -o result.h5");
    killed(&place, &format!("{arguments} --checkpoint 0.02"), "result.h5.checkpoint");
    let partial = fs::read(place.path("result.h5.partial")).expect("a file");
    for (other, status, words) in [
        (
            format!("{arguments} --set duration=1.0"),
            2,
            vec!["was begun with another scenario", "`duration = 1.0", "and was `duration = 4.0"],
        ),
        (format!("{arguments} --seed 3"), 2, vec!["`seed = 3` and was `seed = 1`"]),
        (
            arguments.replace("simulate", "validate").replace("result.h5", "."),
            2,
            vec!["was begun by `equipoise simulate`"],
        ),
    ] {
        let run = place.run(&format!("{other} --resume")).expect(status);
        for words in words {
            assert!(run.message().contains(words), "{}", run.err);
        }
    }
    // A checkpoint of another run.
    let other = Place::new();
    killed(&other, &format!("{arguments} --seed 3 --checkpoint 0.02"), "result.h5.checkpoint");
    fs::copy(other.path("result.h5.checkpoint"), place.path("result.h5.checkpoint"))
        .expect("copied");
    let run = place.run(&format!("{arguments} --resume")).expect(3);
    assert!(run.message().contains("belongs to another run or version"), "{}", run.err);
    assert!(
        fs::read(place.path("result.h5.partial")).expect("a file") == partial,
        "it was changed"
    );
    // One of the same scenario, but of a file that held more.
    fs::remove_file(place.path("result.h5.checkpoint")).expect("removed");
    let _ = fs::remove_file(place.path("result.h5.checkpoint.previous"));
    let begun = || read_group(&place.path("result.h5.partial"), "trajectory").ok();
    killed_when(&place, &format!("{arguments} --force"), || begun().is_some());
    let begun = begun().expect("a group");
    let own = checkpoint_with_networks(&arguments);
    fs::write(place.path("result.h5.checkpoint"), own).expect("written");
    if begun.dimension("realization").expect("networks").length == 0 {
        let run = place.run(&format!("{arguments} --resume")).expect(3);
        assert!(run.message().contains("is of another file"), "{}", run.err);
    }
}

#[test]
fn a_run_that_is_to_replace_a_file_goes_on_with_force() {
    let place = Place::new();
    let pair = common::PAIR.replace("replicates=6", "replicates=3000");
    let arguments = format!("simulate {pair} -o result.h5");
    place.run(&format!("simulate {} -o result.h5", common::PAIR)).expect(0);
    let old = groups(&place.path("result.h5"));
    killed(&place, &format!("{arguments} --force --checkpoint 0.02"), "result.h5.checkpoint");
    let run = place.run(&format!("{arguments} --resume")).expect(3);
    assert!(run.message().contains("--resume --force goes on with the run"), "{}", run.err);
    assert!(old == groups(&place.path("result.h5")));
    place.run(&format!("{arguments} --resume --force")).expect(0);
    place.run(&format!("{arguments} -o whole.h5").replace("-o result.h5", "")).expect(0);
    same(&groups(&place.path("whole.h5")), &groups(&place.path("result.h5")), "replaced");
}

/// Killed while the file gets its name, it has two.
#[test]
fn a_file_with_two_names_is_one() {
    let place = Place::new();
    let arguments = format!("simulate {} -o result.h5", common::PAIR);
    place.run(&arguments).expect(0);
    let whole = groups(&place.path("result.h5"));
    fs::hard_link(place.path("result.h5"), place.path("result.h5.partial")).expect("a link");
    let run = place.run(&format!("{arguments} --resume")).expect(3);
    assert!(run.message().contains("is complete"), "{}", run.err);
    assert!(read_header(&place.path("result.h5")).expect("header").complete);
    same(&whole, &groups(&place.path("result.h5")), "two names");
}

#[cfg(unix)]
#[test]
fn a_run_behind_a_link_goes_on() {
    let place = Place::new();
    fs::create_dir(place.path("real")).expect("a folder");
    place.run(&format!("simulate {} -o real/result.h5", common::PAIR)).expect(0);
    std::os::unix::fs::symlink("real/result.h5", place.path("result.h5")).expect("a link");
    let pair = common::PAIR.replace("replicates=6", "replicates=20000");
    let arguments = format!("simulate {pair} -o result.h5 --force --checkpoint 0.02");
    for time in 1.. {
        assert!(run_for(&place, &arguments, Duration::from_millis(30 * time)).is_none());
        if place.path("real/result.h5.checkpoint").exists() {
            break;
        }
    }
    let run = place.run(&format!("{arguments} --resume")).expect(0);
    assert!(!run.err.contains("begins again"), "{}", run.err);
    assert!(read_header(&place.path("real/result.h5")).expect("header").complete);
}

#[test]
fn an_interrupted_file_says_how_to_go_on() {
    let place = Place::new();
    let arguments = format!("simulate {LONG} -o result.h5");
    killed(&place, &arguments, "result.h5.partial");
    fs::rename(place.path("result.h5.partial"), place.path("result.h5")).expect("renamed");
    let run = place.run(&arguments).expect(3);
    assert!(run.message().contains("go on with it with --resume"), "{}", run.err);
}
