//! The program on several ranks, started by `mpirun`: the same files on any number of them, and after any interruption.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{PAIR, Place, Run, groups, script_says};
use equipoise::store::{Values, read_group, read_header};

/// Ranks that may be more than there are cores, in a container, too; when `mpirun` is
/// told to end, they have some seconds to write a checkpoint. (Open MPI; other libraries do not look at these.)
const SETTINGS: [(&str, &str); 5] = [
    ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
    ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
    ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
    ("OMPI_MCA_hwloc_base_binding_policy", "none"),
    ("OMPI_MCA_odls_base_sigkill_timeout", "2"),
];

/// A run long enough to be interrupted, with several networks under way at any time.
const LONG: &str = "simulate scenarios/inhibition-stabilised.toml --set n=200 --set duration=1 --set ensemble.replicates=4000 \
--set record.activity=0.1 --threads 1 --checkpoint 0.2";

/// The same of networks that all ranks share, one after the other.
const SHARED: &str = "simulate scenarios/inhibition-stabilised.toml --set n=600000 --set engine.method=leap --set duration=1 \
--set sample_interval=0.1 --set ensemble.replicates=12 --set record.activity=0.1 --threads 1 --checkpoint 0.2";

/// The same, of which each rank records its own neurons.
const SHARDED: &str = "simulate scenarios/inhibition-stabilised.toml --set n=600000 --set engine.method=leap --set duration=1 \
--set sample_interval=0.1 --set ensemble.replicates=6 --set record.snapshots=[0,0.3,0.7] --threads 1 --checkpoint 0.2 --shards";

/// And of one network, in both ways.
const REPORTED: &str = "simulate scenarios/inhibition-stabilised.toml --set n=600000 --set engine.method=leap --set duration=4 \
--set sample_interval=0.1 --set ensemble.replicates=1 --set record.snapshots=[0.1,3] --threads 1 --checkpoint 0.2 --shards \
--set record.potentiations={interval=0.1,neurons={E=[5,300000,300001,599999],I=\"all\"}}";

/// The program with these arguments on so many ranks.
fn on_ranks(place: &Place, ranks: usize, arguments: &str) -> Command {
    let program = place.command(arguments);
    let mut command = Command::new("mpirun");
    command.args(["-n", &ranks.to_string()]).arg(program.get_program()).args(program.get_args());
    command.current_dir(program.get_current_dir().expect("a folder"));
    let set = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
    command.envs(set).envs(SETTINGS);
    command
}

fn run(place: &Place, ranks: usize, arguments: &str) -> Run {
    on_ranks(place, ranks, arguments).output().expect("mpirun runs").into()
}

/// Whether all data are the same.
fn assert_same(one: &Path, other: &Path) {
    assert!(read_header(one).expect("header").complete);
    assert!(read_header(other).expect("header").complete);
    assert_eq!(groups(one), groups(other));
}

#[test]
fn any_number_of_ranks_makes_the_same_file() {
    let place = Place::new();
    let cases = [
        PAIR,
        "scenarios/recording.toml --set n=60 --set ensemble.replicates=7",
        "scenarios/shared-spikes.toml --set n=60 --set ensemble.replicates=7",
        "scenarios/inhibition-stabilised.toml --set n=1000 --set engine.method=leap --set ensemble.replicates=9",
        // All ranks share each of these.
        "scenarios/inhibition-stabilised.toml --set n=600000 --set engine.method=leap --set duration=0.2 --set sample_interval=0.1 --set ensemble.replicates=2 \
--set record.snapshots=[0.2]",
    ];
    for (number, case) in cases.iter().enumerate() {
        let name = |ranks: usize| format!("{number}-on-{ranks}.h5");
        place.run(&format!("simulate {case} -o {}", name(1))).expect(0);
        for ranks in [2, 4] {
            let told = run(&place, ranks, &format!("simulate {case} -o {}", name(ranks))).expect(0);
            assert_eq!(told.out.matches("file: ").count(), 1, "{}", told.out);
            assert_same(&place.path(&name(1)), &place.path(&name(ranks)));
        }
    }
}

#[test]
fn validations_and_studies_say_the_same() {
    let place = Place::new();
    place.run(&format!("validate {PAIR} -o one")).expect(0);
    let study =
        "scenarios/inhibition-stabilised.toml --sizes 100,200,400 --networks 8 --set duration=2";
    let alone = place.run(&format!("converge {study} -o study-one"));
    for ranks in [2, 4] {
        run(&place, ranks, &format!("validate {PAIR} -o {ranks}")).expect(0);
        assert_same(&place.path("one/result.h5"), &place.path(&format!("{ranks}/result.h5")));
        let folder = format!("study-{ranks}");
        let status = alone.status.expect("it ended by itself");
        run(&place, ranks, &format!("converge {study} -o {folder}")).expect(status);
        let file = format!("{folder}/convergence.h5");
        assert_same(&place.path("study-one/convergence.h5"), &place.path(&file));
    }
}

#[test]
fn what_is_wrong_is_said_once() {
    let place = Place::new();
    let told = run(&place, 2, "simulate").expect(2);
    assert!(!told.message().is_empty());
    let told = run(&place, 2, "simulate scenarios/nothing.toml").expect(3);
    assert_eq!(told.err.matches("cannot read").count(), 1, "{}", told.err);
    run(&place, 2, "--version").expect(0);
}

/// Starts a run and waits for its first checkpoint.
fn start(place: &Place, ranks: usize, run: &str) -> Child {
    let mut command = on_ranks(place, ranks, &format!("{run} -o result.h5"));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mpirun runs");
    let (checkpoint, begun) = (place.path("result.h5.checkpoint"), Instant::now());
    while !checkpoint.exists() {
        assert!(begun.elapsed() < Duration::from_mins(2), "no checkpoint");
        sleep(Duration::from_millis(20));
    }
    child
}

/// Ends the process, and waits for the whole job.
fn end(child: Child, signal: &str, process: u32) -> Run {
    let kill = format!("kill -{signal} {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    child.wait_with_output().expect("the job ends").into()
}

/// The processes that a process has started.
fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_child = |process: &u32| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        status.lines().any(|line| line == format!("PPid:\t{parent}"))
    };
    numbers.filter(is_child).collect()
}

/// Which rank a process of a job is.
fn rank(process: u32) -> Option<usize> {
    let settings = fs::read(format!("/proc/{process}/environ")).ok()?;
    let settings = String::from_utf8_lossy(&settings).into_owned();
    let value = |name: &str| {
        settings.split('\0').find_map(|setting| setting.strip_prefix(name)?.parse().ok())
    };
    value("OMPI_COMM_WORLD_RANK=").or_else(|| value("PMI_RANK="))
}

/// The process of a job that is this rank.
fn rank_of(job: u32, number: usize) -> u32 {
    children(job).into_iter().find(|process| rank(*process) == Some(number)).expect("a rank")
}

/// Goes on with a run on so many ranks; the file must be as if it had never stopped.
fn assert_goes_on(place: &Place, ranks: usize, arguments: &str) {
    assert!(place.path("result.h5.checkpoint").exists());
    run(place, ranks, &format!("{arguments} -o result.h5 --resume")).expect(0);
    place.run(&format!("{} -o whole.h5", without_shards(arguments))).expect(0);
    assert_same(&place.path("whole.h5"), &place.path("result.h5"));
}

/// The same run, of which rank 0 writes all.
fn without_shards(arguments: &str) -> String {
    arguments.replace(" --shards", "")
}

/// Interrupts a run on some ranks by a signal to `mpirun` or to one rank, and goes on with it on others.
fn interrupt(arguments: &str, signalled: Option<usize>, (before, after): (usize, usize)) {
    let place = Place::new();
    let job = start(&place, before, arguments);
    let process = signalled.map_or(job.id(), |number| rank_of(job.id(), number));
    let told = end(job, "TERM", process);
    assert!(told.err.contains("complete networks are in result.h5"), "{}", told.err);
    assert!(!read_header(&place.path("result.h5")).expect("header").complete);
    assert_goes_on(&place, after, arguments);
}

/// Kills a rank in the midst of a run, which must end the job, and goes on with it on others.
fn kill(arguments: &str, killed: usize, (before, after): (usize, usize)) {
    let place = Place::new();
    let job = start(&place, before, arguments);
    let process = rank_of(job.id(), killed);
    let told = end(job, "KILL", process);
    assert_ne!(told.status, Some(0), "{}", told.err);
    assert_goes_on(&place, after, arguments);
}

#[test]
fn a_job_that_is_told_to_end_goes_on_with_more_ranks() {
    interrupt(LONG, None, (2, 4));
    interrupt(SHARED, None, (2, 4));
}

#[test]
fn a_signal_to_any_rank_ends_the_job_in_a_checkpoint() {
    interrupt(LONG, Some(2), (3, 2));
    interrupt(SHARED, Some(2), (3, 2));
    interrupt(SHARED, Some(0), (3, 1));
}

#[test]
fn a_rank_that_is_killed_loses_nothing_that_was_kept() {
    kill(LONG, 1, (3, 1));
    kill(SHARED, 1, (3, 4));
    kill(SHARED, 0, (2, 1));
}

#[test]
fn shards_of_any_number_of_ranks_are_the_same_array() {
    let place = Place::new();
    for (number, case) in [SHARDED, REPORTED].into_iter().enumerate() {
        let name = |ranks: usize| place.path(&format!("{number}-on-{ranks}.h5"));
        let alone = without_shards(case);
        place.run(&format!("{alone} -o {}", name(0).display())).expect(0);
        for ranks in [1, 2, 4] {
            run(&place, ranks, &format!("{case} -o {}", name(ranks).display())).expect(0);
            assert_same(&name(0), &name(ranks));
            let folder = name(ranks).with_extension("h5.shards");
            assert_eq!(fs::read_dir(folder).expect("a folder").count(), ranks);
        }
        script_says("read", "shards.py", &[0, 1, 2, 4].map(name));
    }
}

#[test]
fn shards_go_on_on_other_ranks() {
    interrupt(SHARDED, None, (2, 4));
    interrupt(SHARDED, Some(1), (3, 1));
    kill(SHARDED, 1, (3, 2));
    kill(REPORTED, 1, (2, 3));
    kill(REPORTED, 0, (4, 1));
}

/// What a job that is killed leaves, and is not gone on with: each row is whole on the ranks that have written it, and else missing.
#[test]
fn what_is_left_of_shards_is_right() {
    let place = Place::new();
    let job = start(&place, 3, SHARDED);
    sleep(Duration::from_millis(300));
    let process = rank_of(job.id(), 2);
    end(job, "KILL", process);
    place.run(&format!("{} -o whole.h5", without_shards(SHARDED))).expect(0);
    let values = |name: &str| {
        let group = read_group(&place.path(name), "snapshots").expect("a group");
        match &group.variable("potentiation").expect("there").values {
            Values::Float(values) => values.clone(),
            other => panic!("{other:?}"),
        }
    };
    let (whole, left) = (values("whole.h5"), values("result.h5.partial"));
    let mut there = 0;
    for (neurons, expected) in left.chunks(600_000).zip(whole.chunks(600_000)) {
        let is_there = |(left, expected): (&f64, &f64)| {
            assert!(left.is_nan() || left == expected, "{left} in place of {expected}");
            usize::from(!left.is_nan())
        };
        there += neurons.iter().zip(expected).map(is_there).sum::<usize>();
    }
    // At least what was there at time 0, before the first checkpoint.
    assert!((1_200_000..left.len()).contains(&there), "{there} of {}", left.len());
}

/// A rank whose disk is full says so, and ends the job. (The limit on file sizes stands for that; only shards are so long.)
#[test]
fn a_rank_that_cannot_write_its_shard_ends_the_job() {
    let place = Place::new();
    let arguments = SHARDED.replace("--checkpoint 0.2", "--checkpoint 600");
    place.run(&format!("{} -o whole.h5", without_shards(SHARDED))).expect(0);
    for rank in [0, 1] {
        let name = format!("on-{rank}.h5");
        let program = place.command(&format!("{arguments} -o {name}"));
        let limit = format!(
            "trap '' XFSZ; if [ $OMPI_COMM_WORLD_RANK = {rank} ]; then ulimit -f 40000; fi; exec \"$0\" \"$@\""
        );
        let mut command = Command::new("mpirun");
        command.args(["-n", "2", "sh", "-c", &limit]).arg(program.get_program());
        command.args(program.get_args()).current_dir(place.path("")).envs(SETTINGS);
        let told = Run::from(command.output().expect("mpirun runs")).expect(3).message();
        let (why, shard) = ("no room left on the disk", format!("rank-{rank}.h5"));
        assert!(told.contains(why) && told.contains(&shard), "{told}");
        let partial = read_header(&place.path(&format!("{name}.partial")));
        assert!(!partial.expect("readable").complete);
        run(&place, 2, &format!("{SHARDED} -o {name} --resume")).expect(0);
        assert_same(&place.path("whole.h5"), &place.path(&name));
    }
}
