//! Recordings in shards, written by one process; `mpi.rs` has several.

mod common;

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Place, groups, script_says};
use equipoise::store::read_header;

/// As many neurons as ranks would share.
const LARGE: &str = "simulate scenarios/inhibition-stabilised.toml --set n=524288 --set engine.method=leap --set duration=0.4 \
--set sample_interval=0.1 --set ensemble.replicates=1 --set record.snapshots=[0.1,0.3] \
--set record.potentiations={interval=0.1,neurons={E=\"all\",I=[3,4095,4096]}}";

#[test]
fn a_result_in_shards_reads_like_any_other() {
    let place = Place::new();
    place.run(&format!("{LARGE} -o whole.h5")).expect(0);
    place.run(&format!("{LARGE} -o sharded.h5 --shards")).expect(0);
    let [whole, sharded] = ["whole.h5", "sharded.h5"].map(|name| place.path(name));
    assert_eq!(groups(&whole), groups(&sharded));
    script_says("read", "shards.py", &[whole, sharded]);
    assert_eq!(place.names(), ["sharded.h5", "sharded.h5.shards", "whole.h5"]);
    let told = place.run("info sharded.h5").expect(0);
    assert!(told.out.contains("shards    1, "), "{}", told.out);
    // Shards are open all at a time, beside other files.
    place.type_line("ulimit -S -n 64; equipoise info sharded.h5").expect(0);
    let told = place.type_line("ulimit -n 64; equipoise info sharded.h5").expect(3).message();
    assert!(told.contains("values in 1 shards, and so many files may not be open"), "{told}");
    place.type_line("ulimit -n 64; equipoise info whole.h5").expect(0);
    place.run("report sharded.h5").expect(0);
    for name in ["whole", "sharded"] {
        place.run(&format!("export {name}.h5 --csv {name} --group report/I")).expect(0);
    }
    let table = |name: &str| {
        fs::read(place.path(&format!("{name}/report.I.time.neuron.csv"))).expect("a table")
    };
    assert_eq!(table("whole"), table("sharded"));
}

#[test]
fn a_shard_that_is_missing_is_named() {
    let place = Place::new();
    place.run(&format!("{LARGE} -o r.h5 --shards")).expect(0);
    let shard = place.path("r.h5.shards/part-1-rank-0.h5");
    fs::rename(&shard, place.path("away.h5")).expect("moved");
    for reader in ["info r.h5", "report r.h5", "export r.h5 --csv tables --group snapshots"] {
        let told = place.run(reader).expect(3).message();
        assert!(told.contains("`r.h5.shards/part-1-rank-0.h5`"), "{reader}: {told}");
    }
    // Other groups need none.
    place.run("export r.h5 --csv tables --group trajectory").expect(0);
    place.run("info r.h5 --scenario").expect(0);
}

#[test]
fn a_result_that_is_replaced_takes_its_shards_along() {
    let place = Place::new();
    place.run(&format!("{LARGE} -o r.h5 --shards")).expect(0);
    place.run(&format!("{LARGE} -o r.h5 --shards --seed 2")).expect(3);
    assert_eq!(place.names(), ["r.h5", "r.h5.shards"]);
    place.run(&format!("{LARGE} -o r.h5 --shards --seed 2 --force")).expect(0);
    assert_eq!(place.names(), ["r.h5", "r.h5.shards-2"]);
    place.run(&format!("{LARGE} -o two.h5 --seed 2")).expect(0);
    assert_eq!(groups(&place.path("r.h5")), groups(&place.path("two.h5")));
    place.run(&format!("{LARGE} -o r.h5 --force")).expect(0);
    assert_eq!(place.names(), ["r.h5", "two.h5"]);
}

#[test]
fn what_shards_are_not_for_is_said() {
    let place = Place::new();
    let cases = [
        ("simulate scenarios/recording.toml --shards", "from 1,048,576 neurons on"),
        (
            "simulate scenarios/inhibition-stabilised.toml --set n=524288 --set engine.method=leap --shards",
            "records neither snapshots nor potentiations",
        ),
        ("validate scenarios/recording.toml --shards", "`--shards` is for `simulate`"),
    ];
    for (arguments, why) in cases {
        let told = place.run(arguments).expect(2);
        assert!(told.message().contains(why), "{}", told.err);
    }
    assert!(place.names().is_empty());
}

/// A run that is long enough to be ended.
fn start(arguments: &str, place: &Place) -> Child {
    start_until(arguments, place, "r.h5.checkpoint")
}

/// The same as soon as there is a file of this name.
fn start_until(arguments: &str, place: &Place, name: &str) -> Child {
    let mut command = place.command(&format!("{arguments} -o r.h5 --checkpoint 0.1"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let begun = Instant::now();
    while !place.path(name).exists() {
        assert!(begun.elapsed() < Duration::from_mins(2), "no {name}");
        sleep(Duration::from_millis(10));
    }
    child
}

fn end(mut child: Child, signal: &str) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    child.wait().expect("it ends");
}

/// With shards and without: only so it goes on.
#[test]
fn a_run_goes_on_as_it_was_begun() {
    let long = format!("{LARGE} --set duration=2");
    let place = Place::new();
    place.run(&format!("{long} -o whole.h5")).expect(0);
    for signal in ["KILL", "TERM"] {
        let sharded = format!("{long} --shards");
        end(start(&sharded, &place), signal);
        let told = place.run(&format!("{long} -o r.h5 --resume")).expect(2);
        assert!(told.message().contains("was begun with --shards"), "{}", told.err);
        let shard = place.path("r.h5.shards/part-1-rank-0.h5");
        fs::rename(&shard, place.path("away.h5")).expect("moved");
        let told = place.run(&format!("{sharded} -o r.h5 --resume")).expect(3);
        assert!(told.message().contains("cannot read the shard"), "{}", told.err);
        fs::rename(place.path("away.h5"), &shard).expect("moved");
        place.run(&format!("{sharded} -o r.h5 --resume")).expect(0);
        assert!(read_header(&place.path("r.h5")).expect("header").complete);
        assert_eq!(groups(&place.path("whole.h5")), groups(&place.path("r.h5")));
        fs::remove_file(place.path("r.h5")).expect("removed");
        fs::remove_dir_all(place.path("r.h5.shards")).expect("removed");
    }
    end(start(&long, &place), "TERM");
    let told = place.run(&format!("{long} -o r.h5 --shards --resume")).expect(2);
    assert!(told.message().contains("was begun without --shards"), "{}", told.err);
    place.run(&format!("{long} -o r.h5 --resume")).expect(0);
}

/// What was begun before the first checkpoint is not gone on with, and its shards are not needed, also where the run is ended again before anything is recorded.
#[test]
fn a_shard_of_which_nothing_counts_is_not_missed() {
    let late = "simulate scenarios/inhibition-stabilised.toml --set n=524288 --set engine.method=leap --set duration=2 \
                --set sample_interval=1 --set ensemble.replicates=1 --set record.snapshots=[2.0]";
    let place = Place::new();
    place.run(&format!("{late} -o whole.h5")).expect(0);
    let sharded = format!("{late} --shards");
    let shard = "r.h5.shards/part-1-rank-0.h5";
    end(start_until(&sharded, &place, shard), "KILL");
    fs::remove_file(place.path(shard)).expect("removed");
    let _ = fs::remove_file(place.path("r.h5.checkpoint"));
    end(start(&format!("{sharded} --resume"), &place), "TERM");
    assert!(!read_header(&place.path("r.h5")).expect("header").complete);
    place.run(&format!("{sharded} -o r.h5 --resume")).expect(0);
    assert_eq!(groups(&place.path("whole.h5")), groups(&place.path("r.h5")));
}
